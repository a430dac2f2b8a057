"""Puts BrainChip's own melanoma network beside a model: melanoma against everything else."""

from qana.evaluation.model_record import read_record
from qana.evaluation.scores import ClassScores
from qana.inference.manifest import ModelEntry
from qana.protocols.lesion_report import LesionReport
from qana.reports.model_facts import format_with_interval

SOURCE = (
    "Brainchip-Inc/models on GitHub, list of models: MobileNetV1 0.5 at 224 px for SIIM-ISIC. No "
    "split is given."
)
VENDOR = {
    "Network": "BrainChip's MobileNetV1 0.5, 224 px",
    "Photos": "SIIM-ISIC, split not given",
    "Accuracy": "98.16%",
    "F1 of melanoma": "86.14%, of what is not stated",
    "AUC": "not given",
    "Bits": "8",
    "Parameters": "3,140,000",
    "MACs": "not given",
    "Passes": "not given, 4 nodes",
}
"""The published row, in the columns of `make_melanoma_table`."""
TRAINING_PHOTOS, MELANOMAS = 33_126, 584
"""Training photos of SIIM-ISIC, and those of a melanoma: Rotemberg et al., Sci. Data 8, 34 (2021),
doi:10.1038/s41597-021-00815-z."""


def make_melanoma_table(entry: ModelEntry, report: LesionReport) -> list[dict[str, str]]:
    """Makes a table of the vendor's published network and a model.

    Args:
        entry: the model.
        report: of the lesion protocol, of the same model.
    """
    scores = report.test.per_class["mel"]
    curve = report.roc["mel"]
    accuracy = compute_one_against_rest_accuracy(scores, report.test.n)
    ours = {
        "Network": f"{entry.name}, {entry.input_shape[0]} px",
        "Photos": f"HAM10000, {report.test.n:,} test photos, lesions apart",
        "Accuracy": "not known" if accuracy is None else f"{accuracy:.1%}",
        "F1 of melanoma": f"{scores.f1:.1%}" if scores.f1 is not None else "not known",
        "AUC": format_with_interval(curve.auc, curve.auc_ci95) if curve else "not known",
        "Bits": str(entry.weight_bits),
        "Parameters": f"{entry.parameters:,}",
        "MACs": f"{entry.macs / 1e6:.1f} million",
        "Passes": ", ".join(
            f"{name} {passes}" for name, passes in read_record(entry).conversion.passes.items()
        ),
    }
    return [VENDOR, ours]


def describe_base_rate() -> str:
    """Describes what an accuracy on SIIM-ISIC is worth."""
    others = 1 - MELANOMAS / TRAINING_PHOTOS
    return (
        f"{others:.1%} of SIIM-ISIC's training photos are not melanoma ({MELANOMAS} of "
        f"{TRAINING_PHOTOS:,} are). A network that never calls melanoma is right as often. The "
        "rows are from different photos, so they cannot be ranked."
    )


def compute_one_against_rest_accuracy(scores: ClassScores, photos: int) -> float | None:
    """Computes the accuracy of a class against the rest from its precision and recall.

    Args:
        scores: of the class.
        photos: number of all photos.

    Returns:
        0 to 1; None where the precision or the recall is unknown.
    """
    if scores.recall is None or not scores.precision:
        return None
    found = scores.recall * scores.n
    alarmed = found / scores.precision - found
    return 1 - (scores.n - found + alarmed) / photos

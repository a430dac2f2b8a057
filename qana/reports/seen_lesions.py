"""Describes the test photos of lesions that a model has seen under another lesion_id."""

from qana.data.lesion_split import SPLIT_FILE
from qana.evaluation.source_table import AnswerScores
from qana.inference.manifest import ModelEntry
from qana.inference.model_store import hash_file
from qana.protocols.same_lesion_report import SameLesionReport


def has_present_split(entry: ModelEntry) -> bool:
    """Returns whether a model was trained with the present split, which excludes such photos.

    Args:
        entry: the model.
    """
    return bool(entry.record.get("split", {}).get("sha256") == hash_file(SPLIT_FILE))


def describe_seen_lesions(report: SameLesionReport | None, entry: ModelEntry) -> str | None:
    """Writes how many test photos show a lesion with photos under another lesion_id.

    Args:
        report: the report of the protocol same-lesion, if there is one.
        entry: the model.

    Returns:
        One or two sentences, for a model that has seen such lesions with its scores without them.
        None without a report, or without scores of the present weights of such a model.
    """
    if report is None:
        return None
    if has_present_split(entry):
        return (
            f"{report.seen_photos:,} test photos show a lesion that has more photos under another "
            "lesion_id. The model was trained without these."
        )
    scores = report.models.get(entry.name)
    if scores is None or scores.sha256 != entry.sha256:
        return None
    return (
        f"{report.seen_photos} of the {scores.all_photos.photos:,} test photos show a lesion that "
        "training or validation held under another lesion_id. Without them, "
        f"{_list_headlines(scores.without_seen)}."
    )


def _list_headlines(scores: AnswerScores) -> str:
    accuracy, balanced, macro = (
        "not measured" if one.value is None else f"{one.value:.3f}"
        for one in (scores.accuracy, scores.balanced_accuracy, scores.macro_f1)
    )
    return f"the accuracy is {accuracy}, the balanced accuracy {balanced} and the macro F1 {macro}"

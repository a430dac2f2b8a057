"""Describes the test photos of lesions that a model has seen under another lesion_id."""

from qana.evaluation.source_table import AnswerScores
from qana.inference.manifest import ModelEntry
from qana.protocols.same_lesion_report import SameLesionReport


def describe_seen_lesions(report: SameLesionReport | None, entry: ModelEntry) -> str | None:
    """Writes how many test photos show a seen lesion, and the scores without them.

    Args:
        report: the report of the protocol same-lesion, if there is one.
        entry: the model.

    Returns:
        Two sentences; None without a report on the present weights of the model.
    """
    scores = report.models.get(entry.name) if report else None
    if report is None or scores is None or scores.sha256 != entry.sha256:
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

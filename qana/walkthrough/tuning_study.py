"""Describes in a sentence what the study on bits measured."""

from qana.evaluation.report_files import StudyTable

SCORE = "macro F1"
BEFORE, AFTER = "ptq", "tuned"
"""Stages of the study: quantized after training, and tuned while quantized."""


def describe_tuning(study: StudyTable) -> str:
    """Describes what tuning improves, from the study on bits.

    Args:
        study: the table of `python -m qana study bits`.

    Returns:
        One sentence on the numbers of bits below 8 that were measured before and after tuning;
        empty if there are none.
    """
    scores: dict[tuple[str, str], float] = {}
    for row in study.rows:
        cell = dict(zip(study.columns, row, strict=True))
        bits = str(cell["variant"]).partition(",")[0]
        score = cell[SCORE]
        if isinstance(score, float):
            scores[bits, str(cell["stage"])] = score  # the last one is tuned the longest
    measured = [
        f"at {bits} from {scores[bits, BEFORE]:.2f} to {scores[bits, AFTER]:.2f}"
        for bits, stage in scores
        if stage == AFTER and (bits, BEFORE) in scores and not bits.startswith("8")
    ]
    if not measured:
        return ""
    return (
        f"In the study, tuning raised the {SCORE} on the {study.subset} lesions "
        f"{' and '.join(measured)}."
    )

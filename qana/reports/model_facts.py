"""Turns the reports of a model into rows for tables and charts."""

from collections.abc import Iterable
from typing import Any

from qana.classes import BY_CODE
from qana.evaluation.gate_record import Abstention, Gate
from qana.evaluation.scores import DecisionScores, HeadlineIntervals, Interval
from qana.protocols.lesion_report import LesionReport
from qana.protocols.paper_report import PublishedScores
from qana.protocols.protocol_reports import ProtocolReports

HEADLINES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "macro_f1": "Macro F1",
}
STAGES = {
    "float": "Float network, Keras",
    "ptq": "Quantized after training",
    "solved": "Quantized with layer-wise rounding (GPTQ)",
    "tuned": "Quantization-aware training",
    "akida": "Spiking network, Akida",
}
SUBSETS = {"validation": "validation lesions", "lesion-test": "test lesions"}
HERE, PUBLISHED = "measured here", "published by the authors"
Row = dict[str, Any]
"""One record of a table or chart, by column."""


def list_protocol_scores(reports: ProtocolReports) -> list[Row]:
    """Lists the headline scores of each protocol, the strictest protocol first.

    Args:
        reports: missing reports are left out.

    Returns:
        A row for each score: set, score (its name), value, low and high (95 % interval, None for
        published scores), source (`HERE` or `PUBLISHED`).
    """
    rows: list[Row] = []
    if lesion := reports.lesion:
        rows += _list_headlines("Lesion split, as deployed", lesion.test, lesion.test.ci95)
    if paper := reports.paper:
        on_lesion_split = paper.same_network_lesion
        rows += _list_headlines(
            "Lesion split, paper's recipe", on_lesion_split, on_lesion_split.ci95
        )
        rows += _list_headlines("Paper's split, same recipe", paper.test, paper.test.ci95)
        rows += _list_published("Paper's split, its authors", paper.published)
    if clinical := reports.clinical:
        zero_shot, fine_tuned = clinical.zero_shot, clinical.fine_tuned
        rows += _list_headlines("Phone photos, as deployed", zero_shot, zero_shot.ci95)
        if fine_tuned:
            rows += _list_headlines("Phone photos, fine-tuned", fine_tuned, fine_tuned.ci95)
    return rows


def list_class_scores(report: LesionReport) -> list[Row]:
    """Lists recall and precision of each class: set (the class), score, value, low, high, n."""
    rows = []
    for label, scores in report.test.per_class.items():
        name, spread = BY_CODE[label].name, report.per_class_ci95[label]
        if scores.recall is not None:
            rows.append(_make_row(name, "Recall", scores.recall, spread.recall) | {"n": scores.n})
        if scores.precision is not None:
            row = _make_row(name, "Precision", scores.precision, spread.precision)
            rows.append(row | {"n": scores.n})
    return rows


def make_class_table(report: LesionReport) -> list[Row]:
    """Makes one row per class: scores with their 95 % intervals as text, most photos first."""
    found = report.test.per_class
    rows = []
    for label in sorted(found, key=lambda label: -found[label].n):
        scores, spread, curve = found[label], report.per_class_ci95[label], report.roc[label]
        rows.append(
            {
                "Class": f"{BY_CODE[label].name} ({label})",
                "Photos": scores.n,
                "Recall": format_with_interval(scores.recall, spread.recall),
                "Precision": format_with_interval(scores.precision, spread.precision),
                "F1": format_with_interval(scores.f1, None),
                "AUC": format_with_interval(curve.auc, curve.auc_ci95, digits=3)
                if curve
                else "not measured",
            }
        )
    return rows


def list_confusion(scores: DecisionScores) -> list[Row]:
    """Lists the 49 cells: true and called (names), photos, share of the true class, 0 to 1."""
    return [
        {
            "true": BY_CODE[true].name,
            "called": BY_CODE[called].name,
            "photos": count,
            "share": count / max(sum(counts), 1),
        }
        for true, counts in zip(scores.labels, scores.confusion, strict=True)
        for called, count in zip(scores.labels, counts, strict=True)
    ]


def list_roc_points(report: LesionReport) -> list[Row]:
    """Lists the points of the ROC curves: class (with its area), false and true positive rate."""
    return [
        {"class": f"{BY_CODE[label].name} {curve.auc:.3f}", "false": false, "true": true}
        for label, curve in report.roc.items()
        if curve
        for false, true in curve.curve
    ]


def list_group_scores(report: LesionReport, dimension: str, score: str) -> list[Row]:
    """Lists a score by sex, age, site or confirmation, for groups of at least ten photos.

    Args:
        report: of the lesion protocol.
        dimension: key of its subgroups.
        score: accuracy, balanced_accuracy or melanoma_recall.

    Returns:
        set (the group and its number of photos, of melanomas for melanoma_recall), value, low,
        high.
    """
    rows = []
    for group in report.subgroups[dimension]:
        count = group.melanomas if score == "melanoma_recall" else group.n
        value, spread = getattr(group, score), getattr(group.ci95, score)
        if spread is not None:
            name = f"{group.group.replace('_', ' ')} ({count})"
            rows.append(_make_row(name, score, value, spread))
    return rows


def list_risk_points(abstention: Abstention) -> list[Row]:
    """Lists the points of the risk-coverage curves: subset (in words), coverage, risk."""
    return [
        {"subset": SUBSETS[subset], "coverage": coverage, "risk": risk}
        for subset, measured in abstention.risk_coverage.items()
        for coverage, risk in measured.points
    ]


def make_rejection_table(gate: Gate) -> list[Row]:
    """Makes one row per family of images: the share that the gate rejects."""
    rates = dict(gate.turned_away)
    if gate.photographs:
        kinds = {f"{kind}, never in the fit": one for kind, one in gate.photographs.unseen.items()}
        rates |= gate.photographs.test | kinds
        if gate.photographs.in_lit_fields:
            rates["photographs in a lit circle"] = gate.photographs.in_lit_fields
    return [
        {"Family": name, "Number": found.n, "Rejected": f"{found.share:.1%}"}
        for name, found in rates.items()
    ]


def make_stage_table(report: LesionReport) -> list[Row]:
    """Makes one row per stage from float to Akida: headline scores on the test lesions."""
    return [
        {"Stage": words, **{name: f"{getattr(scores, key):.3f}" for key, name in HEADLINES.items()}}
        for stage, words in STAGES.items()
        if (scores := report.stages.get(stage))
    ]


def make_subset_table(report: LesionReport) -> list[Row]:
    """Makes one row per subset and one in total: lesions, photos, photos of each class."""
    rows: list[Row] = [
        {"Subset": name, "Lesions": part.lesions, "Photos": part.photos, **part.classes}
        for name, part in report.split.subsets.items()
    ]
    return [*rows, {"Subset": "all", **{k: sum(r[k] for r in rows) for k in list(rows[0])[1:]}}]


def format_with_interval(
    value: float | None, spread: Iterable[float] | None, digits: int = 2
) -> str:
    """Formats a score with its interval, such as "0.49 (0.41 to 0.57)".

    Args:
        value: None gives "not measured".
        spread: lower and upper end, or None.
        digits: decimals.
    """
    if value is None:
        return "not measured"
    if spread is None:
        return f"{value:.{digits}f}"
    low, high = spread
    return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def _list_headlines(name: str, scores: DecisionScores, spread: HeadlineIntervals) -> list[Row]:
    return [
        _make_row(name, words, getattr(scores, key), getattr(spread, key))
        for key, words in HEADLINES.items()
    ]


def _list_published(name: str, scores: PublishedScores) -> list[Row]:
    return [
        _make_row(name, HEADLINES["accuracy"], scores.accuracy, None, PUBLISHED),
        _make_row(name, HEADLINES["macro_f1"], scores.macro_f1, None, PUBLISHED),
    ]


def _make_row(
    name: str, score: str, value: float, spread: Interval | None, source: str = HERE
) -> Row:
    low, high = spread or (None, None)
    return {
        "set": name,
        "score": score,
        "value": value,
        "low": low,
        "high": high,
        "source": source,
    }

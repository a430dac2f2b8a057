"""The reports as rows to draw: each function turns a part of a document into a list of records."""

from collections.abc import Iterable
from typing import Any

from qana.classes import BY_CODE
from qana.inference.manifest import ModelEntry

HEADLINES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "macro_f1": "Macro F1",
}
STAGES = {
    "float": "Float network, Keras",
    "ptq": "Quantized after training",
    "solved": "Levels solved for, layer by layer",
    "tuned": "Tuned with quantization",
    "akida": "Spiking network, Akida",
}
HERE, PUBLISHED = "measured here", "published by the authors"
Report = dict[str, Any]
Row = dict[str, Any]


def protocols(reports: dict[str, Report]) -> list[Row]:
    """What is known of each way to judge, the strictest first.

    Returns:
        A row for each headline score: set, score (name), value, low and high (95 % interval, None
        for what is published), source (`HERE` or `PUBLISHED`). Reports that are missing are left
        out.
    """
    lesion, paper, clinical = (reports.get(name, {}) for name in ("lesion", "paper", "clinical"))
    sets = {
        "Lesion split, as deployed": (lesion.get("test"), HERE),
        "Lesion split, paper's recipe": (paper.get("same_network_lesion"), HERE),
        "Paper's split, same recipe": (paper.get("test"), HERE),
        "Paper's split, its authors": (paper.get("published"), PUBLISHED),
        "Phone photos, as deployed": (clinical.get("zero_shot"), HERE),
        "Phone photos, fine-tuned": (clinical.get("fine_tuned"), HERE),
    }
    return [
        _row(name, words, found[score], found.get("ci95", {}).get(score), source)
        for name, (found, source) in sets.items()
        for score, words in HEADLINES.items()
        if found and score in found
    ]


def classes(report: Report) -> list[Row]:
    """Recall and precision of each class: set (the class), score, value, low, high, n (photos)."""
    return [
        _row(
            BY_CODE[label].name, score.title(), found[score], report["per_class_ci95"][label][score]
        )
        | {"n": found["n"]}
        for label, found in report["test"]["per_class"].items()
        for score in ("recall", "precision")
        if found[score] is not None
    ]


def class_table(report: Report) -> list[Row]:
    """One line a class: figures with their 95 % intervals as text, most photos first."""
    found = report["test"]["per_class"]
    spread, curves = report["per_class_ci95"], report["roc"]
    return [
        {
            "Class": f"{BY_CODE[label].name} ({label})",
            "Photos": found[label]["n"],
            "Recall": interval(found[label]["recall"], spread[label]["recall"]),
            "Precision": interval(found[label]["precision"], spread[label]["precision"]),
            "F1": interval(found[label]["f1"], None),
            "AUC": interval(curves[label]["auc"], curves[label]["auc_ci95"], digits=3)
            if curves[label]
            else "not measured",
        }
        for label in sorted(found, key=lambda label: -found[label]["n"])
    ]


def confusion(test: Report) -> list[Row]:
    """49 cells: true and called (class codes), photos, share of the true class, 0 to 1."""
    return [
        {
            "true": true,
            "called": called,
            "photos": count,
            "share": count / max(sum(counts), 1),
        }
        for true, counts in zip(test["labels"], test["confusion"], strict=True)
        for called, count in zip(test["labels"], counts, strict=True)
    ]


def curves(report: Report) -> list[Row]:
    """Points of the ROC curves: class (with its area), false and true positive rate, 0 to 1."""
    return [
        {"class": f"{BY_CODE[label].name} {curve['auc']:.3f}", "false": false, "true": true}
        for label, curve in report["roc"].items()
        if curve
        for false, true in curve["curve"]
    ]


def groups(report: Report, dimension: str, score: str) -> list[Row]:
    """A score by sex, age, site or confirmation, where at least ten photos stand behind it.

    Args:
        report: of the lesion protocol.
        dimension: key of its subgroups.
        score: accuracy, balanced_accuracy or melanoma_recall.

    Returns:
        set (the group and its number of photos, of melanomas for melanoma_recall), value, low,
        high.
    """
    counted = "melanomas" if score == "melanoma_recall" else "n"
    return [
        _row(f"{found['group'].replace('_', ' ')} ({found[counted]})", score, found[score], spread)
        for found in report["subgroups"][dimension]
        if (spread := found["ci95"][score]) is not None
    ]


def risks(band: Report) -> list[Row]:
    """Points of the risk-coverage curves: subset (in words), coverage and risk, 0 to 1."""
    words = {"validation": "validation lesions", "lesion-test": "test lesions"}
    return [
        {"subset": words[subset], "coverage": coverage, "risk": risk}
        for subset, curve in band["risk_coverage"].items()
        for coverage, risk in curve["points"]
    ]


def turned_away(gate: Report) -> list[Row]:
    """The share of each family of pictures that the gate of a model turns away."""
    return [
        {"Family": name, "Number": found["n"], "Turned away": f"{found['share']:.1%}"}
        for name, found in gate["turned_away"].items()
    ]


def stages(report: Report) -> list[Row]:
    """Headline scores on the test lesions from the float network to Akida, a line a stage."""
    return [
        {"Stage": words, **{name: f"{scores[score]:.3f}" for score, name in HEADLINES.items()}}
        for stage, words in STAGES.items()
        if (scores := report["stages"].get(stage))
    ]


def generations(*entries: ModelEntry) -> list[Row]:
    """Models beside each other: what each costs, and its scores on the test lesions."""
    return [
        {
            "Model": entry.name,
            "Bits": f"{entry.weight_bits} / {entry.activation_bits}",
            "Parameters": f"{entry.parameters:,}",
            "MACs": f"{entry.macs / 1e6:.1f} million",
            "Passes": ", ".join(
                f"{name} {passes}" for name, passes in entry.record["conversion"]["passes"].items()
            ),
            **{
                words: interval(test[score], test["ci95"][score], digits=3)
                for score, words in HEADLINES.items()
            },
            "Melanomas found": f"{test['per_class']['mel']['recall']:.2f}",
        }
        for entry in entries
        for test in (entry.metrics["lesion-test"],)
    ]


def larger(large: ModelEntry, small: ModelEntry) -> str:
    """What the network that a smaller one was made from is worth beside it."""
    theirs, ours = (entry.metrics["lesion-test"] for entry in (large, small))
    won = 100 * (theirs["macro_f1"] - ours["macro_f1"])
    (low, high), (least, most) = (found["ci95"]["macro_f1"] for found in (theirs, ours))
    chance = ", within chance: their 95 % intervals overlap" if low < most and least < high else ""
    return (
        f"what {small.name} was narrowed from; on the test lesions, on Akida, it has "
        f"{abs(won):.1f} points of macro F1 {'more' if won > 0 else 'less'}{chance}"
    )


def way(entry: ModelEntry) -> str:
    """Macro F1 on the test lesions, stage by stage, in words that follow one another."""
    measured = entry.metrics["stages"] | {"akida": entry.metrics["lesion-test"]}
    words = {
        "float": "float",
        "ptq": "rounded to the nearest levels",
        "solved": "levels solved for layer by layer",
        "tuned": "tuned",
        "akida": "on Akida",
    }
    return ", ".join(
        f"{text} {measured[stage]['macro_f1']:.3f}"
        for stage, text in words.items()
        if stage in measured
    )


def whole_steps(entry: ModelEntry) -> str:
    """How a model for Akida 1.0 compares with its quantized Keras form, in two sentences."""
    found = entry.record["conversion"]
    return (
        f"These chips round half a step to a whole threshold and cut the step to sixteenths: with "
        f"that put into Keras, {found['equal_logits']:,} of {found['check_photos']:,} validation "
        f"photos have the very same answer there and on Akida. With Keras's own steps "
        f"{found['other_class']} of them get another class."
    )


def photos(report: Report) -> list[Row]:
    """How many lesions and photos, and photos of each class, are in each subset and in all."""
    subsets = report["split"]["subsets"]
    rows = [
        {"Subset": name, "Lesions": part["lesions"], "Photos": part["photos"], **part["classes"]}
        for name, part in subsets.items()
    ]
    return [*rows, {"Subset": "all", **{k: sum(r[k] for r in rows) for k in list(rows[0])[1:]}}]


def interval(value: float | None, spread: Iterable[float] | None, digits: int = 2) -> str:
    """A figure with its interval as text, such as "0.49 (0.41 to 0.57)"."""
    if value is None:
        return "not measured"
    if spread is None:
        return f"{value:.{digits}f}"
    low, high = spread
    return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def _row(
    name: str, score: str, value: float, spread: list[float] | None, source: str = HERE
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

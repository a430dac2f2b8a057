"""Prepares the section on all sources of docs/results.md."""

from typing import Any

from qana.data.sources import TITLES
from qana.evaluation.source_table import Estimate, SourceRow
from qana.protocols.phone_conditions_report import ConditionLimit
from qana.protocols.shortcuts_report import ArtefactResult
from qana.protocols.sources_report import GroupResult, SourceResult, SourcesReport

TONE_ATTRIBUTES = ("skin tone", "Fitzpatrick type")
DARK_TONES = ("0 (very dark)", "1")
"""MILK10k's two darkest classes of skin tone."""


def describe_sources(report: SourcesReport | None, sha256: str) -> dict[str, Any]:
    """Collects what the template sources.md.jinja shows.

    Args:
        report: the report of the sources protocol, if there is one.
        sha256: of the model that the document describes.

    Returns:
        The template's variables. `sources` is None without a report on this model.
    """
    if report is None or report.sha256 != sha256:
        return {"sources": None}
    artefacts: dict[str, list[ArtefactResult]] = {}
    for row in report.shortcuts.artefacts:
        artefacts.setdefault(row.artefact, []).append(row)
    kinds = dict.fromkeys(format_kind(row) for row in report.shortcuts.artefacts)
    return {
        "sources": report,
        "out_of_scope": sum(row.scores.out_of_scope for row in report.sources),
        "tones": [row for row in report.groups if row.attribute in TONE_ATTRIBUTES],
        "dark": describe_dark_skin(report),
        "artefacts": artefacts,
        "artefact_kinds": list(kinds),
    }


def describe_dark_skin(report: SourcesReport) -> str:
    """Writes how few lesions on dark skin there are."""
    tones = [row for row in report.groups if row.attribute == "skin tone"]
    by_kind: dict[str, list[GroupResult]] = {}
    for row in tones:
        by_kind.setdefault(row.image_type, []).append(row)
    if not by_kind:
        return ""
    # Each lesion has one photo of each image type, so one type counts the lesions.
    rows = next(iter(by_kind.values()))
    dark = sum(row.lesions for row in rows if row.group in DARK_TONES)
    known = sum(row.lesions for row in rows)
    return (
        f"Only {dark} of the {known} test lesions of MILK10k are on skin of the two darkest "
        "classes, so how well the model works there is uncertain."
    )


def format_kind(row: SourceResult | GroupResult | ArtefactResult | SourceRow) -> str:
    """Writes the source and image type of a row."""
    return f"{TITLES[row.source]}, {row.image_type}"


def format_estimate(estimate: Estimate) -> str:
    """Writes a value with its interval, or a dash where there is none."""
    if estimate.value is None or estimate.ci95 is None:
        return "–"
    low, high = estimate.ci95
    return f"{estimate.value:.2f} ({low:.2f} to {high:.2f})"


def format_costs(limit: ConditionLimit) -> str:
    """Writes what each strength of a condition costs."""
    return "; ".join(
        f"{format_strength(strength)}: {'–' if lost is None else f'{lost:+.2f}'}"
        for strength, lost in zip(limit.strengths, limit.auc_lost, strict=True)
    )


def format_strength(strength: float) -> str:
    """Writes a share as percent and a colour temperature in kelvin."""
    return f"{strength:.0f} K" if strength > 1 else f"{100 * strength:g} %"

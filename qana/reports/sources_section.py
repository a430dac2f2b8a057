"""Prepares the section on all sources of docs/results.md."""

from typing import Any

from qana.protocols.phone_conditions_report import ConditionLimit
from qana.protocols.shortcuts_report import ArtefactResult
from qana.protocols.sources_report import SourcesReport
from qana.reports.source_facts import (
    describe_dark_skin,
    format_kind,
    format_strength,
    list_tone_groups,
)


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
        "tones": list_tone_groups(report),
        "dark": describe_dark_skin(report),
        "artefacts": artefacts,
        "artefact_kinds": list(kinds),
    }


def format_costs(limit: ConditionLimit) -> str:
    """Writes what each strength of a condition costs."""
    return "; ".join(
        f"{format_strength(strength)}: {'–' if lost is None else f'{lost:+.2f}'}"
        for strength, lost in zip(limit.strengths, limit.auc_lost, strict=True)
    )

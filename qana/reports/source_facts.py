"""Turns the report of the sources protocol into rows and sentences for pages and documents."""

from qana.data.metadata import UNKNOWN
from qana.data.photo import SMARTPHONE
from qana.data.source_names import TITLES
from qana.evaluation.report_files import ReportError
from qana.evaluation.source_table import Estimate, SourceRow
from qana.inference.manifest import ModelEntry
from qana.protocols.phone_conditions_report import ConditionLimit
from qana.protocols.protocol_reports import read_sources_report
from qana.protocols.shortcuts_report import ArtefactResult
from qana.protocols.sources_report import (
    FITZPATRICK,
    SKIN_TONE,
    GroupResult,
    SourceResult,
    SourcesReport,
)
from qana.reports.model_facts import Row

DARK_TONES = ("0 (very dark)", "1")
"""MILK10k's two darkest classes of skin tone."""
USABLE = {
    "out of focus": "blur with a radius of {} of the photo's shorter side",
    "moved": "movement over {} of the shorter side",
    "warm light": "warm light of {}",
    "far away": "a lesion that spans only {} of the shorter side",
}
"""Name of each phone condition to the words for a strength of it."""
TONE_NOT_MEASURED = "How well the model works by skin tone is not measured for these weights."
PHONE_NOT_MEASURED = (
    "How well the model works on smartphone photos is not measured for these weights."
)


def read_valid_report(entry: ModelEntry) -> SourcesReport | None:
    """Reads the report on a model. A damaged one counts as missing.

    Use it for a notice next to an answer: a photo can be classified without the report. The page
    Facts names a damaged file.

    Args:
        entry: the model.
    """
    try:
        return read_sources_report(entry)
    except ReportError:
        return None


def make_source_table(report: SourcesReport) -> list[Row]:
    """Makes one row per source and image type: scores with their 95 % intervals as text."""
    return [
        {
            "Source": format_kind(row),
            "Accuracy": format_estimate(row.scores.accuracy),
            "Five classes": format_estimate(row.scores.balanced_five),
            "Needs a look, AUC": format_estimate(row.scores.auc),
            "Lesions or patients": row.scores.accuracy.lesions,
            "Photos": row.scores.accuracy.photos,
        }
        for row in report.sources
    ]


def make_tone_tables(report: SourcesReport) -> dict[str, list[Row]]:
    """Makes a table for each source and image type that records the skin tone.

    Returns:
        Source and image type in words, to one row per skin tone, however few lesions it has.
    """
    tables: dict[str, list[Row]] = {}
    for row in list_tone_groups(report):
        tables.setdefault(format_kind(row), []).append(
            {
                "Skin tone": format_tone(row),
                "Lesions or patients": row.lesions,
                "Accuracy": format_estimate(row.accuracy),
                "Five classes": format_estimate(row.balanced_five),
                "Needs a look, AUC": format_estimate(row.auc),
                "Photos": row.photos,
            }
        )
    return tables


def list_tone_groups(report: SourcesReport) -> list[GroupResult]:
    """Lists the groups by skin tone or Fitzpatrick type."""
    return [row for row in report.groups if row.attribute in (SKIN_TONE, FITZPATRICK)]


def count_dark_skin(report: SourcesReport) -> tuple[int, int]:
    """Counts the lesions on dark skin, and the lesions of a known skin tone, both of MILK10k."""
    tones = [row for row in report.groups if row.attribute == SKIN_TONE and row.group != UNKNOWN]
    # Each lesion has one photo of each image type, so one type counts the lesions.
    rows = [row for row in tones if row.image_type == tones[0].image_type]
    dark = sum(row.lesions for row in rows if row.group in DARK_TONES)
    return dark, sum(row.lesions for row in rows)


def describe_dark_skin(report: SourcesReport | None) -> str:
    """Writes how few lesions on dark skin there are.

    Args:
        report: on the present weights; None if there is none.
    """
    dark, known = count_dark_skin(report) if report else (0, 0)
    if not known:
        return TONE_NOT_MEASURED
    return (
        f"Only {dark} of the {known} test lesions of MILK10k are on dark skin (the two darkest of "
        "six classes), so how well the model works there is uncertain."
    )


def describe_phone_photos(report: SourcesReport | None) -> str:
    """Writes how many smartphone photos get the right answer, and how many HAM10000 photos do.

    Args:
        report: on the present weights; None if there is none.
    """
    rows = report.sources if report else ()
    phone = next((row for row in rows if row.image_type == SMARTPHONE), None)
    if phone is None or phone.scores.accuracy.value is None:
        return PHONE_NOT_MEASURED
    accuracy = phone.scores.accuracy
    words = (
        f"Of {accuracy.photos:,} smartphone photos of other patients ({TITLES[phone.source]}), "
        f"the model classifies {_format_percent(accuracy, '95 % interval ')} correctly."
    )
    lens = next((row.scores.accuracy for row in rows if row.source == "ham10000"), None)
    if lens is None or lens.value is None:
        return words
    return (
        f"{words} Of {lens.photos:,} photos taken through a dermatoscope "
        f"({TITLES['ham10000']}), it is {_format_percent(lens)}."
    )


def describe_phone_conditions(report: SourcesReport) -> str:
    """Writes up to which strength of each phone condition an answer is worth giving.

    Args:
        report: of any weights.

    Returns:
        One sentence; empty if the conditions were not measured.
    """
    if report.phone is None:
        return ""
    limits = "; ".join(map(_describe_limit, report.phone.limits))
    return (
        'On close-ups and smartphone photos, the AUC of "needs a look" falls by at most '
        f"{report.phone.largest_loss:.2f} up to these limits: {limits}."
    )


def _describe_limit(limit: ConditionLimit) -> str:
    if limit.usable_up_to is None:
        return f"{limit.condition}, at no strength that was measured"
    words = USABLE.get(limit.condition, f"{limit.condition} up to {{}} ({limit.unit})")
    return words.format(format_strength(limit.usable_up_to))


def format_kind(row: SourceResult | GroupResult | ArtefactResult | SourceRow) -> str:
    """Writes the source and image type of a row."""
    return f"{TITLES[row.source]}, {row.image_type}"


def format_tone(row: GroupResult) -> str:
    """Writes the skin tone of a group. Fitzpatrick types count from light to dark skin."""
    fitzpatrick = row.attribute == FITZPATRICK and row.group != UNKNOWN
    return f"Fitzpatrick type {row.group}" if fitzpatrick else row.group


def format_estimate(estimate: Estimate) -> str:
    """Writes a value with its interval, or a dash where there is none."""
    if estimate.value is None or estimate.ci95 is None:
        return "–"
    low, high = estimate.ci95
    return f"{estimate.value:.2f} ({low:.2f} to {high:.2f})"


def format_strength(strength: float) -> str:
    """Writes a share as percent and a colour temperature in kelvin."""
    return f"{strength:.0f} K" if strength > 1 else f"{100 * strength:g} %"


def _format_percent(estimate: Estimate, interval: str = "") -> str:
    """Writes a known share as percent, and its 95 % interval after the words `interval`."""
    percent = f"{100 * (estimate.value or 0):.0f} %"
    if estimate.ci95 is None:
        return percent
    low, high = estimate.ci95
    return f"{percent} ({interval}{100 * low:.0f} to {100 * high:.0f} %)"

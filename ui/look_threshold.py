"""Shows what a threshold for "needs a look" does to test photos and to the photos of this visit."""

from collections.abc import Sequence

import streamlit as st

from qana.classes import BY_CODE
from qana.errors import UserError
from qana.inference.diagnosis import Diagnosis
from qana.inference.manifest import ModelEntry
from qana.inference.probabilities import format_percent
from qana.protocols.protocol_reports import read_reports
from qana.protocols.sources_report import SourceResult
from qana.reports.source_facts import format_kind, read_valid_report
from ui.answered_photo import AnsweredPhoto
from ui.operating_point import show_operating_point
from ui.provenance import show_measured

WORTH = "worth a look"
NOT_MEASURED = (
    "The decisions at each threshold are not measured for {name}: measure them with `python -m "
    "qana protocol sources --data DIR --model {name}`."
)


def list_measured(entry: ModelEntry) -> list[SourceResult]:
    """Lists the sources of test photos for which the decisions of a model are measured."""
    report = read_valid_report(entry)
    return [row for row in report.sources if row.look is not None] if report else []


def find_deployed_threshold(entry: ModelEntry) -> float | None:
    """Finds the threshold that was set on validation lesions; None if there is none for a model."""
    try:
        lesion = read_reports().select_model(entry.sha256).lesion
    except UserError:
        return None
    return lesion.malignant.threshold if lesion else None


def choose_source(rows: Sequence[SourceResult], key: str) -> SourceResult:
    """Lets the visitor choose the test photos that a curve is of."""
    place = st.selectbox(
        "Measured on test photos of",
        range(len(rows)),
        format_func=lambda number: format_kind(rows[number]),
        key=key,
        width=320,
    )
    return rows[place]


def show_look_threshold(diagnosis: Diagnosis, photos: Sequence[AnsweredPhoto]) -> None:
    """Shows the slider, the measured decisions, and what they mean for the photos of this visit.

    Args:
        diagnosis: names the network.
        photos: photos of this visit with an answer, by any network.
    """
    entry = diagnosis.classifier.entry
    rows = list_measured(entry)
    if not rows:
        st.markdown(NOT_MEASURED.format(name=entry.name))
        return
    row = choose_source(rows, f"look_source_{entry.name}")
    deployed = find_deployed_threshold(entry)
    own = [one for one in photos if one.diagnosis.sha256 == diagnosis.sha256]
    assert row.look is not None
    show_operating_point(
        row.look.curve,
        WORTH,
        f"look_{entry.name}_{row.source}_{row.image_type}",
        0.5 if deployed is None else deployed,
        deployed is not None,
        lambda threshold: _show_photos(own, threshold),
    )
    report = read_valid_report(entry)
    if report:
        show_measured(report.command)


def describe_visit(photos: Sequence[AnsweredPhoto], threshold: float) -> str:
    """Describes which photos of this visit are called at a threshold.

    Args:
        photos: at least one, each with an answer.
        threshold: photos whose summed probability reaches it are called.
    """
    called = [one for one in photos if one.prediction.malignant_probability >= threshold]
    lines = [
        f"- {'**called**' if one in called else 'not called'}: "
        f"{format_percent(one.prediction.malignant_probability)}"
        + (f", recorded as {BY_CODE[one.recorded].name.lower()}" if one.recorded else "")
        for one in photos
    ]
    noun = "photo" if len(photos) == 1 else "photos"
    return f"Of {len(photos)} {noun} of this visit it calls **{len(called)}**.\n\n" + "\n".join(
        lines
    )


def _show_photos(photos: Sequence[AnsweredPhoto], threshold: float) -> None:
    if photos:
        st.markdown(describe_visit(photos, threshold))

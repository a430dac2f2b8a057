"""Draws the report of one diagnosis as a PDF of one page, in memory."""

from datetime import datetime

from fpdf import FPDF

from qana.data.samples import Sample
from qana.inference.diagnosis import Diagnosis
from qana.reports.diagnosis_content import (
    NO_CONFIRMATION,
    NO_DEVICE,
    DiagnosisContent,
    gather_diagnosis_content,
)
from qana.reports.pdf_drawing import (
    BODY,
    BOLD,
    FOOT,
    INNER,
    LEADING,
    MARGIN,
    MUTED,
    SERIF,
    SMALL,
    TEAL,
    draw_banner,
    draw_bar,
    draw_foot,
    draw_heading,
    draw_notice,
    draw_picture,
    draw_text,
    make_pdf,
)

SIDE = 56
"""Side of the photo and of the map, mm."""
GAP = 4
LINE = 3.2
"""Largest height of a row of the layers, mm. It is smaller if there are many."""
TINY = 7
"""Font size of the layers' names and of captions, points."""
CASE_SIDE = 14
"""Side of the photo of a similar case, mm."""
LOWEST_CASES = 150
"""Lowest place of the similar cases, mm. Below it the page is full of warnings."""


def draw_diagnosis_pdf(diagnosis: Diagnosis, made: datetime, sample: Sample | None = None) -> bytes:
    """Draws the report.

    Args:
        diagnosis: with an answer. The report is about the network that gave it.
        made: when, with its time zone.
        sample: the sample that the photo is of; None for a photo of the user's own.

    Returns:
        A PDF, one page of A4 in portrait format.

    Raises:
        ValueError: the photo was rejected.
    """
    content = gather_diagnosis_content(diagnosis, made, sample)
    pdf = make_pdf("QANA report")
    pdf.add_page()
    draw_banner(pdf, "Report of one photo", content.made)
    top = _draw_answer(pdf, content, 27)
    below = _draw_pictures(pdf, content, top)
    if content.cases and below <= LOWEST_CASES:
        below = _draw_cases(pdf, content, below)
    width = (INNER - 8) * 0.44
    _draw_sources(pdf, content, below, width)
    _draw_layers(pdf, content, below, MARGIN + width + 8, INNER - width - 8)
    draw_foot(pdf, content.origin)
    return bytes(pdf.output())


def _draw_answer(pdf: FPDF, content: DiagnosisContent, y: float) -> float:
    y = draw_text(pdf, MARGIN, y, INNER, content.title, 19, BOLD, TEAL, SERIF) + 0.5
    y = draw_text(pdf, MARGIN, y, INNER, content.about) + 2
    words = " ".join(filter(None, (NO_DEVICE, NO_CONFIRMATION, content.dark_skin)))
    for notice in (words, *content.problems):
        y = draw_notice(pdf, y, notice) + 1.6
    return y + 1.4


def _draw_pictures(pdf: FPDF, content: DiagnosisContent, y: float) -> float:
    """Draws the photo, its map and the seven classes side by side."""
    draw_picture(pdf, MARGIN, y, SIDE, content.photo, "The photo, cut to its centre square")
    caption = "The square that the network read."
    if content.recorded:
        caption += f" The data set records {content.recorded}. Photo: {content.attribution}."
    below = draw_text(pdf, MARGIN, y + SIDE + 1, SIDE, caption, TINY, colour=MUTED)
    x = MARGIN + SIDE + GAP
    if content.heat is not None:
        alt = f"The photo under a map of what supports {content.likeliest}"
        draw_picture(pdf, x, y, SIDE, content.heat, alt)
        words = (
            f"Brighter areas support {content.likeliest} more. The map is computed from the "
            "integers of this answer. It shows what the network used, not what is diseased."
        )
        below = max(below, draw_text(pdf, x, y + SIDE + 1, SIDE, words, TINY, colour=MUTED))
        x += SIDE + GAP
    return max(below, _draw_classes(pdf, content, x, y)) + 4


def _draw_cases(pdf: FPDF, content: DiagnosisContent, y: float) -> float:
    """Draws the similar cases in one row, each with its caption at the right."""
    y = draw_heading(pdf, MARGIN, y - 2, INNER, "Similar training lesions")
    width = INNER / len(content.cases)
    for number, one in enumerate(content.cases):
        x = MARGIN + number * width
        alt = f"Photo of a training lesion: {one.name}"
        draw_picture(pdf, x, y, CASE_SIDE, one.case.read_photo(), alt)
        x, inner = x + CASE_SIDE + 1.5, width - CASE_SIDE - 3
        below = draw_text(pdf, x, y - 0.5, inner, one.name, TINY, BOLD)
        draw_text(pdf, x, below, inner, f"{one.source}, {one.distance}", TINY, colour=MUTED)
    words = (
        "Nearest by the network's own numbers. The data sets record the diagnoses. Photos: "
        f"{content.case_credits}."
    )
    return draw_text(pdf, MARGIN, y + CASE_SIDE + 3, INNER, words, TINY, colour=MUTED) + 3


def _draw_classes(pdf: FPDF, content: DiagnosisContent, x: float, y: float) -> float:
    width = MARGIN + INNER - x
    y = draw_heading(pdf, x, y - 1, width, "The seven classes")
    for one in content.classes:
        draw_text(pdf, x, y, width, one.name, SMALL)
        draw_text(pdf, x, y, width, one.percent, SMALL, BOLD, align="R")
        draw_bar(pdf, x, y + 3.8, width, one.share)
        y += 6
    look = f"Needs a professional look: {content.look}"
    y = draw_text(pdf, x, y + 1, width, look, BODY, BOLD) + 0.4
    about = f"The sum of {content.look_group}. A low number does not rule anything out."
    return draw_text(pdf, x, y, width, about, TINY, colour=MUTED)


def _draw_sources(pdf: FPDF, content: DiagnosisContent, y: float, width: float) -> None:
    y = draw_heading(pdf, MARGIN, y, width, "The source of each number")
    for row in content.sources:
        words = f"{row.what}: {row.value}" if row.value else row.what
        y = draw_text(pdf, MARGIN, y, width, words, SMALL, BOLD)
        y = draw_text(pdf, MARGIN, y + 0.2, width, row.source, SMALL, colour=MUTED) + 1.6


def _draw_layers(pdf: FPDF, content: DiagnosisContent, y: float, x: float, width: float) -> None:
    y = draw_heading(pdf, x, y, width, "Events of each layer")
    about = f"{content.events:,} events; {content.sparsity:.0%} of all activations were silent."
    y = draw_text(pdf, x, y, width, about, SMALL, colour=MUTED) + 0.6
    line = min(LINE, (FOOT - 2 - y) / max(len(content.layers), 1))
    size = min(TINY, line / LEADING)
    for layer in content.layers:
        draw_text(pdf, x, y, 52, layer.name, size)
        draw_text(pdf, x + 40, y, 22, f"{layer.events:,}", size, align="R")
        draw_text(pdf, x + 62, y, 10, f"{layer.silent:.0%}", size, colour=MUTED, align="R")
        draw_bar(pdf, x + 75, y + line / 2 - 0.7, width - 75, layer.share)
        y += line

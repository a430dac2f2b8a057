"""Draws the summary of a batch as a PDF, in memory: counts, the most urgent photos, all rows."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from fpdf import FPDF
from PIL import Image

from qana.classes import BY_CODE, CLASSES, LABELS
from qana.inference.manifest import ModelEntry
from qana.inference.probabilities import format_percent
from qana.reports.diagnosis_content import NO_CONFIRMATION, NO_DEVICE, format_time
from qana.reports.pdf_drawing import (
    BODY,
    BOLD,
    INNER,
    MARGIN,
    MUTED,
    PAGE,
    SERIF,
    SMALL,
    TEAL,
    draw_banner,
    draw_bar,
    draw_foot,
    draw_heading,
    draw_notice,
    draw_text,
    make_pdf,
)
from qana.reports.source_facts import describe_dark_skin, read_valid_report
from qana.reports.training_data import describe_sources
from qana.resources import VERSION
from qana.screening.photo_answer import PhotoAnswer
from qana.screening.rows import ScreeningRow

STATUS_WORDS = {"classified": "classified", "abstained": "not sure", "rejected": "rejected"}
MOST_URGENT = 12
"""Number of photos with a picture on the first page."""
ROW = 5.2
"""Height of a row of the table, mm."""
TINY = 7
LAST = PAGE[1] - 24
"""Lower edge of the last row of a page, mm."""
COLUMNS = (
    *(("File", 58.0), ("Looks most like", 35.0), ("Probability", 19.0), ("Needs a look", 20.0)),
    ("Status and reason", 50.0),
)
"""Titles and widths of the columns, mm. They sum to the inner width of the page."""


def draw_batch_pdf(answers: Sequence[PhotoAnswer], entry: ModelEntry, made: datetime) -> bytes:
    """Draws the summary.

    Args:
        answers: in the order to show, the most urgent first.
        entry: the network that answered.
        made: when, with its time zone.

    Returns:
        A PDF of A4 pages in portrait format.
    """
    pdf = make_pdf("QANA batch")
    pdf.add_page()
    draw_banner(pdf, "Summary of a batch", format_time(made))
    y = _draw_counts(pdf, answers, entry, 27)
    _draw_urgent(pdf, [one for one in answers if one.thumbnail and one.row.top1_label], y)
    _draw_rows(pdf, [answer.row for answer in answers])
    origin = (
        f"{NO_DEVICE} Research and teaching only. QANA {VERSION}, {entry.name}, "
        f"{entry.sha256[:12]}; the network learned from {describe_sources(entry)} "
        f"({entry.record['licence'].partition(' (')[0]}). It runs on BrainChip's Akida engine, "
        "which is proprietary."
    )
    pages = len(pdf.pages)
    for number in range(1, pages + 1):
        pdf.page = number
        draw_foot(pdf, origin, f"{number} of {pages}")
    return bytes(pdf.output())


def _draw_counts(pdf: FPDF, answers: Sequence[PhotoAnswer], entry: ModelEntry, y: float) -> float:
    counts = Counter(answer.row.status for answer in answers)
    words = ", ".join(f"{counts[name]} {words}" for name, words in STATUS_WORDS.items())
    title = "1 photo" if len(answers) == 1 else f"{len(answers)} photos"
    y = draw_text(pdf, MARGIN, y, INNER, title, 19, BOLD, TEAL, SERIF) + 0.5
    y = draw_text(pdf, MARGIN, y, INNER, f"{words[0].upper()}{words[1:]}.") + 2
    dark_skin = describe_dark_skin(read_valid_report(entry))
    y = draw_notice(pdf, y, f"{NO_DEVICE} {NO_CONFIRMATION} {dark_skin}") + 4
    y = draw_heading(pdf, MARGIN, y, INNER, "What the photos look most like")
    by_class = Counter(answer.row.top1_label for answer in answers)
    most = max((by_class[label] for label in LABELS), default=1) or 1
    for label in LABELS:
        draw_text(pdf, MARGIN, y, 50, BY_CODE[label].name, SMALL)
        draw_text(pdf, MARGIN + 45, y, 12, f"{by_class[label]}", SMALL, BOLD, align="R")
        draw_bar(pdf, MARGIN + 61, y + 1.1, INNER - 61, by_class[label] / most)
        y += 5
    return y + 3


def _draw_urgent(pdf: FPDF, answers: Sequence[PhotoAnswer], y: float) -> None:
    """Draws the most urgent photos in two columns."""
    if not answers:
        return
    y = draw_heading(pdf, MARGIN, y, INNER, "Photos that most need a look")
    group = ", ".join(one.name.lower() for one in CLASSES if one.malignant)
    about = f"By the summed probability of {group}. A low number does not rule anything out."
    y = draw_text(pdf, MARGIN, y, INNER, about, SMALL, colour=MUTED) + 2
    side, width = 19, INNER / 2
    for place, answer in enumerate(answers[:MOST_URGENT]):
        row = answer.row
        x, top = MARGIN + width * (place % 2), y + (side + 3) * (place // 2)
        assert answer.thumbnail is not None and row.top1_label is not None
        picture = Image.open(BytesIO(answer.thumbnail)).convert("RGB")
        pdf.image(picture, x, top, side, side, alt_text=row.path)
        left, room = x + side + 3, width - side - 6
        look = format_percent(row.malignant_probability or 0.0)
        name = f"{BY_CODE[row.top1_label].name}, {format_percent(row.top1_probability or 0.0)}"
        below = draw_text(pdf, left, top, room, f"Needs a look: {look}", BODY, BOLD)
        below = draw_text(pdf, left, below + 0.5, room, name, SMALL)
        below = draw_text(pdf, left, below, room, STATUS_WORDS[row.status], SMALL, colour=MUTED)
        draw_text(pdf, left, below, room, _shorten(pdf, row.path, room), SMALL, colour=MUTED)


def _draw_rows(pdf: FPDF, rows: Sequence[ScreeningRow]) -> None:
    """Draws one line for each photo, on pages of their own."""
    y: float = LAST
    for row in rows:
        if y + ROW > LAST:
            pdf.add_page()
            y = _draw_header(pdf, draw_heading(pdf, MARGIN, 14, INNER, "All photos"))
        label, look = row.top1_label, row.malignant_probability
        state = STATUS_WORDS[row.status] + (f": {row.reason}" if row.reason else "")
        cells = (
            row.path,
            BY_CODE[label].name if label else "",
            "" if row.top1_probability is None else format_percent(row.top1_probability),
            "" if look is None else format_percent(look),
            state,
        )
        x = float(MARGIN)
        for words, (_, width) in zip(cells, COLUMNS, strict=True):
            draw_text(pdf, x, y, width, _shorten(pdf, words, width - 2), TINY)
            x += width
        y += ROW


def _draw_header(pdf: FPDF, y: float) -> float:
    x = float(MARGIN)
    for title, width in COLUMNS:
        draw_text(pdf, x, y, width, title, TINY, BOLD)
        x += width
    return y + ROW


def _shorten(pdf: FPDF, words: str, width: float) -> str:
    """Shortens words at their start or end until they fit on one line. A path keeps its end."""
    words = " ".join(words.split())
    path = "/" in words and not words.endswith(".")
    shortened = words
    while shortened and pdf.get_string_width(shortened) > width:
        words = words[1:] if path else words[:-1]
        shortened = f"…{words}" if path else f"{words}…"
    return shortened

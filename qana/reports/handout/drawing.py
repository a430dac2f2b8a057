"""Text, headings, panels and pictures on the page, in the app's colours.

The fonts are the PDF's own, so nothing is embedded; they know Latin-1 alone.
"""

from collections.abc import Sequence

import numpy as np
from fpdf import FPDF
from PIL import Image

PAGE, MARGIN = (210, 297), 14
"""Millimetres, as all lengths here."""
INNER = PAGE[0] - 2 * MARGIN
TEAL, ORANGE, BACKGROUND, TEXT_COLOUR = (11, 97, 88), (196, 85, 45), (251, 248, 243), (35, 32, 27)
PANEL, MUTED, LINE = (241, 235, 225), (96, 90, 80), (217, 208, 193)
"""Colours of the app's light theme; `MUTED` is its grey, darker, so that it is read on paper."""
SMALL, BODY = 8, 9
"""Points; nothing is smaller."""
LEADING = 0.44
"""Millimetres from line to line for each point of size."""
LATIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "…": "...", "−": "-"})


def draw_text(
    pdf: FPDF,
    x: float,
    y: float,
    width: float,
    words: str,
    size: float = BODY,
    style: str = "",
    colour: tuple[int, int, int] = TEXT_COLOUR,
    family: str = "helvetica",
    align: str = "L",
) -> float:
    """Sets a paragraph and returns where the next one can begin."""
    pdf.set_font(family, style, size)
    pdf.set_text_color(*colour)
    pdf.set_xy(x, y)
    latin = words.translate(LATIN).encode("latin-1", "replace").decode("latin-1")
    pdf.multi_cell(width, size * LEADING, latin, align=align, new_x="LEFT", new_y="NEXT")
    return float(pdf.get_y())


def draw_heading(pdf: FPDF, x: float, y: float, width: float, words: str) -> float:
    """Sets a heading over a rule and returns where its section can begin."""
    below = draw_text(pdf, x, y, width, words, 13, "B", TEAL, "times") + 0.6
    pdf.set_draw_color(*LINE)
    pdf.set_line_width(0.25)
    pdf.line(x, below, x + width, below)
    return below + 2


def draw_panel(
    pdf: FPDF, x: float, y: float, width: float, height: float, fill: tuple[int, int, int] = PANEL
) -> None:
    """Fills a rectangle with round corners."""
    pdf.set_fill_color(*fill)
    pdf.rect(x, y, width, height, style="F", round_corners=True, corner_radius=2)


def draw_arrow(pdf: FPDF, x: float, y: float) -> None:
    """Draws a small arrow to the right, centred on (x, y)."""
    pdf.set_fill_color(*ORANGE)
    pdf.polygon([(x - 1, y - 1.7), (x + 1.2, y), (x - 1, y + 1.7)], style="F")


def draw_picture(pdf: FPDF, x: float, y: float, side: float, pixels: np.ndarray, alt: str) -> None:
    """Places (H, W, 3) uint8 pixels as a square, with its text alternative."""
    pdf.image(Image.fromarray(pixels), x, y, side, side, alt_text=alt)


def draw_caption(pdf: FPDF, x: float, y: float, width: float, title: str, *lines: str) -> None:
    """Sets a title and lines below a picture."""
    below = draw_text(pdf, x, y + 1.2, width, title, SMALL, "B")
    for words in lines:
        below = draw_text(pdf, x, below, width + 3, words, SMALL, colour=MUTED)


def draw_table(
    pdf: FPDF, x: float, y: float, width: float, rows: Sequence[tuple[str, str]]
) -> float:
    """Sets words on the left and values on the right, and returns where the next can begin."""
    for words, value in rows:
        draw_text(pdf, x, y, width, words, SMALL, colour=MUTED)
        y = draw_text(pdf, x, y, width, value, SMALL, "B", align="R") + 0.7
    return y

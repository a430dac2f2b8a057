"""Draws text, headings, panels and pictures on the page, in the app's colours.

The fonts are the standard fonts of PDF, so no font is embedded. They contain Latin-1 alone. All
lengths and positions are in millimetres from the top left corner of the page.
"""

from collections.abc import Sequence

import numpy as np
from fpdf import FPDF
from PIL import Image

PAGE, MARGIN = (210, 297), 14
"""Width and height of the page, and its margin, mm."""
INNER = PAGE[0] - 2 * MARGIN
"""Width between the margins, mm."""
TEAL, ORANGE, BACKGROUND, TEXT_COLOUR = (11, 97, 88), (196, 85, 45), (251, 248, 243), (35, 32, 27)
PANEL, MUTED, LINE = (241, 235, 225), (96, 90, 80), (217, 208, 193)
"""RGB colours of the app's light theme, 0 to 255. `MUTED` is darker than in the app, for print."""
SMALL, BODY = 8, 9
"""Font sizes, points. No text is smaller."""
LEADING = 0.44
"""Line spacing for each point of font size, mm."""
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
    """Draws a paragraph.

    Args:
        pdf: the document.
        x: left edge, mm.
        y: upper edge, mm.
        width: of the paragraph, mm.
        words: the text. A character outside Latin-1 is replaced.
        size: of the font, points.
        style: "", "B" for bold or "I" for italic.
        colour: RGB, 0 to 255.
        family: of the font, "helvetica", "times" or "courier".
        align: "L", "C" or "R".

    Returns:
        Lower edge of the paragraph, mm.
    """
    pdf.set_font(family, style, size)
    pdf.set_text_color(*colour)
    pdf.set_xy(x, y)
    latin = words.translate(LATIN).encode("latin-1", "replace").decode("latin-1")
    pdf.multi_cell(width, size * LEADING, latin, align=align, new_x="LEFT", new_y="NEXT")
    return float(pdf.get_y())


def draw_heading(pdf: FPDF, x: float, y: float, width: float, words: str) -> float:
    """Draws a heading above a rule and returns the upper edge of its section, mm."""
    below = draw_text(pdf, x, y, width, words, 13, "B", TEAL, "times") + 0.6
    pdf.set_draw_color(*LINE)
    pdf.set_line_width(0.25)
    pdf.line(x, below, x + width, below)
    return below + 2


def draw_panel(
    pdf: FPDF, x: float, y: float, width: float, height: float, fill: tuple[int, int, int] = PANEL
) -> None:
    """Draws a filled rectangle with round corners."""
    pdf.set_fill_color(*fill)
    pdf.rect(x, y, width, height, style="F", round_corners=True, corner_radius=2)


def draw_arrow(pdf: FPDF, x: float, y: float) -> None:
    """Draws a small arrow that points right and has its centre at (x, y)."""
    pdf.set_fill_color(*ORANGE)
    pdf.polygon([(x - 1, y - 1.7), (x + 1.2, y), (x - 1, y + 1.7)], style="F")


def draw_picture(pdf: FPDF, x: float, y: float, side: float, pixels: np.ndarray, alt: str) -> None:
    """Draws (H, W, 3) uint8 RGB pixels as a square, with the alternative text `alt`."""
    pdf.image(Image.fromarray(pixels), x, y, side, side, alt_text=alt)


def draw_caption(pdf: FPDF, x: float, y: float, width: float, title: str, *lines: str) -> None:
    """Draws a title and lines below a picture."""
    below = draw_text(pdf, x, y + 1.2, width, title, SMALL, "B")
    for words in lines:
        below = draw_text(pdf, x, below, width + 3, words, SMALL, colour=MUTED)


def draw_table(
    pdf: FPDF, x: float, y: float, width: float, rows: Sequence[tuple[str, str]]
) -> float:
    """Draws rows of words and values, and returns the lower edge of the table, mm."""
    for words, value in rows:
        draw_text(pdf, x, y, width, words, SMALL, colour=MUTED)
        y = draw_text(pdf, x, y, width, value, SMALL, "B", align="R") + 0.7
    return y

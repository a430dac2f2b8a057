"""Draws text, headings, panels and pictures on the pages of a PDF, in the app's colours and fonts.

The fonts are embedded: Instrument Sans and Fraunces, both under the SIL Open Font License. A
character that they lack is replaced by a question mark. All lengths and positions are in
millimetres from the top left corner of the page.
"""

import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
from fpdf import FPDF
from PIL import Image

from qana.resources import ASSETS

PAGE, MARGIN = (210, 297), 14
"""Width and height of the page, and its margin, mm."""
FOOT = PAGE[1] - 18
"""Upper edge of the small print at the foot of a page, mm."""
INNER = PAGE[0] - 2 * MARGIN
"""Width between the margins, mm."""
TEAL, ORANGE, BACKGROUND, TEXT_COLOUR = (11, 97, 88), (196, 85, 45), (251, 248, 243), (35, 32, 27)
PANEL, MUTED, LINE = (241, 235, 225), (96, 90, 80), (217, 208, 193)
"""RGB colours of the app's light theme, 0 to 255. `MUTED` is darker than in the app, for print."""
SMALL, BODY = 8, 9
"""Font sizes, points. No text is smaller."""
LEADING = 0.44
"""Line spacing for each point of font size, mm."""
SANS, SERIF = "instrument-sans", "fraunces"
"""Families of the fonts."""
BOLD = "B"
_FONTS = ((SANS, "", "regular"), (SANS, BOLD, "semibold"), (SERIF, BOLD, "semibold"))
_FONT_FOLDER = ASSETS / "fonts"
LOGO = ASSETS / "logo.svg"


def make_pdf(title: str) -> FPDF:
    """Makes an A4 document without pages, with the fonts embedded.

    Args:
        title: of the document.
    """
    pdf = FPDF()
    pdf.set_auto_page_break(False)
    pdf.c_margin = 0
    pdf.set_title(title)
    pdf.set_lang("en")
    for family, style, weight in _FONTS:
        pdf.add_font(family, style, _FONT_FOLDER / f"{family}-{weight}.ttf")
    return pdf


def draw_text(
    pdf: FPDF,
    x: float,
    y: float,
    width: float,
    words: str,
    size: float = BODY,
    style: str = "",
    colour: tuple[int, int, int] = TEXT_COLOUR,
    family: str = SANS,
    align: str = "L",
) -> float:
    """Draws a paragraph.

    Args:
        pdf: the document.
        x: left edge, mm.
        y: upper edge, mm.
        width: of the paragraph, mm.
        words: the text.
        size: of the font, points.
        style: "" or `BOLD`.
        colour: RGB, 0 to 255.
        family: of the font, `SANS` or `SERIF`; the latter is always bold.
        align: "L", "C" or "R".

    Returns:
        Lower edge of the paragraph, mm.
    """
    pdf.set_font(family, BOLD if family == SERIF else style, size)
    pdf.set_text_color(*colour)
    pdf.set_xy(x, y)
    known = replace_unknown(pdf, words)
    pdf.multi_cell(width, size * LEADING, known, align=align, new_x="LEFT", new_y="NEXT")
    return float(pdf.get_y())


def replace_unknown(pdf: FPDF, words: str) -> str:
    """Replaces the characters that the present font lacks. Accents are joined to their letters."""
    known = getattr(pdf.current_font, "cmap", {})
    joined = unicodedata.normalize("NFC", words)
    return "".join(one if ord(one) in known or one == "\n" else "?" for one in joined)


def draw_heading(pdf: FPDF, x: float, y: float, width: float, words: str) -> float:
    """Draws a heading above a rule and returns the upper edge of its section, mm."""
    below = draw_text(pdf, x, y, width, words, 13, BOLD, TEAL, SERIF) + 0.6
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


def draw_notice(pdf: FPDF, y: float, words: str) -> float:
    """Draws words in a panel over the whole width, and returns its lower edge, mm."""
    width = INNER - 8
    pdf.set_font(SANS, "", SMALL)
    lines: Any = pdf.multi_cell(
        width, SMALL * LEADING, replace_unknown(pdf, words), dry_run=True, output="LINES"
    )
    height = len(lines) * SMALL * LEADING + 3.4
    draw_panel(pdf, MARGIN, y, INNER, height)
    draw_text(pdf, MARGIN + 4, y + 1.7, width, words, SMALL)
    return y + height


def draw_banner(pdf: FPDF, title: str, made: str) -> None:
    """Draws the head of a page: the logo, a title, when the page was made, and the warning.

    Args:
        pdf: the document.
        title: of the page.
        made: when, in words.
    """
    pdf.set_fill_color(*TEAL)
    pdf.rect(0, 0, PAGE[0], 22, style="F")
    pdf.image(str(LOGO), MARGIN - 3, 3, 15, 15)
    draw_text(pdf, MARGIN + 14, 4.5, 100, title, 16, BOLD, BACKGROUND, SERIF)
    draw_text(pdf, MARGIN + 14.2, 12.6, 100, f"QANA, {made}", BODY, colour=BACKGROUND)
    left = PAGE[0] - MARGIN - 56
    draw_panel(pdf, left, 6, 56, 10, ORANGE)
    draw_text(pdf, left, 7.2, 56, "Not a medical device", BODY, BOLD, BACKGROUND, align="C")
    draw_text(pdf, left, 11.2, 56, "Research and teaching only", SMALL, "", BACKGROUND, align="C")


def draw_foot(pdf: FPDF, words: str, page: str = "") -> None:
    """Draws small print at the foot of a page, below a rule, and the number of the page."""
    y = FOOT
    pdf.set_draw_color(*LINE)
    pdf.set_line_width(0.25)
    pdf.line(MARGIN, y, PAGE[0] - MARGIN, y)
    draw_text(pdf, MARGIN, y + 1.6, INNER - 20, words, SMALL, colour=MUTED)
    draw_text(pdf, PAGE[0] - MARGIN - 20, y + 1.6, 20, page, SMALL, colour=MUTED, align="R")


def draw_bar(pdf: FPDF, x: float, y: float, width: float, share: float) -> None:
    """Draws a thin bar whose length is a share, 0 to 1, of a width."""
    pdf.set_fill_color(*LINE)
    pdf.rect(x, y, width, 1.3, style="F")
    pdf.set_fill_color(*TEAL)
    pdf.rect(x, y, max(width * share, 0.2), 1.3, style="F")


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

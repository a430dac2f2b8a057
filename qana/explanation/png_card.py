"""A map to take away: the picture with what it is written below it, made in memory."""

import io
import textwrap

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, MARGIN = 800, 24
INK, PAPER = (35, 32, 27), (251, 248, 243)
LETTERS = 78
"""In a line of the caption."""


def draw_png_card(picture: np.ndarray, title: str, lines: list[str]) -> bytes:
    """PNG of a picture with a title and a caption.

    Args:
        picture: (S, S, 3) uint8 RGB.
        title: one line.
        lines: paragraphs of the caption.

    Returns:
        The file's bytes, an image 800 pixels wide.
    """
    large, small = ImageFont.load_default(28), ImageFont.load_default(18)
    wrapped = [part for line in lines for part in textwrap.wrap(line, LETTERS)]
    inner = WIDTH - 2 * MARGIN
    height = MARGIN + inner + 56 + 26 * len(wrapped) + MARGIN
    page = Image.new("RGB", (WIDTH, height), PAPER)
    page.paste(Image.fromarray(picture).resize((inner, inner)), (MARGIN, MARGIN))
    pen = ImageDraw.Draw(page)
    top = MARGIN + inner + 14
    pen.text((MARGIN, top), title, INK, large)
    for number, line in enumerate(wrapped):
        pen.text((MARGIN, top + 44 + 26 * number), line, INK, small)
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    return buffer.getvalue()

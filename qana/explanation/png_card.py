"""Draws a PNG card: an image with a title and a caption below it."""

import io
import textwrap

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

WIDTH, MARGIN = 800, 24
"""Width of the card and margin around its content, in pixels."""
TEXT_COLOUR, BACKGROUND = (35, 32, 27), (251, 248, 243)
LINE_LENGTH = 78
"""Characters in one line of the caption."""
LINE_HEIGHT, TITLE_HEIGHT = 26, 56
"""In pixels."""


def draw_png_card(picture: np.ndarray, title: str, lines: list[str]) -> bytes:
    """Draws an image with a title and a caption.

    Args:
        picture: (S, S, 3) uint8 RGB.
        title: one line of text.
        lines: paragraphs of the caption.

    Returns:
        Content of a PNG file, 800 pixels wide. It holds title and caption as text, too, under the
        keywords "Title" and "Description".
    """
    large, small = ImageFont.load_default(28), ImageFont.load_default(18)
    wrapped = [part for line in lines for part in textwrap.wrap(line, LINE_LENGTH)]
    inner = WIDTH - 2 * MARGIN
    height = MARGIN + inner + TITLE_HEIGHT + LINE_HEIGHT * len(wrapped) + MARGIN
    card = Image.new("RGB", (WIDTH, height), BACKGROUND)
    card.paste(Image.fromarray(picture).resize((inner, inner)), (MARGIN, MARGIN))
    draw = ImageDraw.Draw(card)
    top = MARGIN + inner + 14
    draw.text((MARGIN, top), title, TEXT_COLOUR, large)
    for number, line in enumerate(wrapped):
        draw.text((MARGIN, top + 44 + LINE_HEIGHT * number), line, TEXT_COLOUR, small)
    buffer = io.BytesIO()
    text = PngInfo()
    text.add_itxt("Title", title)
    text.add_itxt("Description", "\n".join(lines))
    card.save(buffer, "PNG", pnginfo=text)
    return buffer.getvalue()

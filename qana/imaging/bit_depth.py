"""Converts pictures of any mode and bit depth to 8 bits per channel."""

import numpy as np
from PIL import Image


def convert_for_resizing(picture: Image.Image) -> Image.Image:
    """Converts a picture to a mode in which neighbouring pixels can be averaged.

    The numbers of a palette cannot be averaged, nor can a colour that stands for transparency.

    Args:
        picture: a loaded picture of any mode.

    Returns:
        The picture itself or a copy in mode RGBA, LA, RGB or L.
    """
    if picture.mode not in ("RGBA", "LA") and picture.has_transparency_data:
        return picture.convert("LA" if picture.mode in ("1", "L") else "RGBA")
    if picture.mode in ("1", "P"):
        return picture.convert("L" if picture.mode == "1" else "RGB")
    return picture


def convert_to_eight_bits(
    picture: Image.Image, white: float | None = None, inverted: bool = False
) -> Image.Image:
    """Scales 16-bit, 32-bit and float greys to 8 bits.

    Pillow's own conversion clips these values at 255.

    Args:
        picture: a picture of any mode.
        white: value of white, if the mode does not define it.
        inverted: whether black and white are swapped in a picture of more than 8 bits.

    Returns:
        The picture in mode L, or itself if it already has 8 bits.
    """
    if not picture.mode.startswith(("I", "F")):
        return picture
    with np.errstate(invalid="ignore"):  # numpy would write a warning for some values that are none
        values = np.nan_to_num(np.asarray(picture, dtype=np.float64), posinf=0.0, neginf=0.0)
    low, high = (
        (0.0, white)
        if white is not None
        else _find_grey_range(picture.mode, float(values.min()), float(values.max()))
    )
    scaled = (values - low) / max(high - low, 1e-12) * 255
    grey = np.round(scaled).clip(0, 255).astype(np.uint8)
    return Image.fromarray(255 - grey if inverted else grey, "L")


def _find_grey_range(mode: str, lowest: float, highest: float) -> tuple[float, float]:
    """Finds the values of black and white; only the 16-bit modes define them."""
    if mode.startswith("I;16"):
        return 0.0, 65_535.0
    usual_whites = (1.0, 255.0, 65_535.0) if mode == "F" else (255.0, 65_535.0)
    white = next((white for white in usual_whites if highest <= white), None)
    return (lowest, highest) if lowest < 0 or white is None else (0.0, white)

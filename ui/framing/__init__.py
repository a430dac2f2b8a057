"""A photo to be moved, turned and enlarged until the lesion fills the circle."""

import base64
import io
import math
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from qana.imaging.crop import CENTRE_SQUARE, CROP_SHARE, CropBox, find_min_share
from ui.component import CAMERA_CSS, register_component

SHOWN_SIDE = 1024
"""Pixels of the preview's long side."""
_framing = register_component(Path(__file__).parent, CAMERA_CSS)


def encode_preview(photo: np.ndarray) -> str:
    """(H, W, 3) uint8 RGB to a JPEG in the form of an address, at most 1024 pixels a side."""
    picture = Image.fromarray(photo)
    picture.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(data.getvalue()).decode()


def show_framing(photo: np.ndarray, preview: str, key: str) -> CropBox | None:
    """Shows a photo in the square that the network will read, with a button to classify it.

    Args:
        photo: (H, W, 3) uint8 RGB.
        preview: what `encode_preview` makes of it, once: the page runs more often.
        key: of the widget.

    Returns:
        The square, once, when the button is pressed; else None.
    """
    chosen = _framing(
        key=key,
        data={
            "photo": preview,
            "least": find_min_share(photo),
            # Of the square that is cut out, the network reads the middle: that is what is shown.
            "centre": CROP_SHARE,
        },
        on_chosen_change=lambda: None,
    ).chosen
    return parse_crop(chosen) if chosen else None


def parse_crop(said: Any) -> CropBox:
    """The square that a browser named; the centre square where it named none that can be."""
    try:
        numbers = [float(said[name]) for name in ("x", "y", "share")]
        turns = int(said["turns"]) % 4
    except (TypeError, ValueError, KeyError, OverflowError):
        return CENTRE_SQUARE
    return CropBox(turns, *numbers) if all(map(math.isfinite, numbers)) else CENTRE_SQUARE

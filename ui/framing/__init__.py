"""Lets a visitor move, turn and enlarge a photo until the lesion fills the circle."""

import io
import math
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from qana.imaging.crop import CENTRE_SQUARE, CROP_SHARE, CropBox, find_min_share
from qana.reports.data_urls import make_data_url
from ui.component import CAMERA_CSS, register_component

PREVIEW_SIDE = 1024
"""Longer side of the preview, pixels."""
_framing = register_component(Path(__file__).parent, CAMERA_CSS)


def encode_preview(photo: np.ndarray) -> str:
    """Encodes a small copy of a photo for the browser.

    Args:
        photo: (H, W, 3) uint8 RGB.

    Returns:
        A data URL with a JPEG of at most 1024 pixels a side.
    """
    picture = Image.fromarray(photo)
    picture.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=88)
    return make_data_url("image/jpeg", data.getvalue())


def show_framing(photo: np.ndarray, preview: str, key: str) -> CropBox | None:
    """Shows a photo in the square that the network will read, with a button to classify it.

    Args:
        photo: (H, W, 3) uint8 RGB.
        preview: from `encode_preview`. It is made once, because the page runs more often.
        key: of the widget.

    Returns:
        The square, in the one run after the button is clicked; else None.
    """
    chosen = _framing(
        key=key,
        data={
            "photo": preview,
            "least": find_min_share(photo),
            # The network reads only the middle of the square, so the browser shows the middle.
            "centre": CROP_SHARE,
        },
        on_chosen_change=lambda: None,
    ).chosen
    return parse_crop(chosen) if chosen else None


def parse_crop(message: Any) -> CropBox:
    """Reads the square that a browser sends.

    Args:
        message: a dictionary with turns, x, y and share; a broken client may send anything.

    Returns:
        The square; the centre square if the message is not usable.
    """
    try:
        numbers = [float(message[name]) for name in ("x", "y", "share")]
        turns = int(message["turns"]) % 4
    except (TypeError, ValueError, KeyError, OverflowError):
        return CENTRE_SQUARE
    return CropBox(turns, *numbers) if all(map(math.isfinite, numbers)) else CENTRE_SQUARE

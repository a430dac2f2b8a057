"""Shows two photos with their maps and moves one cursor over all four pictures at once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qana.explanation.heatmap import normalize_map, overlay_map, resize_map
from qana.reports.data_urls import embed_picture
from ui.component import register_component

GRID = 16
"""Side of the values that the browser reads out under the cursor."""
_pictures = register_component(Path(__file__).parent)


@dataclass(frozen=True, eq=False)
class LinkedSide:
    """One of two photos.

    Attributes:
        title: of the photo and its network.
        photo: (S, S, 3) uint8 RGB.
        values: (H, W) map; None if there is none yet.
        supports: name of the class that the map is of, in lower case.
    """

    title: str
    photo: np.ndarray
    values: np.ndarray | None
    supports: str


def show_linked_pictures(sides: tuple[LinkedSide, LinkedSide], opacity: float, key: str) -> None:
    """Shows both sides next to each other.

    Args:
        sides: left and right.
        opacity: of the maps, 0 to 1.
        key: of the component.
    """
    _pictures(key=key, data={"sides": [encode_side(side, opacity) for side in sides]})


def encode_side(side: LinkedSide, opacity: float) -> dict[str, Any]:
    """Encodes a side for the browser: pictures as data URLs, and the map as shares in percent."""
    values = side.values
    percent = None
    if values is not None:
        grid = resize_map(normalize_map(values), GRID).clip(0, 1)
        percent = (100 * grid).round().astype(int).ravel().tolist()
    return {
        "title": side.title,
        "supports": side.supports,
        "photo": embed_picture(side.photo),
        "map": None if values is None else embed_picture(overlay_map(side.photo, values, opacity)),
        "percent": percent,
        "grid": GRID,
    }

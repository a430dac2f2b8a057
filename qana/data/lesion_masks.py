"""Reads lesion masks of HAM10000 and traces, stores and draws the outlines of the samples' lesions.

The masks are those of Tschandl et al., "Human-computer collaboration for skin cancer recognition",
Nature Medicine 26 (2020), doi:10.1038/s41591-020-0942-0.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TypeAlias

import cv2
import numpy as np

from qana.data.photo import Photo
from qana.errors import DataError
from qana.imaging import read_image
from qana.imaging.crop import CROP_SHARE, crop_centre
from qana.imaging.field_of_view import find_field_of_view
from qana.resources import ASSETS

Outlines: TypeAlias = tuple[np.ndarray, ...]
"""The closed outlines of one lesion, each (P, 2) int32: x and y in a square of 512 pixels."""

OUTLINES_FILE = ASSETS / "outlines.json"
OUTLINE_SIZE = 512
"""Side of the square to which the coordinates of `Outlines` refer, pixels."""
MIN_AREA = 50
"""Smallest area that is outlined, square pixels: anything smaller is a fault of the mask."""
TOLERANCE = 1.5
"""Largest distance of an outline from the mask's edge, pixels."""
COLOUR, BORDER_COLOUR = (255, 255, 255), (0, 0, 0)


def read_mask(photo: Photo, size: int) -> np.ndarray:
    """Reads the lesion mask of a photo, cropped as the network's input is.

    Args:
        photo: photo of HAM10000.
        size: side of the result, pixels.

    Returns:
        (size, size) bool, True on the lesion.

    Raises:
        DataError: the photo has no mask.
    """
    mask = None if photo.mask is None else cv2.imread(str(photo.mask), cv2.IMREAD_GRAYSCALE)
    if mask is None:
        raise DataError(
            f"{photo.image_id} has no lesion mask: unpack HAM10000_segmentations_lesion_tschandl "
            "next to the images."
        )
    image = read_image(photo.path)
    field = find_field_of_view(image)
    if field is not None:
        size_of_photo = (image.shape[1], image.shape[0])
        mask = field.crop(cv2.resize(mask, size_of_photo, interpolation=cv2.INTER_NEAREST))
    return crop_centre(mask, size, CROP_SHARE) > 127


def trace_outlines(mask: np.ndarray) -> Outlines:
    """Traces the outer edges of a lesion mask.

    Args:
        mask: (512, 512) bool, True on the lesion.

    Returns:
        The outlines; parts under 50 square pixels are left out.
    """
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    large = [contour for contour in contours if cv2.contourArea(contour) > MIN_AREA]
    return tuple(cv2.approxPolyDP(contour, TOLERANCE, True)[:, 0] for contour in large)


def write_outlines(outlines: Mapping[str, Outlines]) -> None:
    """Writes assets/outlines.json.

    Args:
        outlines: image_id to the outlines of its lesion.
    """
    document = {name: [line.tolist() for line in outlines[name]] for name in sorted(outlines)}
    OUTLINES_FILE.write_text(json.dumps(document) + "\n", encoding="utf-8")


@cache
def read_outlines() -> Mapping[str, Outlines]:
    """Reads assets/outlines.json.

    Returns:
        image_id to the outlines of its lesion, for each sample.
    """
    document = json.loads(OUTLINES_FILE.read_text(encoding="utf-8"))
    return {
        name: tuple(np.array(line, np.int32) for line in lines) for name, lines in document.items()
    }


def fill_outlines(outlines: Sequence[np.ndarray], size: int) -> np.ndarray:
    """Makes a mask of outlines.

    Args:
        outlines: outlines of one lesion, see `Outlines`.
        size: side of the result, pixels.

    Returns:
        (size, size) bool, True inside the outlines.
    """
    mask = np.zeros((OUTLINE_SIZE, OUTLINE_SIZE), np.uint8)
    cv2.fillPoly(mask, list(outlines), 255)
    return cv2.resize(mask, (size, size), interpolation=cv2.INTER_AREA) > 127


def draw_outlines(picture: np.ndarray, outlines: Sequence[np.ndarray]) -> np.ndarray:
    """Draws outlines on a picture.

    Args:
        picture: (S, S, 3) uint8 RGB.
        outlines: outlines of one lesion, see `Outlines`.

    Returns:
        (S, S, 3) uint8 RGB copy with white lines. A dark border makes them visible on any colour.
    """
    scale = len(picture) / OUTLINE_SIZE
    lines = [(outline * scale).astype(np.int32) for outline in outlines]
    result = picture.copy()
    cv2.polylines(result, lines, True, BORDER_COLOUR, 4, cv2.LINE_AA)
    return cv2.polylines(result, lines, True, COLOUR, 2, cv2.LINE_AA)

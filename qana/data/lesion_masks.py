"""The lesion's mask in the square that the network reads."""

import json
from collections.abc import Sequence

import cv2
import numpy as np

from qana.data.ham10000 import Photo
from qana.data.samples import load_samples
from qana.errors import DataError
from qana.imaging import to_input
from qana.resources import ASSETS


def read_mask(photo: Photo, size: int) -> np.ndarray:
    """(size, size) bool, the lesion in the square that the network reads.

    Raises:
        DataError: the photo has no mask.
    """
    mask = None if photo.mask is None else cv2.imread(str(photo.mask), cv2.IMREAD_GRAYSCALE)
    if mask is None:
        raise DataError(
            f"{photo.image_id} has no lesion mask: unpack HAM10000_segmentations_lesion_tschandl "
            "beside the images."
        )
    return to_input(np.repeat(mask[..., None], 3, axis=2), size)[..., 0] > 127


FILE = ASSETS / "outlines.json"
SIZE = 512
"""Side of the square that the outlines are stored for, pixels."""
COLOUR = (255, 255, 255)


def read_outlines() -> dict[str, list[list[list[int]]]]:
    """image_id to the lesion's outlines, each a list of [x, y] in a square of 512 pixels."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def mask_of(outlines: Sequence[Sequence[Sequence[int]]], size: int) -> np.ndarray:
    """(size, size) bool, True within the outlines."""
    mask = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillPoly(mask, [np.array(outline, np.int32) for outline in outlines], 255)
    return cv2.resize(mask, (size, size), interpolation=cv2.INTER_AREA) > 127


def drawn(picture: np.ndarray, outlines: Sequence[Sequence[Sequence[int]]]) -> np.ndarray:
    """(S, S, 3) uint8 RGB picture with the outlines on it."""
    scale = len(picture) / SIZE
    lines = [(np.array(outline) * scale).astype(np.int32) for outline in outlines]
    result = picture.copy()
    # Dark below light, so the line is seen on any colour.
    cv2.polylines(result, lines, True, (0, 0, 0), 4, cv2.LINE_AA)
    return cv2.polylines(result, lines, True, COLOUR, 2, cv2.LINE_AA)


def collect(photos: Sequence[Photo]) -> None:
    """Takes the outlines of the samples out of HAM10000's masks."""
    names = {sample.image_id for sample in load_samples()}
    found = {}
    for photo in photos:
        if photo.image_id in names:
            mask = read_mask(photo, SIZE).astype(np.uint8)
            contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
            large = [contour for contour in contours if cv2.contourArea(contour) > 50]
            smooth = [cv2.approxPolyDP(contour, 1.5, True)[:, 0].tolist() for contour in large]
            found[photo.image_id] = smooth
    FILE.write_text(json.dumps(dict(sorted(found.items()))) + "\n", encoding="utf-8")

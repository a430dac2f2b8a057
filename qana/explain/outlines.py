"""Outlines of the lesions on the sample photos, from HAM10000's masks."""

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from qana.data.ham10000 import Photo
from qana.explain.masks import read_mask
from qana.samples import load_samples

FILE = Path(__file__).parents[2] / "assets" / "outlines.json"
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

"""What the teachers think of a fixed set of views of every photo, asked once and kept.

A student needs many more passes over the photos than its teachers can judge in the same time, so it
meets the same few views of each photo again and again, each time in another of the eight positions
that no lesion prefers, and blended with another.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from tqdm import tqdm

from qana.classes import LABELS
from qana.data.augmentation import make_fixed_view
from qana.training.parent_model import ParentModel
from qana.training.recipe import Recipe

BATCH = 64


class TeacherModel(Protocol):
    """Whoever can say how probable each class is."""

    def predict_probabilities(self, pictures: np.ndarray) -> np.ndarray:
        """(B, S, S, 3) uint8 to (B, 7) float32, each row summing to 1."""


def compute_soft_labels(
    teachers: Sequence[tuple[TeacherModel, int]],
    frames: np.ndarray,
    views: int,
    strength: float,
    path: Path,
) -> np.ndarray:
    """The mean opinion of the teachers, each on a view and on the same view turned by 180 degrees.

    Args:
        teachers: each with the side of the pictures it reads, pixels.
        frames: (N, H, W, 3) uint8.
        views: V, how many of each frame; view v of frame n has the key (v, n).
        strength: of augmentation.
        path: of an .npy file with the result so far; a stopped run goes on after its last
            whole view.

    Returns:
        (V, N, 7) float16 probabilities.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    found = list(np.load(path)) if path.is_file() else []
    size = max(size for _, size in teachers)
    with ThreadPoolExecutor(1) as ahead:
        for number in tqdm(range(len(found), views), "opinions", views, initial=len(found)):

            def pictures(start: int, number: int = number) -> np.ndarray:
                several = range(start, min(start + BATCH, len(frames)))
                return np.stack(
                    [make_fixed_view(frames[n], size, (number, n), strength) for n in several]
                )

            batches = ahead.map(pictures, range(0, len(frames), BATCH))
            found.append(
                np.concatenate([_average_predictions(teachers, batch) for batch in batches])
            )
            unfinished = path.with_suffix(".unfinished.npy")
            np.save(unfinished, np.stack(found))
            unfinished.replace(path)  # a stop in the middle of a save must not look like a result
    return np.stack(found)


def read_soft_labels(path: Path, views: int) -> np.ndarray | None:
    """The opinions at `path` if those of all `views` are there: then nobody need be asked, and no
    teacher trained. (V, N, 7) float16 probabilities, or None.
    """
    if not path.is_file():
        return None
    found: np.ndarray = np.load(path)
    return found if len(found) == views else None


def locate_soft_labels(runs: Path, recipe: Recipe, ancestor: ParentModel | None) -> Path:
    """Where the opinions lie: recipes with the same teachers and the same views share them."""
    asked = (
        *((ancestor.sha256,) if ancestor else ()),
        *(teacher.digest() for teacher in recipe.teachers),
        *(recipe.frame_height, recipe.judged_views, recipe.augmentation, recipe.colour_constancy),
    )
    return runs / "opinions" / f"{hashlib.sha256(repr(asked).encode()).hexdigest()[:12]}.npy"


def _average_predictions(
    teachers: Sequence[tuple[TeacherModel, int]], pictures: np.ndarray
) -> np.ndarray:
    total = np.zeros((len(pictures), len(LABELS)), np.float32)
    for teacher, size in teachers:
        seen = _resize(pictures, size)
        total += teacher.predict_probabilities(seen)
        total += teacher.predict_probabilities(np.ascontiguousarray(seen[:, ::-1, ::-1]))
    return (total / (2 * len(teachers))).astype(np.float16)


def _resize(pictures: np.ndarray, size: int) -> np.ndarray:
    if pictures.shape[1] == size:
        return pictures
    return np.stack(
        [cv2.resize(one, (size, size), interpolation=cv2.INTER_AREA) for one in pictures]
    )

"""Computes and stores soft labels: the teachers' class probabilities for fixed views of each photo.

A student needs many more passes over the photos than its teachers can label in the same time. It is
therefore trained on the same few views of each photo again and again. Each time the view is in
another of the eight positions of a square and is blended with another view.
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
    """Model that predicts class probabilities."""

    def predict_probabilities(self, pictures: np.ndarray) -> np.ndarray:
        """Computes class probabilities.

        Args:
            pictures: (B, S, S, 3) uint8 RGB.

        Returns:
            (B, 7) float32, each row summing to 1.
        """


def compute_soft_labels(
    teachers: Sequence[tuple[TeacherModel, int]],
    frames: np.ndarray,
    views: int,
    strength: float,
    path: Path,
) -> np.ndarray:
    """Computes the mean probabilities of the teachers, and stores them after each view.

    Each teacher classifies a view and the same view rotated by 180 degrees.

    Args:
        teachers: each teacher with the side of its input in pixels.
        frames: (N, H, W, 3) uint8 RGB.
        views: number of views of each frame, V. View v of frame n has the key (v, n).
        strength: strength of the augmentation.
        path: .npy file of the result. A stopped run continues after the last complete view in it.

    Returns:
        (V, N, 7) float16 probabilities.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    found = list(np.load(path)) if path.is_file() else []
    size = max(size for _, size in teachers)
    with ThreadPoolExecutor(1) as executor:
        for number in tqdm(range(len(found), views), "soft labels", views, initial=len(found)):

            def make_views(start: int, number: int = number) -> np.ndarray:
                indices = range(start, min(start + BATCH, len(frames)))
                return np.stack(
                    [make_fixed_view(frames[n], size, (number, n), strength) for n in indices]
                )

            batches = executor.map(make_views, range(0, len(frames), BATCH))
            found.append(
                np.concatenate([_average_predictions(teachers, batch) for batch in batches])
            )
            unfinished = path.with_suffix(".unfinished.npy")
            np.save(unfinished, np.stack(found))
            unfinished.replace(path)  # so that an interrupted save never looks complete
    return np.stack(found)


def read_soft_labels(path: Path, views: int) -> np.ndarray | None:
    """Reads soft labels if they are complete. Then no teacher is needed.

    Args:
        path: .npy file from `compute_soft_labels`.
        views: number of views that the file must have, V.

    Returns:
        (V, N, 7) float16 probabilities. None if the file is missing or has another number
            of views.
    """
    if not path.is_file():
        return None
    found: np.ndarray = np.load(path)
    return found if len(found) == views else None


def locate_soft_labels(runs: Path, recipe: Recipe, parent: ParentModel | None) -> Path:
    """Returns the file of the soft labels. Recipes with equal teachers and views share it.

    Args:
        runs: folder of all runs.
        recipe: gives the teachers and the settings of the views.
        parent: the parent of the recipe, if it is one of the teachers.
    """
    # The folder keeps its old name, so that stored runs can be resumed.
    return runs / "opinions" / f"{compute_digest(recipe, parent)}.npy"


def compute_digest(recipe: Recipe, parent: ParentModel | None) -> str:
    """Computes 12 hex digits that change with the teachers and the settings of the views.

    Args:
        recipe: gives the teachers and the settings of the views.
        parent: the parent of the recipe, if it is one of the teachers.
    """
    settings = (
        *((parent.sha256,) if parent else ()),
        *(teacher.digest() for teacher in recipe.teachers),
        *(recipe.frame_height, recipe.judged_views, recipe.augmentation, recipe.colour_constancy),
        *((recipe.taught,) if recipe.taught else ()),  # it changes the list of photos
    )
    return hashlib.sha256(repr(settings).encode()).hexdigest()[:12]


def _average_predictions(
    teachers: Sequence[tuple[TeacherModel, int]], pictures: np.ndarray
) -> np.ndarray:
    """Averages the probabilities over the teachers and two positions: (B, 7) float16."""
    total = np.zeros((len(pictures), len(LABELS)), np.float32)
    for teacher, size in teachers:
        resized = _resize(pictures, size)
        total += teacher.predict_probabilities(resized)
        total += teacher.predict_probabilities(np.ascontiguousarray(resized[:, ::-1, ::-1]))
    return (total / (2 * len(teachers))).astype(np.float16)


def _resize(pictures: np.ndarray, size: int) -> np.ndarray:
    """Resizes square pictures to `size` pixels a side."""
    if pictures.shape[1] == size:
        return pictures
    return np.stack(
        [cv2.resize(one, (size, size), interpolation=cv2.INTER_AREA) for one in pictures]
    )

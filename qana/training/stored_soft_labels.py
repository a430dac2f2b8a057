"""Stores the soft labels of the teachers with the project, so that a training needs no teacher.

Training the teachers takes hours, and their soft labels take a few megabytes. They belong to photos
in a certain order, so the file also has the identifiers of the photos.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from qana.data.photo import Photo
from qana.resources import ASSETS

FOLDER = ASSETS / "soft_labels"
"""Folder of the stored files."""


def write_stored_soft_labels(path: Path, photos: Sequence[Photo], soft_labels: np.ndarray) -> None:
    """Writes the soft labels of photos.

    Args:
        path: .npz file. Its folder is created if it is missing.
        photos: N photos, in the order of the soft labels.
        soft_labels: (V, N, 7) float16 probabilities.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, photos=_list_photos(photos), soft_labels=soft_labels)


def read_stored_soft_labels(path: Path, photos: Sequence[Photo]) -> np.ndarray | None:
    """Reads the soft labels of photos.

    Args:
        path: .npz file from `write_stored_soft_labels`.
        photos: N photos.

    Returns:
        (V, N, 7) float16 probabilities. None if there is no file, or if its photos are others or
            in another order.
    """
    if not path.is_file():
        return None
    with np.load(path) as stored:
        if stored["photos"].tolist() != _list_photos(photos).tolist():
            return None
        soft_labels: np.ndarray = stored["soft_labels"]
    return soft_labels


def _list_photos(photos: Sequence[Photo]) -> np.ndarray:
    """Lists the source and the identifier of each photo."""
    return np.array([f"{photo.source}/{photo.image_id}" for photo in photos])

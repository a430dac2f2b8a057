"""The photos of a training run, dealt into the three subsets and loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qana.data.arrays import apply_shades_of_grey, encode_labels, identity, load_frames, load_inputs
from qana.data.ham10000 import Photo, read_ham10000
from qana.data.lesion_split import check_split, make_split, read_split
from qana.errors import DataError
from qana.training.recipe import Recipe


@dataclass(frozen=True)
class Subsets:
    """Attributes:
    train, validation, test: photos, no lesion in two of them.
    frames: (N, H, W, 3) uint8, training photos for augmentation.
    train_inputs: (N, S, S, 3) uint8, the same as the network reads them.
    train_labels: (N,) int64.
    inputs, labels: the same of the validation subset.
    """

    train: Sequence[Photo]
    validation: Sequence[Photo]
    test: Sequence[Photo]
    frames: np.ndarray
    train_inputs: np.ndarray
    train_labels: np.ndarray
    inputs: np.ndarray
    labels: np.ndarray


def load_subsets(root: Path, recipe: Recipe) -> Subsets:
    """Reads a HAM10000 folder by the stored split; other data are dealt by the same rule.

    Raises:
        DataError: something is missing, the split leaks, or a subset is empty.
    """
    photos = read_ham10000(root)
    stored = read_split()
    known = all(photo.image_id in stored for photo in photos)
    split = stored if known else make_split(photos)
    check_split(photos, split)
    parts = {
        name: [photo for photo in photos if split[photo.image_id] == name]
        for name in ("train", "validation", "test")
    }
    for name, part in parts.items():
        if not part:
            raise DataError(
                f"No lesion falls into the {name} subset: give at least ten lesions of a class."
            )
    first = apply_shades_of_grey if recipe.colour_constancy else identity
    return Subsets(
        **parts,
        frames=load_frames(parts["train"], recipe.frame_height, first),
        train_inputs=load_inputs(parts["train"], recipe.input_size, first),
        train_labels=encode_labels(parts["train"]),
        inputs=load_inputs(parts["validation"], recipe.input_size, first),
        labels=encode_labels(parts["validation"]),
    )

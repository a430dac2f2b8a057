"""Loads the photos of a training run, split into three subsets."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qana.data.arrays import encode_labels, identity, load_frames, load_inputs
from qana.data.colour_constancy import apply_shades_of_grey
from qana.data.ham10000 import read_ham10000
from qana.data.lesion_split import check_split, make_split, read_split
from qana.data.photo import Photo
from qana.errors import DataError
from qana.training.recipe import Recipe


@dataclass(frozen=True)
class Subsets:
    """Photos and arrays of the three subsets.

    Attributes:
        train: training photos.
        validation: validation photos. They are used for choices.
        test: test photos. No lesion is in two subsets.
        frames: (N, H, W, 3) uint8, the training photos, larger than the network's input for
            augmentation.
        train_inputs: (N, S, S, 3) uint8, the training photos at the network's input size.
        train_labels: (N,) int64, the classes of the training photos.
        inputs: (M, S, S, 3) uint8, the validation photos at the network's input size.
        labels: (M,) int64, the classes of the validation photos.
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
    """Loads a HAM10000 folder by the stored split.

    Other data in the same layout are split by the same rule.

    Args:
        root: data folder in the layout of HAM10000.
        recipe: gives the sizes and whether colour constancy is applied.

    Returns:
        The three subsets.

    Raises:
        DataError: a file is missing, a lesion is in two subsets, or a subset is empty.
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
                f"The {name} subset has no lesion: use data with more lesions of each class."
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

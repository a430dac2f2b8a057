"""Loads the photos of a training run, split into three subsets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from qana.data.arrays import encode_labels, identity, load_frames, load_inputs
from qana.data.colour_constancy import apply_shades_of_grey
from qana.data.diagnoses import normalize_diagnosis
from qana.data.ham10000 import read_ham10000
from qana.data.lesion_split import split_photos
from qana.data.photo import Photo
from qana.data.source_splits import split_sources
from qana.data.sources import find_sources, read_source
from qana.errors import DataError
from qana.training.recipe import Recipe
from qana.training.skin_frames import load_skin_frames


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
        train_groups: (N,) int64, the source and image type of each training photo, by number. None
            if all are alike.
        skin_frames: (K, H, W, 3) uint8, plain skin from training photos, as large as `frames`. None
            if the recipe has no views of plain skin.
    """

    train: Sequence[Photo]
    validation: Sequence[Photo]
    test: Sequence[Photo]
    frames: np.ndarray
    train_inputs: np.ndarray
    train_labels: np.ndarray
    inputs: np.ndarray
    labels: np.ndarray
    train_groups: np.ndarray | None = None
    skin_frames: np.ndarray | None = None


def load_subsets(root: Path, recipe: Recipe) -> Subsets:
    """Loads the photos of a recipe by the stored splits.

    Photos of none of the seven classes are left out, apart from training photos of diagnoses to
    which the recipe gives a class. For a recipe of HAM10000 alone, other data in its layout are
    split by the same rule.

    Args:
        root: folder of one data set, or folder whose subfolders are data sets.
        recipe: gives the sources, the classes of other diagnoses, the sizes, whether colour
            constancy is applied, and whether there are views of plain skin.

    Returns:
        The three subsets.

    Raises:
        DataError: a source or a file is missing, a lesion is in two subsets, or a subset is empty.
    """
    if recipe.sources:
        parts = read_labelled_subsets(root, recipe.sources, recipe.taught or ())
    else:
        parts = split_photos(read_ham10000(root))
    train, validation, test = (parts[name] for name in ("train", "validation", "test"))
    first = apply_shades_of_grey if recipe.colour_constancy else identity
    return Subsets(
        train,
        validation,
        test,
        frames=load_frames(train, recipe.frame_height, first),
        train_inputs=load_inputs(train, recipe.input_size, first),
        train_labels=encode_labels(train),
        inputs=load_inputs(validation, recipe.input_size, first),
        labels=encode_labels(validation),
        train_groups=encode_groups(train),
        skin_frames=load_skin_frames(train, recipe.frame_height) if recipe.plain_skin else None,
    )


def encode_groups(photos: Sequence[Photo]) -> np.ndarray:
    """Converts the source and the image type of photos to the index of their group.

    Args:
        photos: N photos.

    Returns:
        (N,) int64, 0 and up.
    """
    kinds = [(photo.source, photo.image_type) for photo in photos]
    numbers = {kind: number for number, kind in enumerate(sorted(set(kinds)))}
    return np.array([numbers[kind] for kind in kinds], dtype=np.int64)


def read_labelled_subsets(
    root: Path, sources: Sequence[str], taught: Sequence[tuple[str, str]] = ()
) -> dict[str, list[Photo]]:
    """Reads the photos of several sources that show one of the seven classes, by subset.

    Args:
        root: folder whose subfolders are data sets.
        sources: names of the data sets.
        taught: as in `Recipe`. Training photos of these diagnoses get their class as the label.

    Returns:
        As `split_sources` returns them.

    Raises:
        DataError: a source or a file is missing, a lesion is in two subsets, or a subset is empty.
    """
    folders = find_sources(root)
    missing = [name for name in sources if name not in folders]
    if missing:
        raise DataError(
            f"{root} does not hold {', '.join(missing)}: put the folders of all data sets there."
        )
    photos = [photo for name in sources for photo in read_source(name, folders[name])]
    subsets = split_sources(photos)
    classes = {normalize_diagnosis(diagnosis): label for diagnosis, label in taught}
    subsets["train"] = [_give_class(photo, classes) for photo in subsets["train"]]
    return {
        name: [photo for photo in part if photo.label is not None] for name, part in subsets.items()
    }


def _give_class(photo: Photo, classes: Mapping[str, str]) -> Photo:
    """Gives a photo without a label the class of its diagnosis, if `classes` has it."""
    if photo.label is not None:
        return photo
    return replace(photo, label=classes.get(normalize_diagnosis(photo.diagnosis)))

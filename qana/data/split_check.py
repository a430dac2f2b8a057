"""Checks that no lesion or patient is in two subsets of a split."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from qana.data.photo import Photo
from qana.errors import DataError

SUBSETS = ("train", "validation", "test")
EXCLUDED = "excluded"
"""Subset of the photos that are used for nothing: they show a lesion of a later subset."""

Pair: TypeAlias = tuple[str, str]
"""The image_ids of two photos of one lesion."""


def read_same_lesion_pairs() -> list[Pair]:
    """Returns no pairs."""
    return []


def group_photos(photos: Sequence[Photo], pairs: Iterable[Pair]) -> dict[str, str]:
    """Groups the photos that no split may separate.

    Args:
        photos: photos of one or several data sets.
        pairs: pairs of photos that show the same lesion.

    Returns:
        image_id to the smallest image_id of its group.
    """
    parent = {photo.image_id: photo.image_id for photo in photos}

    def find(image_id: str) -> str:
        while parent[image_id] != image_id:
            parent[image_id] = parent[parent[image_id]]
            image_id = parent[image_id]
        return image_id

    def join(a: str, b: str) -> None:
        first, second = sorted((find(a), find(b)))
        parent[second] = first

    first_of: dict[tuple[str, ...], str] = {}
    for photo in photos:
        digest = hashlib.sha256(photo.path.read_bytes()).hexdigest()
        for key in ((photo.source, photo.group_id), (digest,)):
            join(photo.image_id, first_of.setdefault(key, photo.image_id))
    for a, b in pairs:
        if a in parent and b in parent:
            join(a, b)
    return {image_id: find(image_id) for image_id in parent}


def check_subsets(
    photos: Sequence[Photo], subset_of: Mapping[str, str], groups: Mapping[str, str]
) -> None:
    """Checks that every photo has a subset and that no group is in two.

    Args:
        photos: photos of one or several data sets.
        subset_of: image_id to one of `SUBSETS` or `EXCLUDED`.
        groups: image_id to the group of the photo, see `group_photos`.

    Raises:
        DataError: a photo has no subset, or two photos of one group are in different subsets other
            than `EXCLUDED`.
    """
    first: dict[str, Photo] = {}
    for photo in photos:
        subset = subset_of.get(photo.image_id)
        if subset is None:
            raise DataError(f"{photo.image_id} is in no subset: make the split from this data set.")
        if subset == EXCLUDED:
            continue
        if subset not in SUBSETS:
            raise DataError(
                f"{photo.image_id} is in the subset {subset!r}, which is not one of "
                f"{', '.join((*SUBSETS, EXCLUDED))}: restore the split from the repository."
            )
        other = first.setdefault(groups[photo.image_id], photo)
        if subset_of[other.image_id] != subset:
            raise DataError(
                f"The split leaks, because {other.image_id} ({subset_of[other.image_id]}) and "
                f"{photo.image_id} ({subset}) show the same lesion or patient: restore it from "
                "the repository."
            )

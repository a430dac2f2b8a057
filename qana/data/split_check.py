"""Checks that no lesion or patient is in two subsets of a split."""

from collections.abc import Mapping, Sequence

from qana.data.photo import Photo
from qana.errors import DataError

SUBSETS = ("train", "validation", "test")
EXCLUDED = "excluded"
"""Subset of the photos that are used for nothing: they show a lesion of a later subset."""


def check_subsets(
    photos: Sequence[Photo], subset_of: Mapping[str, str], groups: Mapping[str, str]
) -> None:
    """Checks that every photo has a subset and that no group is in two.

    Args:
        photos: photos of one or several data sets.
        subset_of: image_id to one of `SUBSETS` or `EXCLUDED`.
        groups: image_id to the group of the photo, see `qana.data.same_lesion.group_photos`.

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

"""Selects the test photos of lesions that no network has seen.

The lesion_id of HAM10000 does not group all photos of a lesion. So the lesion of a test photo may
be in another subset, from which networks have learned.
"""

from collections.abc import Sequence

from qana.data.lesion_split import read_split
from qana.data.photo import Photo
from qana.data.same_lesion import find_seen_photos, group_photos, read_same_lesion_pairs


def select_unseen_photos(photos: Sequence[Photo]) -> list[Photo]:
    """Selects the test photos of HAM10000 of lesions that no network has seen.

    Args:
        photos: all photos of HAM10000.

    Returns:
        The test photos, in the given order, without those of lesions that have a photo in another
        subset or among the excluded photos.

    Raises:
        DataError: the split or the table of pairs is missing or damaged.
    """
    split = read_split()
    test = [photo for photo in photos if split[photo.image_id] == "test"]
    seen = find_seen_photos(photos, test, group_photos(photos, read_same_lesion_pairs()))
    return [photo for photo in test if photo.image_id not in seen]

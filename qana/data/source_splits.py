"""Reads the stored splits of all data sets: each into training, validation and test subsets.

Run `python -m qana.data.source_splits DIR` with the folder that holds all data sets to make the
stored splits again, for example after the stored pairs of photos of one lesion have changed.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from qana.data.lesion_split import SPLIT_FILE, read_split, write_split
from qana.data.make_source_splits import make_source_splits
from qana.data.photo import Photo
from qana.data.same_lesion import Pair, group_photos, read_same_lesion_pairs
from qana.data.sources import SOURCES, read_sources
from qana.data.split_check import EXCLUDED, SUBSETS, check_subsets
from qana.errors import DataError
from qana.resources import ASSETS

SPLIT_FILES = {
    source: SPLIT_FILE if source == "ham10000" else ASSETS / "splits" / f"{source}.csv"
    for source in SOURCES
}
"""The stored split of each data set."""


def read_source_splits() -> dict[str, dict[str, str]]:
    """Reads the stored splits.

    Returns:
        Name of each data set to its split: image_id to "train", "validation", "test" or "excluded".

    Raises:
        DataError: a file is missing or damaged.
    """
    return {source: read_split(path) for source, path in SPLIT_FILES.items()}


def check_source_splits(
    photos: Sequence[Photo], splits: Mapping[str, Mapping[str, str]], pairs: Sequence[Pair]
) -> None:
    """Checks that no lesion and no patient is in two subsets, within and across data sets.

    Photos belong together if they have the same `Photo.group_id`, if their files are identical, or
    if they are a pair. All files are read once, which takes a second or two for 30,000 small ones.

    Args:
        photos: photos of one or several data sets.
        splits: name of each data set to its split, as `read_source_splits` returns it.
        pairs: pairs of photos that show the same lesion.

    Raises:
        DataError: a photo has no subset, or photos that belong together are in two subsets.
    """
    subset_of = {
        photo.image_id: subset
        for photo in photos
        if (subset := splits.get(photo.source, {}).get(photo.image_id)) is not None
    }
    check_subsets(photos, subset_of, group_photos(photos, pairs))


def split_sources(photos: Sequence[Photo]) -> dict[str, list[Photo]]:
    """Groups photos by subset.

    The stored splits apply to the photos that they have. Other photos, such as those that an
    official download has in addition, are split by the same rule. Only HAM10000 is split anew as a
    whole if one of its photos is not in the stored split.

    Args:
        photos: photos of one or several data sets.

    Returns:
        "train", "validation", "test" and "excluded" to their photos, in the given order. Nothing
        may be done with those that are excluded.

    Raises:
        DataError: a lesion or patient is in two subsets, or one of the first three is empty.
    """
    pairs = read_same_lesion_pairs()
    splits = read_source_splits()
    if any(photo.image_id not in splits[photo.source] for photo in photos):
        splits = make_source_splits(photos, pairs, splits)
    check_source_splits(photos, splits, pairs)
    subsets = {
        name: [photo for photo in photos if splits[photo.source][photo.image_id] == name]
        for name in (*SUBSETS, EXCLUDED)
    }
    for name in SUBSETS:
        if not subsets[name]:
            raise DataError(
                f"The {name} subset has no lesion: use data with more lesions of each class."
            )
    return subsets


def write_source_splits(root: Path, files: Mapping[str, Path] = SPLIT_FILES) -> None:
    """Makes and writes the splits of all data sets.

    Args:
        root: folder that holds all data sets.
        files: name of each data set to the file to write.

    Raises:
        DataError: a data set is missing or damaged.
    """
    photos = read_sources(root)
    missing = set(SOURCES) - {photo.source for photo in photos}
    if missing:
        raise DataError(
            f"{root.name} lacks {', '.join(sorted(missing))}: give a folder with all data sets, "
            "because photos of one lesion are in several."
        )
    for source, split in make_source_splits(photos, read_same_lesion_pairs()).items():
        write_split(split, files[source])


if __name__ == "__main__":
    write_source_splits(Path(sys.argv[1]))

"""Splits HAM10000 by lesion into training, validation and test subsets."""

import csv
import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from qana.data.csv_tables import quote_value, read_table
from qana.data.photo import Photo
from qana.data.same_lesion import group_photos, read_same_lesion_pairs
from qana.data.split_check import check_subsets
from qana.errors import DataError
from qana.resources import ASSETS

SPLIT_FILE = ASSETS / "splits" / "lesion.csv"
"""The stored split."""
SHARES = {"train": 0.7, "validation": 0.1, "test": 0.2}
"""Share of each class's lesions in each subset."""
SEED = 20180161
"""Seed of the split: the article number of HAM10000 (Sci. Data 5, 180161). It was never tuned."""


def make_split(photos: Sequence[Photo], seed: int = SEED) -> dict[str, str]:
    """Makes a split that is grouped by lesion and stratified by class, about 70 / 10 / 20 %.

    All photos of a lesion are in one subset. Lesions that share a byte-identical photo count as one
    lesion.

    Args:
        photos: photos of HAM10000, in any order.
        seed: seed of the random order.

    Returns:
        image_id to "train", "validation" or "test".

    Raises:
        DataError: a lesion has two diagnoses, so it cannot be stratified.
    """
    lesions: dict[str, list[Photo]] = defaultdict(list)
    for photo in photos:
        lesions[photo.lesion_id].append(photo)
    groups: dict[str, list[list[Photo]]] = defaultdict(list)
    for members in _join_identical(lesions):
        labels = {photo.known_label for photo in members}
        if len(labels) > 1:
            raise DataError(
                f"Lesion {quote_value(members[0].lesion_id)} has {len(labels)} diagnoses: "
                "use the official metadata."
            )
        groups[labels.pop()].append(members)
    split = {}
    generator = random.Random(seed)
    for label in sorted(groups):
        members_of_class = sorted(groups[label], key=lambda members: members[0].lesion_id)
        generator.shuffle(members_of_class)
        count = len(members_of_class)
        train_end = round(count * SHARES["train"])
        validation_end = train_end + round(count * SHARES["validation"])
        for index, members in enumerate(members_of_class):
            if index < train_end:
                subset = "train"
            else:
                subset = "validation" if index < validation_end else "test"
            split.update({photo.image_id: subset for photo in members})
    return split


def _join_identical(lesions: dict[str, list[Photo]]) -> Iterable[list[Photo]]:
    """Joins lesions that share a byte-identical photo."""
    owner: dict[str, str] = {}
    joined: dict[str, list[Photo]] = {}
    for lesion_id in sorted(lesions):
        digests = {_hash_photo(photo.path) for photo in lesions[lesion_id]}
        into = next((owner[digest] for digest in sorted(digests) if digest in owner), lesion_id)
        owner.update(dict.fromkeys(digests, into))
        joined.setdefault(into, []).extend(lesions[lesion_id])
    return joined.values()


def _hash_photo(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_split(photos: Sequence[Photo], split: dict[str, str]) -> None:
    """Checks that no lesion is in two subsets, whichever way its photos are known to be of it.

    Photos are of one lesion if they have the same lesion_id, if their files are identical, or if
    they are one of the stored pairs.

    Args:
        photos: photos of HAM10000.
        split: image_id to the name of the subset.

    Raises:
        DataError: a photo has no subset, or a lesion is in two.
    """
    check_subsets(photos, split, group_photos(photos, read_same_lesion_pairs()))


def write_split(split: dict[str, str], path: Path = SPLIT_FILE) -> None:
    """Writes a split as CSV with the columns image_id and subset.

    Args:
        split: image_id to the name of the subset.
        path: file to write.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("image_id", "subset"))
        writer.writerows(sorted(split.items()))


def read_split(path: Path = SPLIT_FILE) -> dict[str, str]:
    """Reads a split.

    Args:
        path: CSV file with the columns image_id and subset.

    Returns:
        image_id to "train", "validation", "test" or "excluded".

    Raises:
        DataError: the file is missing or damaged.
    """
    if not path.is_file():
        raise DataError(f"The split {path.name} is missing: restore it from the repository.")
    return {row["image_id"]: row["subset"] for row in read_table(path, ("image_id", "subset"))}


def split_photos(photos: Sequence[Photo]) -> dict[str, list[Photo]]:
    """Groups photos by subset.

    The stored split applies if it has all photos; otherwise a new split is made by the same rule.
    Photos that the split excludes are in no subset.

    Args:
        photos: photos of HAM10000 or of a data set in its layout.

    Returns:
        "train", "validation" and "test" to their photos, at least one each. No lesion is in two.

    Raises:
        DataError: the split leaks, or a subset is empty.
    """
    stored = read_split()
    known = all(photo.image_id in stored for photo in photos)
    split = stored if known else make_split(photos)
    check_split(photos, split)
    subsets = {
        name: [photo for photo in photos if split[photo.image_id] == name] for name in SHARES
    }
    for name, subset in subsets.items():
        if not subset:
            raise DataError(
                f"The {name} subset has no lesion: use data with more lesions of each class."
            )
    return subsets

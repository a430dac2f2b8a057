"""The lesion split: which photo is for training, for choosing, and for the one final test."""

import csv
import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from qana.data.csv_tables import read_table, shown
from qana.data.ham10000 import Photo
from qana.errors import DataError
from qana.resources import ASSETS

SPLIT_FILE = ASSETS / "splits" / "lesion.csv"
SHARES = {"train": 0.7, "validation": 0.1, "test": 0.2}
SEED = 20180161
"""Fixed once (after the data descriptor's article number, Sci. Data 5, 180161), never tuned."""


def make_split(photos: Sequence[Photo], seed: int = SEED) -> dict[str, str]:
    """Lesion-grouped, class-stratified split: about 70 / 10 / 20 % of each class's lesions.

    Lesions are dealt, not images, so all photos of a lesion fall on one side. Lesions that share a
    byte-identical image are dealt as one.

    Returns:
        image_id to "train", "validation" or "test".

    Raises:
        DataError: a lesion carries two diagnoses, so it cannot be stratified.
    """
    lesions: dict[str, list[Photo]] = defaultdict(list)
    for photo in photos:
        lesions[photo.lesion_id].append(photo)
    groups: dict[str, list[list[Photo]]] = defaultdict(list)
    for members in _joined_by_identical_bytes(lesions):
        labels = {photo.label for photo in members}
        if len(labels) > 1:
            raise DataError(
                f"Lesion {shown(members[0].lesion_id)} carries {len(labels)} diagnoses: "
                "take the official metadata."
            )
        groups[labels.pop()].append(members)
    split = {}
    dealer = random.Random(seed)
    for label in sorted(groups):
        members_of_class = sorted(groups[label], key=lambda members: members[0].lesion_id)
        dealer.shuffle(members_of_class)
        count = len(members_of_class)
        first = round(count * SHARES["train"])
        second = first + round(count * SHARES["validation"])
        for index, members in enumerate(members_of_class):
            subset = "train" if index < first else "validation" if index < second else "test"
            split.update({photo.image_id: subset for photo in members})
    return split


def _joined_by_identical_bytes(lesions: dict[str, list[Photo]]) -> Iterable[list[Photo]]:
    owner: dict[str, str] = {}
    joined: dict[str, list[Photo]] = {}
    for lesion_id in sorted(lesions):
        digests = {_digest(photo.path) for photo in lesions[lesion_id]}
        into = next((owner[digest] for digest in sorted(digests) if digest in owner), lesion_id)
        owner.update(dict.fromkeys(digests, into))
        joined.setdefault(into, []).extend(lesions[lesion_id])
    return joined.values()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_split(photos: Sequence[Photo], split: dict[str, str]) -> None:
    """Proves that a split leaks neither a lesion nor an image.

    Raises:
        DataError: a photo has no subset, or a lesion or a byte-identical image is in two.
    """
    sides: dict[str, set[str]] = defaultdict(set)
    for photo in photos:
        if photo.image_id not in split:
            raise DataError(f"{photo.image_id} is in no subset: make the split from this data set.")
        subset = split[photo.image_id]
        sides[f"lesion {photo.lesion_id}"].add(subset)
        sides[f"image of the bytes {_digest(photo.path)[:12]}"].add(subset)
    for what, subsets in sides.items():
        if len(subsets) > 1:
            raise DataError(f"The {what} is in {' and '.join(sorted(subsets))}: the split leaks.")


def write_split(split: dict[str, str], path: Path = SPLIT_FILE) -> None:
    """Writes image_id and subset, sorted, as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("image_id", "subset"))
        writer.writerows(sorted(split.items()))


def read_split(path: Path = SPLIT_FILE) -> dict[str, str]:
    """image_id to "train", "validation" or "test", as stored.

    Raises:
        DataError: the file is missing or damaged.
    """
    if not path.is_file():
        raise DataError(f"The split {path.name} is missing: restore it from the repository.")
    return {row["image_id"]: row["subset"] for row in read_table(path, ("image_id", "subset"))}


def split_photos(photos: Sequence[Photo]) -> dict[str, list[Photo]]:
    """Photos by subset: by the stored split, or dealt by the same rule where it lacks one of them.

    Returns:
        "train", "validation" and "test", each with at least one photo, no lesion in two of them.

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
                f"No lesion falls into the {name} subset: give at least ten lesions of a class."
            )
    return subsets

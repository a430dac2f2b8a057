"""Groups the photos that show one lesion, also where their metadata do not know it.

The lesion_id of a data set does not group all photos of a lesion, and data sets share lesions.
`qana same-lesions` finds such photos by their pixels and stores them as pairs.
"""

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from qana.data.csv_tables import parse_number, quote_value, read_table
from qana.data.photo import Photo
from qana.errors import DataError
from qana.resources import ASSETS

PAIRS_FILE = ASSETS / "splits" / "same_lesion.csv"
"""The stored pairs of all data sets."""
COLUMNS = ("image_a", "source_a", "image_b", "source_b", "inliers")

Pair: TypeAlias = tuple[str, str]
"""The image_ids of two photos of one lesion."""


@dataclass(frozen=True, order=True)
class SameLesion:
    """Two photos that show the same lesion by their pixels.

    Attributes:
        image_a: identifier of a photo.
        source_a: its data set.
        image_b: identifier of the other photo.
        source_b: its data set.
        inliers: number of local features that one similarity transformation maps from one photo to
            the other.
    """

    image_a: str
    source_a: str
    image_b: str
    source_b: str
    inliers: int


def write_same_lesions(pairs: Iterable[SameLesion], path: Path = PAIRS_FILE) -> None:
    """Writes pairs as CSV, sorted.

    Args:
        pairs: each pair once, in any order.
        path: file to write.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(
            (pair.image_a, pair.source_a, pair.image_b, pair.source_b, pair.inliers)
            for pair in sorted(pairs)
        )


def read_same_lesions(path: Path = PAIRS_FILE) -> list[SameLesion]:
    """Reads pairs.

    Args:
        path: CSV file with the columns of `COLUMNS`.

    Returns:
        The pairs, in the order of the file.

    Raises:
        DataError: the file is missing or damaged.
    """
    if not path.is_file():
        raise DataError(f"The table {path.name} is missing: restore it from the repository.")
    return [
        SameLesion(
            image_a=row["image_a"],
            source_a=row["source_a"],
            image_b=row["image_b"],
            source_b=row["source_b"],
            inliers=int(parse_number(row["inliers"], f"inliers of {quote_value(row['image_a'])}")),
        )
        for row in read_table(path, COLUMNS)
    ]


def read_same_lesion_pairs(path: Path = PAIRS_FILE) -> list[Pair]:
    """Reads the image_ids of the stored pairs.

    Args:
        path: CSV file with the columns of `COLUMNS`.

    Raises:
        DataError: the file is missing or damaged.
    """
    return [(pair.image_a, pair.image_b) for pair in read_same_lesions(path)]


def group_photos(photos: Sequence[Photo], pairs: Iterable[Pair]) -> dict[str, str]:
    """Groups the photos that no split may separate.

    Photos belong together if they have the same data set and `Photo.group_id`, if their files are
    identical, or if they are a pair.

    Args:
        photos: photos of one or several data sets.
        pairs: pairs of photos that show the same lesion. Pairs with other photos are ignored.

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


def find_seen_photos(
    photos: Sequence[Photo], test: Sequence[Photo], groups: Mapping[str, str]
) -> set[str]:
    """Finds the test photos of lesions that have photos outside the test subset.

    Args:
        photos: all photos of the data set.
        test: photos of the test subset.
        groups: image_id to the group of the photo, see `group_photos`.

    Returns:
        The image_ids of these test photos.
    """
    tested = {photo.image_id for photo in test}
    others = {groups[photo.image_id] for photo in photos if photo.image_id not in tested}
    return {photo.image_id for photo in test if groups[photo.image_id] in others}

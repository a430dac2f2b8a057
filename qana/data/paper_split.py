"""Makes the split of the paper's protocol, which augments photos before it splits them.

The split follows the authors' code (Wang et al., arXiv:2507.15958): augmented copies enlarge the
minority classes of the whole data set, and then single images are assigned at random. The source
photo of a test image is therefore often in the training subset. QANA uses the split to measure how
much this leak raises the figures.
"""

import csv
import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qana.data.arrays import fit_frame
from qana.data.augmentation import augment
from qana.data.csv_tables import parse_number, read_table
from qana.data.photo import Photo
from qana.errors import DataError
from qana.imaging import read_image, to_input
from qana.imaging.field_of_view import crop_to_field_of_view
from qana.resources import ASSETS

SPLIT_FILE = ASSETS / "splits" / "paper.csv"
"""The stored split."""
COPIES = {"akiec": 1002, "bcc": 1200, "bkl": 1404, "df": 702, "mel": 1404, "vasc": 702}
"""Number of augmented copies of each class: 16,429 images together with the originals."""
TEST_SHARE = 0.2
SEED = 20180161
"""Seed of the split, the same as that of the lesion split. It was never tuned."""


@dataclass(frozen=True)
class SplitRow:
    """One image of the split: a photo or an augmented copy.

    Attributes:
        image_id: identifier of the photo in HAM10000.
        copy: 0 for the photo itself, otherwise the number of the copy.
        subset: "train" or "test".
    """

    image_id: str
    copy: int
    subset: str


def make_paper_split(
    photos: Sequence[Photo], copies: Mapping[str, int] = COPIES, seed: int = SEED
) -> list[SplitRow]:
    """Assigns photos and copies to the subsets at random, 80 / 20 %.

    The copies of a class are spread evenly among its photos.

    Args:
        photos: photos of HAM10000, in any order.
        copies: class to its number of copies.
        seed: seed of the random order. The same photos and seed give the same rows.

    Returns:
        The rows, sorted by photo and copy.

    Raises:
        DataError: a class that needs copies has no photo.
    """
    of_class: dict[str, list[str]] = defaultdict(list)
    for photo in sorted(photos, key=lambda photo: photo.image_id):
        of_class[photo.known_label].append(photo.image_id)
    images = [(image_id, 0) for members in of_class.values() for image_id in members]
    generator = random.Random(seed)
    for label in sorted(copies):
        sources = of_class[label]
        if not sources:
            raise DataError(f"Class {label} has no photo: give a data set with all seven classes.")
        generator.shuffle(sources)
        images += [
            (sources[number % len(sources)], 1 + number // len(sources))
            for number in range(copies[label])
        ]
    images.sort()
    generator.shuffle(images)
    test = set(images[: round(len(images) * TEST_SHARE)])
    return [
        SplitRow(image_id, copy, "test" if (image_id, copy) in test else "train")
        for image_id, copy in sorted(images)
    ]


def write_paper_split(rows: Iterable[SplitRow], path: Path = SPLIT_FILE) -> None:
    """Writes a split as CSV with the columns image_id, copy and subset.

    Args:
        rows: rows of the split.
        path: file to write.
    """
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("image_id", "copy", "subset"))
        writer.writerows((row.image_id, row.copy, row.subset) for row in rows)


def read_paper_split(path: Path = SPLIT_FILE) -> list[SplitRow]:
    """Reads a split.

    Args:
        path: CSV file with the columns image_id, copy and subset.

    Returns:
        The rows, in the order of the file.

    Raises:
        DataError: the file is missing or damaged.
    """
    if not path.is_file():
        raise DataError(f"The split {path.name} is missing: restore it from the repository.")
    where = f"A copy number in {path.name}"
    return [
        SplitRow(row["image_id"], int(parse_number(row["copy"], where)), row["subset"])
        for row in read_table(path, ("image_id", "copy", "subset"))
    ]


def load_split_images(rows: Sequence[SplitRow], photos: Sequence[Photo], size: int) -> np.ndarray:
    """Loads the images of a split as network inputs.

    Args:
        rows: N rows of the split.
        photos: all photos that the rows name.
        size: side of the inputs, pixels.

    Returns:
        (N, size, size, 3) uint8 RGB. A photo is cropped as the classifier crops it. A copy is a
        random view of its photo. Its name seeds the random numbers, so it is the same every time.
    """
    of = {photo.image_id: photo for photo in photos}
    images = np.empty((len(rows), size, size, 3), np.uint8)
    for index, row in enumerate(rows):
        photo = read_image(of[row.image_id].path)
        if row.copy == 0:
            images[index] = to_input(photo, size)
        else:
            frame = fit_frame(crop_to_field_of_view(photo), size)
            images[index] = augment(frame, size, _make_generator(row))
    return images


def _make_generator(row: SplitRow) -> np.random.Generator:
    name = f"{row.image_id}/{row.copy}".encode()
    return np.random.default_rng(int.from_bytes(hashlib.sha256(name).digest()[:8], "big"))

"""The split of the paper's protocol: photos are copied and changed first, and split afterwards.

It exists to show how much it flatters: a test image's own source photo is often in training. Made
as the authors' code does it (Wang et al., arXiv 2507.15958): minority classes are enlarged over the
whole set, then single images are dealt at random.
"""

import csv
import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from qana.data.augmentation import augment
from qana.data.csv_tables import number, read_table
from qana.data.ham10000 import Photo
from qana.errors import DataError
from qana.imaging import read_image, to_input
from qana.resources import ASSETS

SPLIT_FILE = ASSETS / "splits" / "paper.csv"
COPIES = {"akiec": 1002, "bcc": 1200, "bkl": 1404, "df": 702, "mel": 1404, "vasc": 702}
"""How many changed copies each class is given; 16,429 images with the originals."""
TEST_SHARE = 0.2
SEED = 20180161
"""As the lesion split's, fixed once."""


@dataclass(frozen=True)
class Row:
    """One image of the protocol.

    Attributes:
        image_id: the photo that it is, or is a copy of.
        copy: 0 for the photo itself, else the number of the copy.
        subset: "train" or "test".
    """

    image_id: str
    copy: int
    subset: str


def make_paper_split(
    photos: Sequence[Photo], copies: Mapping[str, int] = COPIES, seed: int = SEED
) -> list[Row]:
    """Deals photos and copies by chance, 80 / 20; the same photos give the same rows.

    Copies are spread evenly over the photos of their class.

    Raises:
        DataError: a class that is to be enlarged has no photo.
    """
    of_class: dict[str, list[str]] = defaultdict(list)
    for photo in sorted(photos, key=lambda photo: photo.image_id):
        of_class[photo.label].append(photo.image_id)
    images = [(image_id, 0) for members in of_class.values() for image_id in members]
    dealer = random.Random(seed)
    for label in sorted(copies):
        sources = of_class[label]
        if not sources:
            raise DataError(f"No photo is of class {label}: the paper's protocol needs all seven.")
        dealer.shuffle(sources)
        images += [
            (sources[number % len(sources)], 1 + number // len(sources))
            for number in range(copies[label])
        ]
    images.sort()
    dealer.shuffle(images)
    test = set(images[: round(len(images) * TEST_SHARE)])
    return [
        Row(image_id, copy, "test" if (image_id, copy) in test else "train")
        for image_id, copy in sorted(images)
    ]


def write_paper_split(rows: Iterable[Row], path: Path = SPLIT_FILE) -> None:
    """Writes image_id, copy and subset as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("image_id", "copy", "subset"))
        writer.writerows((row.image_id, row.copy, row.subset) for row in rows)


def read_paper_split(path: Path = SPLIT_FILE) -> list[Row]:
    """The rows as stored.

    Raises:
        DataError: the file is missing or damaged.
    """
    if not path.is_file():
        raise DataError(f"The split {path.name} is missing: restore it from the repository.")
    where = f"A row of {path.name}"
    return [
        Row(row["image_id"], int(number(row["copy"], where)), row["subset"])
        for row in read_table(path, ("image_id", "copy", "subset"))
    ]


def measure_overlap(rows: Sequence[Row], photos: Sequence[Photo]) -> dict[str, float]:
    """How much of the test part training has seen.

    Args:
        rows: the split.
        photos: every photo that it names.

    Returns:
        test_images: their number; own_source: share of them whose photo, or a copy of it, is in
        training; own_source_not_nevi: the same among those that are not nevi; own_lesion: share
        whose lesion is in training in any photo; identical_images: share whose photo has the very
        bytes of another photo in training.
    """
    of = {photo.image_id: photo for photo in photos}
    train = [row for row in rows if row.subset == "train"]
    test = [row for row in rows if row.subset == "test"]
    sources = {row.image_id for row in train}
    lesions = {of[image_id].lesion_id for image_id in sources}
    owners: dict[str, set[str]] = defaultdict(set)
    digest = {p.image_id: hashlib.sha256(p.path.read_bytes()).hexdigest() for p in photos}
    for image_id in sources:
        owners[digest[image_id]].add(image_id)
    not_nevi = [row for row in test if of[row.image_id].label != "nv"]

    def share(hits: Iterable[bool], among: Sequence[Row]) -> float:
        return sum(hits) / len(among) if among else 0.0

    return {
        "test_images": len(test),
        "own_source": share((row.image_id in sources for row in test), test),
        "own_source_not_nevi": share((row.image_id in sources for row in not_nevi), not_nevi),
        "own_lesion": share((of[row.image_id].lesion_id in lesions for row in test), test),
        "identical_images": share(
            (bool(owners[digest[row.image_id]] - {row.image_id}) for row in test), test
        ),
    }


def materialize(rows: Sequence[Row], photos: Sequence[Photo], size: int) -> np.ndarray:
    """(N, size, size, 3) uint8: the images of the rows, photos as the classifier reads them.

    A copy is one random view of its photo, the same each time: its draws are seeded by its name.
    """
    of = {photo.image_id: photo for photo in photos}
    shape = (round(size * 4 / 3), size)
    images = np.empty((len(rows), size, size, 3), np.uint8)
    for index, row in enumerate(rows):
        photo = read_image(of[row.image_id].path)
        if row.copy == 0:
            images[index] = to_input(photo, size)
        else:
            frame = cv2.resize(photo, shape, interpolation=cv2.INTER_AREA)
            images[index] = augment(frame, size, _draws(row))
    return images


def _draws(row: Row) -> np.random.Generator:
    name = f"{row.image_id}/{row.copy}".encode()
    return np.random.default_rng(int.from_bytes(hashlib.sha256(name).digest()[:8], "big"))

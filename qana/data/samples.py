"""The gallery: dermatoscopic photos of test lesions that the network never saw."""

import csv
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from qana.classes import LABELS
from qana.data.ham10000 import Photo
from qana.data.input_squares import SIZE
from qana.data.lesion_split import SEED, read_split
from qana.imaging import read_image, to_input
from qana.resources import ASSETS

FOLDER = ASSETS / "samples"
LIST = FOLDER.with_suffix(".csv")
THUMBNAILS = Path(__file__).parents[2] / "static" / "samples"
THUMBNAIL_SIDE = 324
"""Pixels of the long side, three to one of the page's: sharp on a phone."""
ATTRIBUTION = (
    "HAM10000, Tschandl, Rosendahl and Kittler, Sci. Data 5, 180161 (2018), "
    "doi:10.7910/DVN/DBW86T, CC BY-NC 4.0"
)


@dataclass(frozen=True)
class Sample:
    """Attributes:
    image_id: of HAM10000.
    path: JPEG, 300x225 pixels.
    label: diagnosis of the data set.
    confirmed_by: how it was made: histo, follow_up, consensus or confocal.
    """

    image_id: str
    path: Path
    label: str
    confirmed_by: str


def load_samples() -> tuple[Sample, ...]:
    """All samples, class by class in the order of `qana.classes.LABELS`."""
    with LIST.open(newline="", encoding="utf-8") as file:
        return tuple(
            Sample(row["image_id"], FOLDER / f"{row['image_id']}.jpg", row["dx"], row["dx_type"])
            for row in csv.DictReader(file)
        )


def collect(photos: Sequence[Photo], per_class: int = 3) -> None:
    """Copies the samples out of HAM10000: the first lesions of each class in a fixed shuffle.

    The choice knows nothing of any network's answers, so a gallery shows its errors too.
    """
    split = read_split()
    test = [photo for photo in photos if split[photo.image_id] == "test"]
    random.Random(SEED).shuffle(test)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with LIST.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("image_id", "dx", "dx_type", "lesion_id"))
        for label in LABELS:
            one_a_lesion = {p.lesion_id: p for p in test if p.label == label}
            for photo in list(one_a_lesion.values())[:per_class]:
                shutil.copyfile(photo.path, FOLDER / f"{photo.image_id}.jpg")
                row = (photo.image_id, photo.label, photo.confirmed_by, photo.lesion_id)
                writer.writerow(row)
    make_thumbnails()


def make_thumbnails() -> None:
    """Small copies for the gallery, which the browser keeps and the server need not draw anew."""
    THUMBNAILS.mkdir(parents=True, exist_ok=True)
    for sample in load_samples():
        picture = Image.open(sample.path)
        picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
        picture.save(THUMBNAILS / f"{sample.image_id}.webp", quality=82, method=6)


@cache
def calibration_photos(side: int = SIZE) -> np.ndarray:
    """(21, side, side, 3) uint8, as a network of that input reads them.

    Fewer than training calibrates on, and not its photos: ranges are a little narrower, and what is
    quantized here is not the deployed model.
    """
    return np.stack([to_input(read_image(sample.path), side) for sample in load_samples()])

"""Collects the samples from HAM10000, with their thumbnails and the outlines of their lesions.

Run `python -m qana.data.collect_samples DIR`, where DIR is HAM10000 in its official layout.
"""

import csv
import random
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from qana.classes import LABELS
from qana.data.ham10000 import read_ham10000
from qana.data.lesion_masks import OUTLINE_SIZE, read_mask, trace_outlines, write_outlines
from qana.data.lesion_split import SEED, read_split
from qana.data.photo import Photo
from qana.data.samples import SAMPLES_FILE, SAMPLES_FOLDER, load_samples
from qana.data.unseen_photos import select_unseen_photos

PER_CLASS = 3
THUMBNAILS = Path(__file__).parents[2] / "static" / "samples"
"""Folder of the thumbnails. Streamlit serves it, so browsers can cache the files."""
THUMBNAIL_SIDE = 324
"""Longer side of a thumbnail, pixels: three for each pixel of the page, for sharp phone screens."""


def copy_samples(photos: Sequence[Photo]) -> None:
    """Copies the first test lesions of each class in a fixed random order.

    The choice does not depend on any network's answers, so the samples also show its errors. A
    lesion with a photo in another subset is skipped, because the networks may have seen it.

    Args:
        photos: all photos of HAM10000.
    """
    unseen = {photo.image_id for photo in select_unseen_photos(photos)}
    split = read_split()
    test = [photo for photo in photos if split[photo.image_id] == "test"]
    random.Random(SEED).shuffle(test)  # all of them, so that the order does not change
    test = [photo for photo in test if photo.image_id in unseen]
    for folder in (SAMPLES_FOLDER, THUMBNAILS):
        shutil.rmtree(folder, ignore_errors=True)  # so that no sample of an earlier choice is left
    SAMPLES_FOLDER.mkdir(parents=True)
    with SAMPLES_FILE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("image_id", "dx", "dx_type", "lesion_id"))
        for label in LABELS:
            lesions = {photo.lesion_id: photo for photo in test if photo.label == label}
            for photo in list(lesions.values())[:PER_CLASS]:
                shutil.copyfile(photo.path, SAMPLES_FOLDER / f"{photo.image_id}.jpg")
                row = (photo.image_id, photo.label, photo.confirmed_by, photo.lesion_id)
                writer.writerow(row)


def make_thumbnails() -> None:
    """Writes a WebP thumbnail of each sample to `THUMBNAILS`."""
    THUMBNAILS.mkdir(parents=True, exist_ok=True)
    for sample in load_samples():
        picture = Image.open(sample.path)
        picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
        picture.save(THUMBNAILS / f"{sample.image_id}.webp", quality=82, method=6)


def store_sample_outlines(photos: Sequence[Photo]) -> None:
    """Traces the lesion of each sample and writes assets/outlines.json.

    Args:
        photos: all photos of HAM10000, with their lesion masks.

    Raises:
        DataError: a sample has no lesion mask.
    """
    names = {sample.image_id for sample in load_samples()}
    write_outlines(
        {
            photo.image_id: trace_outlines(read_mask(photo, OUTLINE_SIZE))
            for photo in photos
            if photo.image_id in names
        }
    )


if __name__ == "__main__":
    ham10000 = read_ham10000(Path(sys.argv[1]))
    copy_samples(ham10000)
    make_thumbnails()
    store_sample_outlines(ham10000)

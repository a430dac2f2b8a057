"""Saves network inputs cropped from HAM10000 as JPEG files that come with QANA."""

import random
import shutil
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from qana.classes import LABELS
from qana.data.lesion_split import SEED, read_split
from qana.data.photo import Photo
from qana.data.unseen_photos import select_unseen_photos
from qana.imaging import read_image, to_input

INPUT_SIZE = 128
"""Side of the saved inputs, pixels: the input of the deployed networks."""


def save_input_crops(
    photos: Sequence[Photo], subset: str, folder: Path, count: int, skipped: int = 0
) -> None:
    """Saves one photo of each of the first lesions of each class in a fixed random order.

    The choice does not depend on any network's answers. A test lesion with a photo in another
    subset is skipped, because the networks may have seen it.

    Args:
        photos: all photos of HAM10000.
        subset: subset of the lesion split: "train", "validation" or "test".
        folder: destination, which is emptied first. Files are named CLASS_IMAGE.jpg.
        count: number of lesions of each class.
        skipped: number of lesions of each class to skip first.
    """
    split = read_split()
    shuffled = [photo for photo in photos if split[photo.image_id] == subset]
    random.Random(SEED).shuffle(shuffled)
    if subset == "test":
        unseen = {photo.image_id for photo in select_unseen_photos(photos)}
        shuffled = [photo for photo in shuffled if photo.image_id in unseen]
    shutil.rmtree(folder, ignore_errors=True)  # so that no file of an earlier choice is left
    folder.mkdir(parents=True, exist_ok=True)
    for label in LABELS:
        lesions = {photo.lesion_id: photo for photo in shuffled if photo.label == label}
        for photo in list(lesions.values())[skipped : skipped + count]:
            crop = Image.fromarray(to_input(read_image(photo.path), INPUT_SIZE))
            crop.save(folder / f"{label}_{photo.image_id}.jpg", quality=92)

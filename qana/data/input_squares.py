"""Squares as the network reads them, cut out of HAM10000 to be kept with the project."""

import random
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from qana.classes import LABELS
from qana.data.ham10000 import Photo
from qana.data.lesion_split import SEED, read_split
from qana.imaging import read_image, to_input

SIZE = 128
"""Side, pixels."""


def cut_squares(
    photos: Sequence[Photo], subset: str, folder: Path, count: int, skipped: int = 0
) -> None:
    """One photo of each of the first lesions of each class, in a fixed shuffle of a subset.

    The choice knows nothing of any network's answers.

    Args:
        photos: of HAM10000.
        subset: "train", "validation" or "test".
        folder: for CLASS_IMAGE.jpg; made if missing.
        count: lesions of each class.
        skipped: lesions of each class that are passed over first.
    """
    split = read_split()
    shuffled = [photo for photo in photos if split[photo.image_id] == subset]
    random.Random(SEED).shuffle(shuffled)
    folder.mkdir(parents=True, exist_ok=True)
    for label in LABELS:
        lesions = {photo.lesion_id: photo for photo in shuffled if photo.label == label}
        for photo in list(lesions.values())[skipped : skipped + count]:
            square = Image.fromarray(to_input(read_image(photo.path), SIZE))
            square.save(folder / f"{label}_{photo.image_id}.jpg", quality=92)

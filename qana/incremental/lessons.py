"""Photos to teach with: ten training lesions of each class, which no test of learning ever asks.

Collected by: python -m qana.incremental.lessons DIR
"""

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from qana.data.ham10000 import Photo
from qana.data.split import SEED, read_split
from qana.imaging import read_image, to_input
from qana.labels import LABELS

FOLDER = Path(__file__).parents[2] / "assets" / "lessons"
PER_CLASS = 10
SIZE = 128
"""Side as the network reads them, pixels."""


@dataclass(frozen=True)
class LessonPhoto:
    """Attributes:
    label: diagnosis of the data set.
    path: JPEG, 128x128 pixels.
    """

    label: str
    path: Path

    @property
    def image(self) -> np.ndarray:
        """(128, 128, 3) uint8."""
        return np.asarray(Image.open(self.path))


@cache
def load_lessons() -> tuple[LessonPhoto, ...]:
    """All of them, class by class in the order of `qana.labels.LABELS`."""
    return tuple(
        LessonPhoto(label, path)
        for label in LABELS
        for path in sorted(FOLDER.glob(f"{label}_*.jpg"))
    )


def collect(photos: Sequence[Photo]) -> None:
    """Cuts the lessons out of HAM10000: the first lesions of each class in a fixed shuffle."""
    split = read_split()
    train = [photo for photo in photos if split[photo.image_id] == "train"]
    random.Random(SEED).shuffle(train)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for label in LABELS:
        lesions = {photo.lesion_id: photo for photo in train if photo.label == label}
        for photo in list(lesions.values())[:PER_CLASS]:
            square = Image.fromarray(to_input(read_image(photo.path), SIZE))
            square.save(FOLDER / f"{label}_{photo.image_id}.jpg", quality=92)


if __name__ == "__main__":
    from qana.data.ham10000 import read_ham10000

    collect(read_ham10000(Path(sys.argv[1])))

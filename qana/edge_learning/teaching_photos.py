"""Photos to teach with: ten training lesions of each class, which no test of learning ever asks.

Collected by: python -m qana.edge_learning.teaching_photos DIR
"""

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from qana.classes import LABELS
from qana.resources import ASSETS

FOLDER = ASSETS / "lessons"
PER_CLASS = 10


@dataclass(frozen=True)
class TeachingPhoto:
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
def load_teaching_photos() -> tuple[TeachingPhoto, ...]:
    """All of them, class by class in the order of `qana.classes.LABELS`."""
    return tuple(
        TeachingPhoto(label, path)
        for label in LABELS
        for path in sorted(FOLDER.glob(f"{label}_*.jpg"))
    )


if __name__ == "__main__":
    from qana.data.ham10000 import read_ham10000

    save_input_crops(read_ham10000(Path(sys.argv[1])), "train", FOLDER, PER_CLASS)

"""Photos for learning that come with QANA: ten training lesions of each class.

The folder was made with: python -m qana.edge_learning.teaching_photos DIR
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
    """A photo of a training lesion.

    Attributes:
        label: class of the lesion, one of `qana.classes.LABELS`.
        path: JPEG file of 128x128 pixels.
    """

    label: str
    path: Path

    @property
    def image(self) -> np.ndarray:
        """Decoded photo, (128, 128, 3) uint8 RGB."""
        return np.asarray(Image.open(self.path))


@cache
def load_teaching_photos() -> tuple[TeachingPhoto, ...]:
    """Lists the photos.

    Returns:
        Photos in the order of `qana.classes.LABELS`.
    """
    return tuple(
        TeachingPhoto(label, path)
        for label in LABELS
        for path in sorted(FOLDER.glob(f"{label}_*.jpg"))
    )


if __name__ == "__main__":
    from qana.data.ham10000 import read_ham10000
    from qana.data.input_crops import save_input_crops

    save_input_crops(read_ham10000(Path(sys.argv[1])), "train", FOLDER, PER_CLASS)

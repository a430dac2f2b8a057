"""The fixed subset on which the walkthrough counts right answers: nine test lesions of each class.

Every class weighs the same, so the rare ones are seen; its accuracy is therefore not that of the
test set, in which two photos of three are nevi. Nothing is chosen by it.

Collected by: python -m qana.data.test_subset DIR
"""

import sys
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from qana.classes import LABELS
from qana.resources import ASSETS

FOLDER = ASSETS / "subset"
PER_CLASS = 9
GALLERY = 3
"""The gallery shows the first three lesions of each class in the same shuffle: these come after."""


@cache
def load_subset() -> tuple[np.ndarray, np.ndarray]:
    """(63, 128, 128, 3) uint8 photos and (63,) int64 indices into `qana.classes.LABELS`."""
    files = [file for label in LABELS for file in sorted(FOLDER.glob(f"{label}_*.jpg"))]
    labels = [LABELS.index(file.stem.partition("_")[0]) for file in files]
    return np.stack([np.asarray(Image.open(file)) for file in files]), np.array(labels)


if __name__ == "__main__":
    from qana.data.ham10000 import read_ham10000
    from qana.data.input_squares import cut_squares

    cut_squares(read_ham10000(Path(sys.argv[1])), "test", FOLDER, PER_CLASS, GALLERY)

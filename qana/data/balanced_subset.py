"""Loads the balanced subset: nine test lesions of each class, for quick comparisons in the app.

Each class has the same weight, so the rare classes count. Accuracy on this subset is therefore not
accuracy on the test set, in which two of three photos show nevi. Nothing is chosen or tuned on it.

Run `python -m qana.data.balanced_subset DIR` to collect it from HAM10000 in its official layout.
"""

import sys
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from qana.classes import LABELS
from qana.resources import ASSETS

SUBSET_FOLDER = ASSETS / "subset"
PER_CLASS = 9
SKIPPED = 3
"""Lesions of each class to skip: the samples are the first three in the same random order."""


@cache
def load_balanced_subset() -> tuple[np.ndarray, np.ndarray]:
    """Loads the photos and their classes.

    Returns:
        Inputs, (63, 128, 128, 3) uint8 RGB, and labels, (63,) int64 indices into
        `qana.classes.LABELS`.
    """
    files = [file for label in LABELS for file in sorted(SUBSET_FOLDER.glob(f"{label}_*.jpg"))]
    labels = [LABELS.index(file.stem.partition("_")[0]) for file in files]
    return np.stack([np.asarray(Image.open(file)) for file in files]), np.array(labels)


if __name__ == "__main__":
    from qana.data.ham10000 import read_ham10000
    from qana.data.input_crops import save_input_crops

    save_input_crops(read_ham10000(Path(sys.argv[1])), "test", SUBSET_FOLDER, PER_CLASS, SKIPPED)

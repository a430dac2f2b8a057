"""The fixed subset on which the walkthrough counts right answers: nine test lesions of each class.

Every class weighs the same, so the rare ones are seen; its accuracy is therefore not that of the
test set, in which two photos of three are nevi. Nothing is chosen by it.

Collected by: python -m qana.walkthrough.subset DIR
"""

import random
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from qana.data.ham10000 import Photo
from qana.data.split import SEED, read_split
from qana.imaging import read_image, to_input
from qana.labels import LABELS

FOLDER = Path(__file__).parents[2] / "assets" / "subset"
PER_CLASS = 9
SIZE = 128
"""Side as the network reads them, pixels."""
GALLERY = 3
"""The gallery shows the first three lesions of each class in the same shuffle: these come after."""


@cache
def load_subset() -> tuple[np.ndarray, np.ndarray]:
    """(63, 128, 128, 3) uint8 photos and (63,) int64 indices into `qana.labels.LABELS`."""
    files = [file for label in LABELS for file in sorted(FOLDER.glob(f"{label}_*.jpg"))]
    labels = [LABELS.index(file.stem.partition("_")[0]) for file in files]
    return np.stack([np.asarray(Image.open(file)) for file in files]), np.array(labels)


def collect(photos: Sequence[Photo]) -> None:
    """Cuts the subset out of HAM10000; the choice knows nothing of any network's answers."""
    split = read_split()
    test = [photo for photo in photos if split[photo.image_id] == "test"]
    random.Random(SEED).shuffle(test)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for label in LABELS:
        lesions = {photo.lesion_id: photo for photo in test if photo.label == label}
        for photo in list(lesions.values())[GALLERY : GALLERY + PER_CLASS]:
            square = Image.fromarray(to_input(read_image(photo.path), SIZE))
            square.save(FOLDER / f"{label}_{photo.image_id}.jpg", quality=92)


if __name__ == "__main__":
    from qana.data.ham10000 import read_ham10000

    collect(read_ham10000(Path(sys.argv[1])))

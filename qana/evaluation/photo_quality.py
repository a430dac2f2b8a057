"""How well the quality bounds tell sound photos from spoilt ones.

python -m qana.evaluation.photo_quality --data DIR
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from qana.data.ham10000 import read_ham10000
from qana.data.lesion_split import read_split
from qana.imaging.decode import read_image
from qana.imaging.quality import assess

SHAKE = 13
"""Length of the motion blur, pixels of a photo 300 wide."""


def _shaken(kernel: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    return lambda image: cv2.filter2D(image, -1, kernel / SHAKE)


SPOILT: dict[str, tuple[str | None, Callable[[np.ndarray], np.ndarray]]] = {
    "as it is": (None, lambda image: image),
    "enlarged to 600x450": (
        None,
        lambda image: cv2.resize(image, (600, 450), interpolation=cv2.INTER_CUBIC),
    ),
    "Gaussian blur, sigma 4": ("blurred", lambda image: cv2.GaussianBlur(image, (0, 0), 4)),
    "shaken sideways": ("blurred", _shaken(np.ones((1, SHAKE), np.float32))),
    "shaken diagonally": ("blurred", _shaken(np.eye(SHAKE, dtype=np.float32))),
    "12 % of the light": ("dark", lambda image: (image * 0.12).astype(np.uint8)),
    "2.2 times the light": (
        "overexposed",
        lambda image: np.clip(image * 2.2, 0, 255).astype(np.uint8),
    ),
}
"""What is done to the photo, and which problem must then be found (None: no problem)."""


def main() -> None:
    """Prints, for each way to spoil a photo, the share that the check judges rightly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="HAM10000, official layout")
    photos, split = read_ham10000(parser.parse_args().data), read_split()
    kept = [photo for photo in photos if split[photo.image_id] != "test"][::8]
    images = [read_image(photo.path) for photo in kept]
    sys.stdout.write(f"{len(images)} photos outside the test subset\n")
    for name, (expected, spoil) in SPOILT.items():
        found = [[problem.kind for problem in assess(spoil(image)).problems] for image in images]
        right = [expected in kinds if expected else not kinds for kinds in found]
        sys.stdout.write(f"{name:24} {expected or 'sound':12} right {np.mean(right):7.2%}\n")


if __name__ == "__main__":
    main()

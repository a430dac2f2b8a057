"""Measures how well the quality check separates good photos from poor ones.

Run: python -m qana.evaluation.measure_quality_check --data DIR
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
from qana.imaging.quality import assess_quality

SHAKE = 13
"""Length of the motion blur, pixels of a photo 300 wide."""


def _make_motion_blur(kernel: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    return lambda image: cv2.filter2D(image, -1, kernel / SHAKE)


DEGRADATIONS: dict[str, tuple[str | None, Callable[[np.ndarray], np.ndarray]]] = {
    "as it is": (None, lambda image: image),
    "enlarged to 600x450": (
        None,
        lambda image: cv2.resize(image, (600, 450), interpolation=cv2.INTER_CUBIC),
    ),
    "Gaussian blur, sigma 4": ("blurred", lambda image: cv2.GaussianBlur(image, (0, 0), 4)),
    "shaken sideways": ("blurred", _make_motion_blur(np.ones((1, SHAKE), np.float32))),
    "shaken diagonally": ("blurred", _make_motion_blur(np.eye(SHAKE, dtype=np.float32))),
    "12 % of the light": ("dark", lambda image: (image * 0.12).astype(np.uint8)),
    "2.2 times the light": (
        "overexposed",
        lambda image: np.clip(image * 2.2, 0, 255).astype(np.uint8),
    ),
}
"""Name to the expected problem (None: no problem) and the degradation of the photo."""


def main() -> None:
    """Prints the share of correct verdicts for each degradation of the photos."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="HAM10000, official layout")
    photos, split = read_ham10000(parser.parse_args().data), read_split()
    kept = [photo for photo in photos if split[photo.image_id] in ("train", "validation")][::8]
    images = [read_image(photo.path) for photo in kept]
    sys.stdout.write(f"{len(images)} photos outside the test subset\n")
    for name, (expected, degrade) in DEGRADATIONS.items():
        found = [
            [problem.kind for problem in assess_quality(degrade(image)).problems]
            for image in images
        ]
        right = [expected in kinds if expected else not kinds for kinds in found]
        sys.stdout.write(f"{name:24} {expected or 'sound':12} right {np.mean(right):7.2%}\n")


if __name__ == "__main__":
    main()

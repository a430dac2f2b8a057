"""Measures how well the quality check separates good photos from poor ones.

Run: python -m qana.evaluation.measure_quality_check --data DIR [--subset test]
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from qana.data.photo import Photo
from qana.data.source_splits import split_sources
from qana.data.sources import SOURCES, read_sources
from qana.imaging import assess_quality, read_image

SHAKE = 13
"""Length of the motion blur, pixels of a photo 300 wide."""
EVERY = 8
"""One photo of so many is measured."""
SEPIA = np.array([[0.393, 0.349, 0.272], [0.769, 0.686, 0.534], [0.189, 0.168, 0.131]])
"""Red, green and blue to the colours of the sepia filter that CSS and many photo apps use."""


def _make_motion_blur(kernel: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    return lambda image: cv2.filter2D(image, -1, kernel / SHAKE)


def _make_grey(image: np.ndarray) -> np.ndarray:
    return np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


def _mark(image: np.ndarray) -> np.ndarray:
    """Writes a date and draws a sticker on a grey copy."""
    marked, side = _make_grey(image), min(image.shape[:2])
    cv2.circle(marked, (side // 4, side // 4), side // 8, (30, 100, 220), cv2.FILLED)
    at, thickness = (side // 8, image.shape[0] - side // 8), max(1, side // 150)
    return cv2.putText(
        marked, "12.05.2024", at, cv2.FONT_HERSHEY_SIMPLEX, side / 400, (255, 140, 0), thickness
    )


def _compress(image: np.ndarray, quality: int) -> np.ndarray:
    data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))


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
    "grey": ("no-colour", _make_grey),
    "grey, JPEG quality 30": ("no-colour", lambda image: _compress(_make_grey(image), 30)),
    "grey, with coloured marks": ("no-colour", lambda image: _compress(_mark(image), 90)),
    "sepia": ("no-colour", lambda image: np.clip(image @ SEPIA, 0, 255).astype(np.uint8)),
    "tinted red": (
        "no-colour",
        lambda image: (_make_grey(image) * np.array([1, 0.6, 0.5])).astype(np.uint8),
    ),
}
"""Name to the expected problem (None: no problem) and the degradation of the photo."""


def main() -> None:
    """Prints the share of correct verdicts for each degradation of the photos."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="one data set, or all in a folder")
    parser.add_argument("--subset", choices=("other", "test"), default="other")
    arguments = parser.parse_args()
    subsets = split_sources(read_sources(arguments.data))
    others = [*subsets["train"], *subsets["validation"]]
    photos = subsets["test"] if arguments.subset == "test" else others
    for source in SOURCES:
        for image_type in sorted({photo.image_type for photo in photos if photo.source == source}):
            found = [p for p in photos if (p.source, p.image_type) == (source, image_type)]
            sys.stdout.write(f"{source}, {image_type}\n")
            _measure(found[::EVERY])


def _measure(photos: Sequence[Photo]) -> None:
    images = [read_image(photo.path) for photo in photos]
    colours = [assess_quality(image).colour for image in images]
    for name, values in (
        ("all fields", [one.whole for one in colours]),
        ("most fields", [one.most for one in colours]),
    ):
        sys.stdout.write(
            f"  {len(images)} photos, colour of {name} from {min(values):.2f}, one of a hundred "
            f"below {np.percentile(values, 1):.2f}\n"
        )
    for name, (expected, degrade) in DEGRADATIONS.items():
        found = [
            [problem.kind for problem in assess_quality(degrade(image)).problems]
            for image in images
        ]
        right = [expected in kinds if expected else not kinds for kinds in found]
        coloured = np.mean(["no-colour" not in kinds for kinds in found])
        rest = "" if expected == "no-colour" else f"  in colour {coloured:7.2%}"
        sys.stdout.write(
            f"  {name:24} {expected or 'sound':12} right {np.mean(right):7.2%}{rest}\n"
        )


if __name__ == "__main__":
    main()

"""Photos of lesions, and changes that leave a lesion recognizable."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from qana.data.local_features import count_inliers, extract_local_features
from qana.data.samples import Sample
from qana.imaging import read_image


def _turn(image: np.ndarray, degrees: float, scale: float) -> np.ndarray:
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    return cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REFLECT)


def _recolour(image: np.ndarray) -> np.ndarray:
    changed = image.astype(np.float32) * (0.8, 1.0, 1.15) + (20, -10, 5)
    return changed.clip(0, 255).astype(np.uint8)


def _compress(image: np.ndarray) -> np.ndarray:
    data = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, 50))[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))


def _shrink(image: np.ndarray) -> np.ndarray:
    return cv2.resize(image, (200, 150), interpolation=cv2.INTER_AREA)


CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "turned": lambda image: _turn(image, 130, 1.0),
    "closer": lambda image: _turn(image, 10, 1.5),
    "cropped": lambda image: image[20:-30, 40:-10],
    "recoloured": _recolour,
    "compressed": _compress,
    "shrunk": _shrink,
    "all": lambda image: _compress(_shrink(_recolour(_turn(image, -75, 1.2)))),
}


@pytest.fixture(scope="module")
def images(samples: tuple[Sample, ...]) -> list[np.ndarray]:
    """Photos of different lesions."""
    return [read_image(sample.path) for sample in samples]


def count_matches(a: np.ndarray, b: np.ndarray) -> int:
    return count_inliers(extract_local_features(a), extract_local_features(b))

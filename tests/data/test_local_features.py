"""Changed photos of one lesion match by their pixels, and other photos do not."""

from itertools import combinations

import cv2
import numpy as np
import pytest

from qana.data.local_features import LocalFeatures, count_inliers, extract_local_features
from qana.data.same_lesion_search import LEAST_HAM10000
from qana.data.similar_photos import find_similar_photos
from tests.doubles.changed_photos import CHANGES, count_matches, images

__all__ = ["images"]
LEAST = LEAST_HAM10000


@pytest.mark.parametrize("change", CHANGES)
def test_changed_photos_match(change: str, images: list[np.ndarray]) -> None:
    counts = [count_matches(image, CHANGES[change](image)) for image in images]
    assert np.mean([count >= LEAST for count in counts]) >= 0.9, counts


def test_photos_of_other_lesions_do_not_match(images: list[np.ndarray]) -> None:
    features = [extract_local_features(image) for image in images]
    counts = [count_inliers(a, b) for a, b in combinations(features, 2)]
    assert max(counts) < LEAST


@pytest.mark.parametrize(("height", "inliers"), [(5, 0), (150, 20)])
def test_features_on_one_line_do_not_match(height: int, inliers: int) -> None:
    """The marks of a ruler and a hair are no lesion."""
    random = np.random.default_rng(0)
    places = np.full((20, 4), 10.0, np.float32)
    places[:, :2] = random.uniform(0, 1, (20, 2)) * (250, height)
    descriptors = random.integers(0, 255, (20, 128), np.uint8)
    features = LocalFeatures(places, descriptors)
    assert count_inliers(features, features) == inliers


def test_surrounds_do_not_match() -> None:
    surround = np.zeros((225, 300, 3), np.uint8)
    cv2.circle(surround, (150, 112), 100, (200, 170, 160), -1)
    assert count_matches(surround, surround) == 0


def test_photos_without_features_match_nothing(images: list[np.ndarray]) -> None:
    plain = np.full((225, 300, 3), 180, np.uint8)
    assert count_matches(plain, images[0]) == 0
    assert count_matches(plain, plain) == 0
    features = [extract_local_features(plain)] * 2
    assert find_similar_photos(features, ["a", "b"], ["x", "x"], 5, lambda share: None) == []

"""Compares photos by local features: places that look alike and keep their arrangement.

SIFT: Lowe, "Distinctive image features from scale-invariant keypoints", IJCV 60 (2004),
doi:10.1023/B:VISI.0000029664.99615.94. RootSIFT: Arandjelovic and Zisserman, "Three things everyone
should know to improve object retrieval", CVPR 2012, doi:10.1109/CVPR.2012.6248018.
"""

from dataclasses import dataclass

import cv2
import numpy as np

AREA = 300 * 225
"""Number of pixels at which photos are compared."""
SMALL_SIDE = 100
"""Photos with a longer side of at most this many pixels have no finer detail to compare."""
SMALL_SCALE = 2.0
"""Factor by which such small photos are enlarged."""
FEATURES = 800
"""Largest number of features of a photo, before the smallest are left out."""
DIAMETER = 2.5
"""Least diameter in pixels of a feature: smaller ones are mostly noise."""
CONTRAST = 0.02
"""Lowest contrast of a feature: half of Lowe's, because skin has little contrast."""
CLIP_LIMIT, TILES = 2.0, (4, 4)
"""Strength and tiles of the local histogram equalization (CLAHE)."""
DARK = 30
"""Grey values below it, 0 to 255, are the black surround of a photo where they touch its edge."""
EDGE = 8
"""Distance in pixels to the edge and to the black surround within which features are ignored."""
LEAST_MATCHES = 6
"""Least number of matches for which a transformation is fitted, to save time."""
RATIO = 0.9
"""Largest ratio of the distances of the best and the second-best match."""
TOLERANCE = 6.0
"""Largest error of an inlier in pixels."""
SCALES = (0.4, 2.5)
"""Smallest and largest scale between two photos of one lesion."""
MOST_TURN = 30.0
"""Largest difference in degrees between the turn of a feature and that of the photo."""
MOST_RESIZING = 1.0
"""Largest difference in octaves between the scale of a feature and that of the photo."""
SPREAD = 6.0
"""Least standard deviation in pixels of the inliers across their main direction: the marks of a
ruler and a hair are on one line."""


@dataclass(frozen=True)
class LocalFeatures:
    """The local features of one photo.

    Attributes:
        places: (N, 4) float32: x and y in pixels, diameter in pixels, orientation in degrees.
        descriptors: (N, 128) uint8 SIFT descriptors.
    """

    places: np.ndarray
    descriptors: np.ndarray


def extract_local_features(image: np.ndarray) -> LocalFeatures:
    """Finds the local features of a photo, except in its black surround.

    Args:
        image: (H, W, 3) uint8 RGB, 0 to 255.
    """
    image = _resize(image)
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    equalized = cv2.createCLAHE(CLIP_LIMIT, TILES).apply(grey)
    detector = cv2.SIFT.create(nfeatures=FEATURES, contrastThreshold=CONTRAST)
    found, descriptors = detector.detectAndCompute(equalized, None)
    if descriptors is None:
        return LocalFeatures(np.zeros((0, 4), np.float32), np.zeros((0, 128), np.uint8))
    places = np.array([(*point.pt, point.size, point.angle) for point in found], np.float32)
    x, y = places[:, :2].round().astype(int).T
    inside = _find_skin(grey)[y.clip(0, grey.shape[0] - 1), x.clip(0, grey.shape[1] - 1)]
    inside &= places[:, 2] >= DIAMETER
    return LocalFeatures(places[inside], descriptors[inside].astype(np.uint8))


def _resize(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    small = max(height, width) <= SMALL_SIDE
    scale = SMALL_SCALE if small else (AREA / (height * width)) ** 0.5
    if abs(scale - 1) < 0.03:
        return image
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=interpolation)


def _find_skin(grey: np.ndarray) -> np.ndarray:
    """Returns (H, W) bool: the pixels away from the edge of the photo and from a black surround."""
    dark = np.pad((grey < DARK).astype(np.uint8), 1, constant_values=1)
    _, parts = cv2.connectedComponents(dark)
    surround = (parts == parts[0, 0]).astype(np.uint8)
    surround = cv2.dilate(surround, np.ones((2 * EDGE + 1, 2 * EDGE + 1), np.uint8))
    return surround[1:-1, 1:-1] == 0


def normalize_descriptors(descriptors: np.ndarray) -> np.ndarray:
    """Converts SIFT to RootSIFT descriptors: (N, 128) uint8 to (N, 128) float32 of length 1."""
    values = descriptors.astype(np.float32)
    return np.sqrt(values / (values.sum(axis=1, keepdims=True) + 1e-9))


def count_inliers(a: LocalFeatures, b: LocalFeatures) -> int:
    """Counts the features that one similarity transformation maps from one photo to the other.

    Args:
        a: features of a photo.
        b: features of another photo.

    Returns:
        Number of distinct places, 0 if there is no plausible transformation or if all places are on
        one line.
    """
    if min(len(a.places), len(b.places)) < LEAST_MATCHES:
        return 0
    first, second = _match_descriptors(
        normalize_descriptors(a.descriptors), normalize_descriptors(b.descriptors)
    )
    if len(first) < LEAST_MATCHES:
        return 0
    places_a, places_b = a.places[first], b.places[second]
    points_a, points_b = (places[:, :2].copy() for places in (places_a, places_b))
    transformation, inside = cv2.estimateAffinePartial2D(
        points_a, points_b, ransacReprojThreshold=TOLERANCE, confidence=0.99
    )
    if transformation is None:
        return 0
    cosine, sine = transformation[0, 0], transformation[1, 0]
    scale = float(np.hypot(cosine, sine))
    if not SCALES[0] < scale < SCALES[1]:
        return 0
    turn = places_b[:, 3] - places_a[:, 3] - np.degrees(np.arctan2(sine, cosine))
    turn = np.abs((turn + 180) % 360 - 180)
    resizing = np.abs(np.log2(places_b[:, 2] / places_a[:, 2] / scale))
    inside = (inside.ravel() > 0) & (turn < MOST_TURN) & (resizing < MOST_RESIZING)
    places_a, places_b = places_a[inside], places_b[inside]
    if min(_measure_spread(places_a), _measure_spread(places_b)) < SPREAD:
        return 0
    return min(_count_distinct(places_a), _count_distinct(places_b))


def _match_descriptors(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the indices of the mutual best matches that pass Lowe's ratio test."""
    similarity = a @ b.T
    rows = np.arange(len(a))
    best = similarity.argmax(axis=1)
    nearest = similarity[rows, best]
    mutual = similarity.argmax(axis=0)[best] == rows
    similarity[rows, best] = -1
    # Distances between unit vectors: the square is 2 - 2 * similarity.
    kept = mutual & (1 - nearest < RATIO**2 * (1 - similarity.max(axis=1)))
    return rows[kept], best[kept]


def _measure_spread(places: np.ndarray) -> float:
    if len(places) < 3:
        return 0.0
    return float(
        np.linalg.svd(places[:, :2] - places[:, :2].mean(axis=0))[1][1] / len(places) ** 0.5
    )


def _count_distinct(places: np.ndarray) -> int:
    """Counts the places, those within about two pixels once: SIFT may give one twice."""
    return len(np.unique((places[:, :2] / 2).round(), axis=0))

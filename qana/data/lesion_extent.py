"""Estimates how large the lesion is in a photo that has no lesion mask."""

import cv2
import numpy as np

from qana.imaging import crop_centre, crop_to_field_of_view

WORKING_SIZE = 128
BORDER = 0.08
"""Width of the border that shows mostly skin, as a share of the side."""


def estimate_lesion_extent(image: np.ndarray) -> float:
    """Estimates the longest side of the lesion as a share of the photo's shorter side.

    The lesion is what differs in colour from the border of the centre square (distance in CIE Lab,
    threshold by Otsu, IEEE Trans. SMC 9, 1979, 62-66): the largest connected region, weighted by
    its closeness to the centre. This is a rough estimate, and `python -m qana protocol sources`
    compares it with the lesion masks of HAM10000.

    Args:
        image: (H, W, 3) uint8 RGB.

    Returns:
        Above 0, at most 1.
    """
    square = crop_centre(crop_to_field_of_view(image), WORKING_SIZE)
    smooth = cv2.GaussianBlur(square, (0, 0), 2).astype(np.float32) / 255
    lab = cv2.cvtColor(smooth, cv2.COLOR_RGB2LAB)
    edge = round(BORDER * WORKING_SIZE)
    inner = np.zeros(lab.shape[:2], bool)
    inner[edge:-edge, edge:-edge] = True
    distance = np.linalg.norm(lab - np.median(lab[~inner], axis=0), axis=2)
    scaled = (255 * distance / max(float(distance.max()), 1e-6)).astype(np.uint8)
    _, mask = cv2.threshold(scaled, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    _, _regions, statistics, centres = cv2.connectedComponentsWithStats(mask)
    if len(statistics) < 2:
        return 1.0
    off_centre = np.linalg.norm(centres[1:] - WORKING_SIZE / 2, axis=1) / WORKING_SIZE
    weight = statistics[1:, cv2.CC_STAT_AREA] * np.exp(-((off_centre / 0.25) ** 2))
    best = 1 + int(weight.argmax())
    longest = max(statistics[best, cv2.CC_STAT_WIDTH], statistics[best, cv2.CC_STAT_HEIGHT])
    return float(longest / WORKING_SIZE)

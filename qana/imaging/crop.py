"""How a photo of any shape becomes the square that the network reads."""

import cv2
import numpy as np

CENTRE = 0.935
"""Share of the centre square's side that the network reads: training zooms at random about the
whole square, and a network sees best what is a little larger than it was in training (Touvron et
al., "Fixing the train-test resolution discrepancy", NeurIPS 2019). Chosen on validation."""


def to_input(image: np.ndarray, size: int) -> np.ndarray:
    """The middle of a photo, area-averaged to the network's input.

    Evaluation and the app go through this one function, so a photo means the same to each. The
    centre is kept because a dermatoscope, like the framing guide of the camera, puts the lesion
    there; the shape is never squeezed, since asymmetry is a diagnostic sign.

    Args:
        image: (H, W, 3) uint8, RGB, 0 to 255.
        size: side of the result, pixels.

    Returns:
        (size, size, 3) uint8, RGB.
    """
    return centre_square(image, size, CENTRE)


def centre_square(image: np.ndarray, size: int, share: float = 1.0) -> np.ndarray:
    """The centre square of a photo, or the middle of it, area-averaged.

    Args:
        image: (H, W, 3) uint8, RGB.
        size: side of the result, pixels.
        share: of the square's side that is kept, above 0 to 1.

    Returns:
        (size, size, 3) uint8, RGB.
    """
    height, width = image.shape[:2]
    side = max(1, round(share * min(height, width)))
    top, left = (height - side) // 2, (width - side) // 2
    square = image[top : top + side, left : left + side]
    shrinks = side >= size
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(square, (size, size), interpolation=interpolation)

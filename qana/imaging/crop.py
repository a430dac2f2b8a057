"""From a photo of any shape to the square that the network reads."""

import cv2
import numpy as np


def to_input(image: np.ndarray, size: int) -> np.ndarray:
    """Centre square of a photo, area-averaged to the network's input.

    Training, evaluation and the app all go through this one function, so a photo means the same
    to each. The centre is kept because a dermatoscope, like the framing guide of the camera, puts
    the lesion there; the shape is never squeezed, since asymmetry is a diagnostic sign.

    Args:
        image: (H, W, 3) uint8, RGB, 0 to 255.
        size: side of the result, pixels.

    Returns:
        (size, size, 3) uint8, RGB.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = image[top : top + side, left : left + side]
    shrinks = side >= size
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(square, (size, size), interpolation=interpolation)

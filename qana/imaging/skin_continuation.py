"""Continues the colours of the skin over the surround of a dermatoscope's field."""

import cv2
import numpy as np

SPREAD = 0.06
"""Standard deviation of the weights, a share of the picture's longer side."""
MEAN_WEIGHT = 1e-4
"""Weight of the field's mean colour. It counts where no pixel of the field is near."""


def continue_skin(picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Continues the colours inside a mask smoothly to the whole picture.

    This is a normalized convolution (Knutsson and Westin, "Normalized and differential
    convolution", CVPR 1993, doi:10.1109/CVPR.1993.341081).

    Args:
        picture: (h, w, 3) uint8 RGB, small.
        mask: (h, w) uint8, 1 where the picture shows skin.

    Returns:
        (h, w, 3) float32, 0 to 255. Inside the mask, too, it is a blurred picture.
    """
    weights = mask.astype(np.float32)
    weighted = picture * weights[..., None]
    sigma = SPREAD * max(mask.shape)
    total = cv2.GaussianBlur(weights, (0, 0), sigma)[..., None]
    mean = weighted.sum(axis=(0, 1)) / max(1.0, float(weights.sum()))
    return (cv2.GaussianBlur(weighted, (0, 0), sigma) + MEAN_WEIGHT * mean) / (total + MEAN_WEIGHT)

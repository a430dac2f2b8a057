"""Whether a photo is sharp and lit well enough to be worth a verdict."""

from dataclasses import dataclass

import cv2
import numpy as np

from qana.imaging.crop import centre_square

WORKING_SIZE = 192
"""Side at which a photo is judged, pixels: the numbers then do not depend on the camera."""
MIN_SHARPNESS = 3.0
MIN_BRIGHTNESS = 50.0
MAX_CLIPPED = 0.2
"""The three bounds are set on photos outside the test subset, with
`python -m qana.evaluation.photo_quality`, which prints how many sound photos they turn away and
how many spoilt ones they catch."""
WHITE = 250


@dataclass(frozen=True)
class Problem:
    """Attributes:
    kind: blurred, dark or overexposed.
    message: one sentence with advice.
    """

    kind: str
    message: str


BLURRED = Problem(
    "blurred", "This photo is blurred: hold still, tap to focus and take it again from closer."
)
DARK = Problem("dark", "This photo is too dark: turn on a light or the torch and take it again.")
OVEREXPOSED = Problem(
    "overexposed", "This photo is overexposed: turn away from the light or the flash and try again."
)


@dataclass(frozen=True)
class Quality:
    """Attributes:
    sharpness: variance of the second difference of the grey levels (0 to 255) along the
        direction in which it is least, at 192 pixels a side.
    brightness: mean grey level, 0 to 255.
    clipped: share of pixels at or above grey level 250, 0 to 1.
    problems: what is wrong, the gravest first; empty for a sound photo.
    """

    sharpness: float
    brightness: float
    clipped: float
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """True where nothing is wrong."""
        return not self.problems


def assess(image: np.ndarray) -> Quality:
    """Measures the centre square of a photo, the part that is classified.

    Blur is measured by the variance of the Laplacian (Pech-Pacheco et al., ICPR 2000), taken apart
    into four directions of which the least counts: a shaken photo stays sharp along the shake.

    Args:
        image: (H, W, 3) uint8 RGB.
    """
    grey = cv2.cvtColor(centre_square(image, WORKING_SIZE), cv2.COLOR_RGB2GRAY)
    sharpness = _sharpness(grey.astype(np.float32))
    brightness = float(grey.mean())
    clipped = float((grey >= WHITE).mean())
    checks = (
        (brightness < MIN_BRIGHTNESS, DARK),
        (clipped > MAX_CLIPPED, OVEREXPOSED),
        (sharpness < MIN_SHARPNESS, BLURRED),
    )
    return Quality(sharpness, brightness, clipped, tuple(what for bad, what in checks if bad))


def _sharpness(grey: np.ndarray) -> float:
    centre = 2 * grey[1:-1, 1:-1]
    along_x = grey[1:-1, 2:] + grey[1:-1, :-2] - centre
    along_y = grey[2:, 1:-1] + grey[:-2, 1:-1] - centre
    # A diagonal neighbour is sqrt(2) away: the division makes the four comparable.
    falling = (grey[2:, 2:] + grey[:-2, :-2] - centre) / np.sqrt(2)
    rising = (grey[2:, :-2] + grey[:-2, 2:] - centre) / np.sqrt(2)
    return float(min(difference.var() for difference in (along_x, along_y, falling, rising)))

"""Checks whether a photo is sharp and lit well enough to be classified."""

from dataclasses import dataclass

import cv2
import numpy as np

from qana.imaging.crop import crop_centre

WORKING_SIZE = 192
"""Side to which a photo is scaled for the check, pixels. It makes the figures independent of the
camera's resolution."""
MIN_SHARPNESS = 3.0
MIN_BRIGHTNESS = 50.0
MAX_CLIPPED = 0.2
"""The three bounds were set on photos outside the test subset. The command `python -m
qana.evaluation.measure_quality_check` prints how many good photos they reject and how many bad
ones they find."""
WHITE = 250
"""Grey level from which a pixel counts as clipped."""


@dataclass(frozen=True)
class Problem:
    """A reason against classifying a photo.

    Attributes:
        kind: "blurred", "dark", "overexposed" or "out-of-distribution".
        message: one sentence that says what to do.
    """

    kind: str
    message: str


BLURRED = Problem(
    "blurred", "This photo is blurred: hold still, tap to focus and take it again closer up."
)
DARK = Problem("dark", "This photo is too dark: turn on a light or the torch and take it again.")
OVEREXPOSED = Problem(
    "overexposed", "This photo is overexposed: turn away from the light or the flash and try again."
)


@dataclass(frozen=True)
class Quality:
    """The measured quality of a photo.

    Attributes:
        sharpness: variance of the second difference of grey levels (0 to 255) in the direction
            in which it is least, at 192 pixels a side.
        brightness: mean grey level, 0 to 255.
        clipped: share of pixels with a grey level of at least 250, 0 to 1.
        problems: the problems found, the most serious first; empty for a good photo.
    """

    sharpness: float
    brightness: float
    clipped: float
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """True if the photo has no problem."""
        return not self.problems


def assess_quality(image: np.ndarray) -> Quality:
    """Measures the centre square of a photo, the part that is classified.

    Sharpness is the variance of the Laplacian (Pech-Pacheco et al., "Diatom autofocusing in
    brightfield microscopy", ICPR 2000, doi:10.1109/ICPR.2000.903548), here of each of four
    directions. The least of the four counts, because motion blur leaves the direction along the
    motion sharp.

    Args:
        image: (H, W, 3) uint8 RGB.

    Returns:
        The measurements and the problems.
    """
    grey = cv2.cvtColor(crop_centre(image, WORKING_SIZE), cv2.COLOR_RGB2GRAY)
    sharpness = _measure_sharpness(grey.astype(np.float32))
    brightness = float(grey.mean())
    clipped = float((grey >= WHITE).mean())
    checks = (
        (brightness < MIN_BRIGHTNESS, DARK),
        (clipped > MAX_CLIPPED, OVEREXPOSED),
        (sharpness < MIN_SHARPNESS, BLURRED),
    )
    problems = tuple(problem for found, problem in checks if found)
    return Quality(sharpness, brightness, clipped, problems)


def _measure_sharpness(grey: np.ndarray) -> float:
    centre = 2 * grey[1:-1, 1:-1]
    along_x = grey[1:-1, 2:] + grey[1:-1, :-2] - centre
    along_y = grey[2:, 1:-1] + grey[:-2, 1:-1] - centre
    # A diagonal neighbour is sqrt(2) away; the division makes the four directions comparable.
    falling = (grey[2:, 2:] + grey[:-2, :-2] - centre) / np.sqrt(2)
    rising = (grey[2:, :-2] + grey[:-2, 2:] - centre) / np.sqrt(2)
    return float(min(difference.var() for difference in (along_x, along_y, falling, rising)))

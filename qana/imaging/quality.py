"""Checks whether a photo is sharp, lit well enough and in colour."""

from dataclasses import dataclass

import cv2
import numpy as np

from qana.imaging.colour_check import GRID, MIN_COLOUR_OF_MOST, Colour, measure_colour
from qana.imaging.crop import crop_centre
from qana.imaging.field_of_view import FieldOfView, cover_surround, find_field_of_view

WORKING_SIZE = 192
"""Side to which a photo is scaled for the check, pixels. It makes the figures independent of the
camera's resolution."""
MIN_WORKING_SIZE = 128
"""Side for a smaller photo or field, pixels. An enlarged photo is not sharp at a larger side, and a
network reads 128 pixels."""
MIN_SHARPNESS = 3.0
MIN_BRIGHTNESS = 50.0
MAX_CLIPPED = 0.2
"""The three bounds were set on photos outside the test subset. The command `python -m
qana.evaluation.measure_quality_check` prints how many good photos they reject and how many bad
ones they find."""
WHITE = 250
"""Grey level from which a pixel counts as clipped."""
MIN_FIELD_SIDE = 64
"""Smallest side of the lit field, pixels: half of what the networks read."""
MAX_BLACK = 0.4
"""Share of black connected to the edge from which a dark photo counts as mostly surround."""
MAX_SAME = 0.4
"""Share of parts of the same mean colour from which a photo counts as mostly surround. Of the
validation photos of all sources none has more than 0.3."""
SAME_COLOUR = 1.0
"""Largest difference of each channel between parts of the same mean colour, grey levels. Noise and
compression change a mean less."""
BLACK = 30
"""Grey level up to which a pixel counts as black."""


@dataclass(frozen=True)
class Problem:
    """A reason against classifying a photo.

    Attributes:
        kind: "surround", "dark", "overexposed", "blurred", "no-colour" or "out-of-distribution".
        message: one sentence that says what to do.
    """

    kind: str
    message: str


SURROUND = Problem(
    "surround",
    "Most of this photo is the surround of the lesion: move closer, fill the picture with the "
    "lesion and take it again.",
)
BLURRED = Problem(
    "blurred", "This photo is blurred: hold still, tap to focus and take it again closer up."
)
DARK = Problem("dark", "This photo is too dark: turn on a light or the torch and take it again.")
OVEREXPOSED = Problem(
    "overexposed", "This photo is overexposed: turn away from the light or the flash and try again."
)
NO_COLOUR = Problem(
    "no-colour",
    "This photo has no colour, and the network reads colour: take a photo in colour and without a "
    "filter.",
)


@dataclass(frozen=True)
class Quality:
    """The measured quality of a photo.

    Attributes:
        sharpness: variance of the second difference of grey levels (0 to 255) in the direction
            in which it is least, at 192 pixels a side, or 128 for a small photo.
        brightness: mean grey level, 0 to 255.
        clipped: share of pixels with a grey level of at least 250, 0 to 1.
        colour: how far the colours are from those of one hue.
        problems: the problems found, the most serious first; empty for a good photo.
    """

    sharpness: float
    brightness: float
    clipped: float
    colour: Colour
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """True if the photo has no problem."""
        return not self.problems


def assess_quality(image: np.ndarray) -> Quality:
    """Measures the centre square of a photo, the part that is classified.

    The even surround of a dermatoscope's field does not count.

    Sharpness is the variance of the Laplacian (Pech-Pacheco et al., "Diatom autofocusing in
    brightfield microscopy", ICPR 2000, doi:10.1109/ICPR.2000.903548), here of each of four
    directions. The least of the four counts, because motion blur leaves the direction along the
    motion sharp.

    Args:
        image: (H, W, 3) uint8 RGB.

    Returns:
        The measurements and the problems.
    """
    return assess_field(image, find_field_of_view(image))


def assess_field(image: np.ndarray, field: FieldOfView | None) -> Quality:
    """Measures a photo as `assess_quality` does, for a caller that has searched for the field.

    Args:
        image: (H, W, 3) uint8 RGB.
        field: of `find_field_of_view`.
    """
    photo = image if field is None else cover_surround(image, field)
    size = min(max(MIN_WORKING_SIZE, min(photo.shape[:2])), WORKING_SIZE)
    square = crop_centre(photo, size)
    inside = _crop_mask(image, field, size)
    if not inside.any():  # a field that is so thin has nothing to measure
        return Quality(0.0, 0.0, 0.0, Colour(0.0, 0.0), (SURROUND,))
    grey = cv2.cvtColor(square, cv2.COLOR_RGB2GRAY)
    sharpness = _measure_sharpness(grey.astype(np.float32), inside)
    brightness = float(grey[inside].mean())
    clipped = float((grey[inside] >= WHITE).mean())
    colour = measure_colour(square, inside)
    too_small = field is not None and field.cropped and min(photo.shape[:2]) < MIN_FIELD_SIDE
    dark = brightness < MIN_BRIGHTNESS
    surrounded = dark and field is None and _is_mostly_surround(grey)
    # A field in a surround of a colour like skin is not found. A dark photo has few colours anyway,
    # and a grey one has none.
    unclear = field is None and not dark and colour.whole > MIN_COLOUR_OF_MOST
    even = unclear and _has_even_surround(square)
    checks = (
        (too_small or surrounded or even, SURROUND),
        (dark and not surrounded, DARK),
        (clipped > MAX_CLIPPED, OVEREXPOSED),
        (sharpness < MIN_SHARPNESS, BLURRED),
        (colour.is_missing and not even, NO_COLOUR),
    )
    problems = tuple(problem for found, problem in checks if found)
    return Quality(sharpness, brightness, clipped, colour, problems)


def _crop_mask(image: np.ndarray, field: FieldOfView | None, size: int) -> np.ndarray:
    """Returns the (size, size) bool pixels of the square that are not surround."""
    if field is None:
        return np.ones((size, size), bool)
    mask = field.crop(field.resize_mask(*image.shape[:2]))
    return crop_centre(mask * np.uint8(255), size) > 127


def _is_mostly_surround(grey: np.ndarray) -> bool:
    """Tells a well lit field in a black surround of another shape from a dark photo."""
    black = np.pad((grey <= BLACK).astype(np.uint8), 1, constant_values=1)
    _, labels = cv2.connectedComponents(black)
    surround = (labels == labels[0, 0])[1:-1, 1:-1]
    share = float(surround.mean())
    return MAX_BLACK < share < 1 and float(grey[~surround].mean()) > MIN_BRIGHTNESS


def _has_even_surround(square: np.ndarray) -> bool:
    """Tells whether many parts of a picture have the same mean colour, which skin never does."""
    colours = cv2.resize(square.astype(np.float32), (GRID, GRID), interpolation=cv2.INTER_AREA)
    parts = colours.reshape(-1, 3)
    same = np.abs(parts[:, None] - parts).max(axis=2) < SAME_COLOUR
    same[parts.max(axis=1) >= WHITE] = False  # what is clipped is overexposed
    return float(same.mean(axis=1).max()) > MAX_SAME


def _measure_sharpness(grey: np.ndarray, inside: np.ndarray) -> float:
    centre = 2 * grey[1:-1, 1:-1]
    along_x = grey[1:-1, 2:] + grey[1:-1, :-2] - centre
    along_y = grey[2:, 1:-1] + grey[:-2, 1:-1] - centre
    # A diagonal neighbour is sqrt(2) away; the division makes the four directions comparable.
    falling = (grey[2:, 2:] + grey[:-2, :-2] - centre) / np.sqrt(2)
    rising = (grey[2:, :-2] + grey[:-2, 2:] - centre) / np.sqrt(2)
    # The border of the field is a step of the light. It must not count as detail of the skin.
    kept = cv2.erode(inside.astype(np.uint8), np.ones((3, 3), np.uint8))[1:-1, 1:-1] > 0
    if not kept.any():
        return 0.0
    return float(min(difference[kept].var() for difference in (along_x, along_y, falling, rising)))

"""Finds the lit field of a photo that was taken through a dermatoscope.

Many archives keep the surround of the field, which is black, white or another even colour. It
shows no skin, so neither the quality check nor the network may judge it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from qana.imaging.field_shape import fit_shape, measure_sharp_share, sample_border
from qana.imaging.skin_continuation import continue_skin
from qana.imaging.soft_field import find_soft_field
from qana.imaging.surround_limits import BRIGHT_LIMITS, DARK_LIMITS, PLAIN_LIMITS, Limits

WORKING_SIDE = 192
"""Longer side to which a photo is scaled for the search, pixels."""


CORNER = 4
"""Side of the corners that give the colour of a surround that is neither dark nor bright, pixels of
the working size."""
MAX_WARMTH = 30
"""Largest lead of red over blue in the colour of such a surround, grey levels: skin has more, and a
dark lesion on even skin is no lit field."""
THRESHOLD = 0.25
"""Where the field begins between the level of the surround (0) and that of the field (1)."""
MIN_SURROUND = 0.03
"""Least share of the photo that is surround."""
MIN_FIELD = 0.02
"""Least share of the photo that is field."""
MIN_SOLIDITY = 0.88
"""Least share of its convex hull that the field fills; a dark lesion may bite into it."""
MIN_CLEAN = 0.85
"""Least share of surround outside the hull; a scale or text may cover the rest."""
MIN_SHARP = 0.6
"""Least share of the field's border that is a step; a vignette of the light has none."""
MIN_POINTS = 8
"""Least number of points on the field's border, a working pixel apart."""
MAX_SURROUND = 0.10
"""Share of surround in a photo's centre square up to which the photo stays as it is: dark corners
are common in photos on which the networks were trained."""
MARGIN = 0.02
"""Width of the field's border that counts as surround, a share of the photo's longer side: it is
blurred and often shaded."""


@dataclass(frozen=True, eq=False)
class FieldOfView:
    """The lit field inside the surround of a dermatoscope.

    Attributes:
        top: first row of its bounding box, pixels of the photo.
        left: first column of the box.
        height: number of rows of the box.
        width: number of columns of the box.
        cropped: whether a photo is cropped to the box; False where little surround would go.
        tone: of the surround, "dark", "bright" or "plain".
        mask: (h, w) uint8 of the whole photo at working size, 1 in the field and 0 in the surround.
    """

    top: int
    left: int
    height: int
    width: int
    cropped: bool
    tone: str
    mask: np.ndarray

    def crop(self, image: np.ndarray) -> np.ndarray:
        """Crops an image of the photo's size: (H, W) or (H, W, C) to a view of it."""
        if not self.cropped:
            return image
        return image[self.top : self.top + self.height, self.left : self.left + self.width]

    def resize_mask(self, height: int, width: int) -> np.ndarray:
        """Resizes the mask to (height, width) uint8, without the border of the field."""
        reach = 2 * round(MARGIN * max(self.mask.shape)) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
        inner = cv2.erode(self.mask, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=1)
        resized = cv2.resize(inner * np.uint8(255), (width, height), interpolation=cv2.INTER_LINEAR)
        return (resized > 127).astype(np.uint8)


def find_field_of_view(image: np.ndarray) -> FieldOfView | None:
    """Finds the field of a photo with a uniform surround: dark, bright, or of any even colour.

    The surround begins at the edge of the photo. The field is a circle, an ellipse or a rectangle,
    whole or cut by the edge of the photo, with a sharp border. A round field in a flat black or
    white surround may also fade at its border.

    Args:
        image: (H, W, 3) uint8 RGB.

    Returns:
        The field; None for a photo without a surround.
    """
    small = _shrink(image)
    darkest, brightest = small.min(axis=2), small.max(axis=2)
    chroma = brightest - darkest
    for tone, level, limits in (
        ("dark", brightest, DARK_LIMITS),
        ("bright", 255 - darkest, BRIGHT_LIMITS),
        ("plain", _measure_distance(small), PLAIN_LIMITS),
    ):
        mask = _find_mask(level.astype(np.float32), chroma, limits)
        if mask is not None:
            return _make_field(tone, mask, image)
    soft = find_soft_field(small)
    return None if soft is None else _make_field(*soft, image)


def _make_field(tone: str, mask: np.ndarray, image: np.ndarray) -> FieldOfView:
    box = cv2.boundingRect(mask)
    cropped = _measure_surround(mask) > MAX_SURROUND
    top, left, height, width = _scale_box(box, mask.shape, image.shape)
    return FieldOfView(top, left, height, width, cropped, tone, mask)


def crop_to_field_of_view(image: np.ndarray) -> np.ndarray:
    """Crops a photo to the bounding box of its lit field, where there is much surround.

    What is left of the surround in the corners of the box is covered with the colours of the skin
    next to it, so that a network sees no border there.

    Args:
        image: (H, W, 3) uint8 RGB.

    Returns:
        (h, w, 3) uint8 RGB; the photo itself where there is little or no surround.

    Example:
        >>> crop_to_field_of_view(read_image("lesion_in_a_black_circle.jpg")).shape
        (612, 612, 3)
    """
    field = find_field_of_view(image)
    return image if field is None else cover_surround(image, field)


def cover_surround(image: np.ndarray, field: FieldOfView) -> np.ndarray:
    """Crops a photo to a field that was found in it, see `crop_to_field_of_view`."""
    if not field.cropped:
        return image
    shape, size = field.mask.shape, image.shape[1::-1]
    known = field.resize_mask(*shape)
    if not known.any():  # a field as thin as its border has no skin to continue
        return field.crop(image)
    small = cv2.resize(_shrink(image), shape[::-1])
    skin = cv2.resize(continue_skin(small, known), size)
    inside = field.crop(field.resize_mask(*image.shape[:2]))[..., None] > 0
    return np.where(inside, field.crop(image), np.rint(field.crop(skin)).astype(np.uint8))


def _shrink(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    step = max(1, max(height, width) // (4 * WORKING_SIDE))
    coarse = np.ascontiguousarray(image[::step, ::step])  # averaging all of a large photo is slow
    factor = WORKING_SIDE / max(coarse.shape[:2])
    if factor < 1:
        size = tuple(max(1, round(side * factor)) for side in coarse.shape[1::-1])
        coarse = cv2.resize(coarse, size, interpolation=cv2.INTER_AREA)
    return cv2.medianBlur(coarse, 3)


def _find_mask(level: np.ndarray, chroma: np.ndarray, limits: Limits) -> np.ndarray | None:
    """Finds the field in the distance from the surround's tone, (h, w) float32."""
    if min(level.shape) < 16:
        return None
    edge = (level[:2].ravel(), level[-2:].ravel(), level[:, :2].ravel(), level[:, -2:].ravel())
    surround = float(np.percentile(np.concatenate(edge), 10))
    lit = level > surround + limits.contrast
    if surround > limits.level or lit.mean() < MIN_FIELD:
        return None
    contrast = float(np.median(level[lit])) - surround
    outside = _keep_from_edge(level < surround + max(THRESHOLD * contrast, limits.contrast / 2))
    if outside.mean() < MIN_SURROUND:
        return None
    field = _keep_largest(1 - outside)
    contours, _ = cv2.findContours(field, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if field.mean() < MIN_FIELD:
        return None
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    filled = cv2.fillConvexPoly(np.zeros_like(field), hull, 1)
    beyond = filled == 0
    far = cv2.erode(beyond.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    spread = np.percentile(level[far], 80) - surround if far.any() else 0
    points, normals = sample_border(hull[:, 0].astype(np.float64), level.shape)
    plausible = (
        beyond.mean() >= MIN_SURROUND
        and field.sum() >= MIN_SOLIDITY * filled.sum()
        and outside[beyond].mean() >= MIN_CLEAN
        and spread <= limits.uneven * contrast + limits.noise
        and np.median(chroma[beyond]) <= limits.chroma
        and len(points) >= MIN_POINTS
        and measure_sharp_share(level, points, normals, surround, limits.reach) >= MIN_SHARP
    )
    return fit_shape(filled, points, limits.roughness, limits.bite) if plausible else None


def _measure_distance(picture: np.ndarray) -> np.ndarray:
    """Measures how far each pixel is from the colour of the corners, in any channel: (h, w).

    It is 0 everywhere if that colour may be skin.
    """
    ends = (slice(None, CORNER), slice(-CORNER, None))
    corners = [picture[rows, columns].reshape(-1, 3) for rows in ends for columns in ends]
    colour = np.median(np.concatenate(corners), axis=0)
    if colour[0] >= colour[1] and colour[0] - colour[2] > MAX_WARMTH:
        return np.zeros(picture.shape[:2])
    return np.abs(picture - colour).max(axis=2)


def _keep_from_edge(dark: np.ndarray) -> np.ndarray:
    """Keeps what is connected to the edge of the photo."""
    _, labels = cv2.connectedComponents(np.pad(dark, 1, constant_values=True).astype(np.uint8))
    return (labels == labels[0, 0])[1:-1, 1:-1].astype(np.uint8)


def _keep_largest(field: np.ndarray) -> np.ndarray:
    """Keeps the largest part, without thin lines such as a scale that touches it."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    opened = cv2.morphologyEx(field, cv2.MORPH_OPEN, kernel)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    areas = stats[1:, cv2.CC_STAT_AREA]
    return (labels == 1 + int(areas.argmax())).astype(np.uint8) if len(areas) else opened


def _measure_surround(mask: np.ndarray) -> float:
    """Measures the share of the centre square that is surround, 0 to 1."""
    height, width = mask.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return 1 - float(mask[top : top + side, left : left + side].mean())


def _scale_box(
    box: Sequence[int], shape: tuple[int, ...], full: tuple[int, ...]
) -> tuple[int, int, int, int]:
    """Scales a box (x, y, width, height) of the mask to (top, left, height, width) of the photo."""
    x, y, width, height = box
    scale_y, scale_x = full[0] / shape[0], full[1] / shape[1]
    top, left = round(y * scale_y), round(x * scale_x)
    bottom, right = round((y + height) * scale_y), round((x + width) * scale_x)
    return top, left, bottom - top, right - left

"""Changes photos as a hand-held phone does: out of focus, moved, in warm light, from farther away.

Each function takes (H, W, 3) uint8 RGB and returns a changed copy of the same shape. Lengths are
shares of the shorter side, so they do not depend on the camera's resolution.
"""

import cv2
import numpy as np

DAYLIGHT_K = 6500.0
"""Colour temperature of the white of sRGB, kelvin."""
SEAM = 0.02
"""Width over which a shrunk photo fades into the skin around it, as a share of the side."""

FADE = 0.12
"""Distance over which the colours of its border fade into their median, likewise."""


def blur_out_of_focus(image: np.ndarray, radius: float) -> np.ndarray:
    """Blurs a photo with a disc, the shape that a defocused lens makes of a point.

    Args:
        image: the photo.
        radius: radius of the disc, a share of the shorter side.
    """
    reach = radius * min(image.shape[:2])
    size = int(np.ceil(reach))
    rows, columns = np.mgrid[-size : size + 1, -size : size + 1]
    # The edge of the disc is smooth, so that radii of a fraction of a pixel differ too.
    disc = np.clip(reach + 0.5 - np.hypot(rows, columns), 0, 1)
    return cv2.filter2D(image, -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT_101)


def blur_by_motion(image: np.ndarray, length: float, angle: float) -> np.ndarray:
    """Blurs a photo along a line, as a straight movement during the exposure does.

    Args:
        image: the photo.
        length: length of the movement, a share of the shorter side.
        angle: direction of the movement, radians.
    """
    reach = length * min(image.shape[:2])
    size = int(np.ceil(reach / 2)) + 1
    kernel = np.zeros((2 * size + 1, 2 * size + 1), np.float32)
    steps = np.linspace(-reach / 2, reach / 2, 8 * size)
    x, y = size + steps * np.cos(angle), size + steps * np.sin(angle)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    for right, x_share in ((0, 1 - (x - left)), (1, x - left)):
        for down, y_share in ((0, 1 - (y - top)), (1, y - top)):
            np.add.at(kernel, (top + down, left + right), x_share * y_share)
    return cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT_101)


def light_warmly(image: np.ndarray, kelvin: float) -> np.ndarray:
    """Shows a photo as if a lamp had lit it and the camera had kept the white balance of daylight.

    Args:
        image: the photo, taken for one in daylight of 6500 K.
        kelvin: colour temperature of the lamp, 1667 to 25000 K; about 2700 K for a warm lamp.
    """
    gains = _compute_lamp_colour(kelvin) / _compute_lamp_colour(DAYLIGHT_K)
    scaled = image.astype(np.float64) / 255
    linear = np.where(scaled <= 0.04045, scaled / 12.92, ((scaled + 0.055) / 1.055) ** 2.4)
    # The exposure stays: only the proportions of the channels change.
    lit = np.clip(linear * gains / gains.mean(), 0, 1)
    encoded = np.where(lit <= 0.0031308, 12.92 * lit, 1.055 * lit ** (1 / 2.4) - 0.055)
    return np.round(255 * encoded).astype(np.uint8)


def move_away(image: np.ndarray, scale: float, random: np.random.Generator) -> np.ndarray:
    """Shows a photo as from farther away: shrunk, with more skin around it.

    The skin around it is made from the photo's own border: its colours, continued outwards and
    fading into their median, with the texture of the smoothest corner laid over them. So there is
    nothing else in the picture, such as clothes or a second lesion, which a real photo from farther
    away may show.

    Args:
        image: the photo.
        scale: side of the shrunk photo as a share of its old side, above 0 and at most 1.
        random: random numbers for the texture.
    """
    height, width = image.shape[:2]
    inner = (max(1, round(scale * width)), max(1, round(scale * height)))
    small = cv2.resize(image, inner, interpolation=cv2.INTER_AREA)
    top, left = (height - inner[1]) // 2, (width - inner[0]) // 2
    bottom, right = height - inner[1] - top, width - inner[0] - left
    border = (top, bottom, left, right)
    side = min(height, width)
    # Replication makes streaks, and wide smoothing removes them.
    streaks = cv2.copyMakeBorder(small, *border, cv2.BORDER_REPLICATE).astype(np.float32)
    colours = cv2.GaussianBlur(streaks, (0, 0), 0.06 * side)
    edges = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    inside = np.zeros((height, width), np.uint8)
    inside[top : height - bottom, left : width - right] = 1
    away = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)[..., None]
    near = np.exp(-away / (FADE * side))
    skin = near * colours + (1 - near) * np.median(edges, axis=0)
    skin = np.clip(skin + _tile_texture(small, (height, width), random), 0, 255)
    # The photo fades into the skin inside its edge, where it still shows skin of its own.
    depth = cv2.distanceTransform(np.pad(inside, 1), cv2.DIST_L2, 5)[1:-1, 1:-1, None]
    cover = np.clip(depth / (SEAM * side), 0, 1) if scale < 1 else 1.0
    mixed = streaks * cover + skin * (1 - cover)
    return np.round(mixed).astype(np.uint8)


def _tile_texture(
    image: np.ndarray, shape: tuple[int, int], random: np.random.Generator
) -> np.ndarray:
    """Covers a canvas with the fine texture of the corner that varies least.

    Returns:
        (*shape, 3) float32 deviations from the mean colour, mirrored at the edges of each tile.
    """
    side = max(4, round(0.22 * min(image.shape[:2])))
    corners = [
        image[rows, columns].astype(np.float32)
        for rows in (slice(0, side), slice(-side, None))
        for columns in (slice(0, side), slice(-side, None))
    ]
    details = [corner - cv2.GaussianBlur(corner, (0, 0), 0.3 * side) for corner in corners]
    patch = min(details, key=lambda detail: float(detail.std()))
    rows = -(-shape[0] // side) + 1
    columns = -(-shape[1] // side) + 1
    lines = [
        np.concatenate([_flip_randomly(patch, random) for _ in range(columns)], axis=1)
        for _ in range(rows)
    ]
    return np.concatenate(lines)[: shape[0], : shape[1]]


def _flip_randomly(patch: np.ndarray, random: np.random.Generator) -> np.ndarray:
    rows, columns = random.choice([-1, 1], 2)
    return patch[::rows, ::columns]


def _compute_lamp_colour(kelvin: float) -> np.ndarray:
    """Computes the linear RGB colour of a black body.

    Its chromaticity is the cubic fit of Kim et al., US patent 7024034 (2006); the matrix is that of
    sRGB (IEC 61966-2-1).
    """
    inverse = 1000 / kelvin
    if kelvin <= 4000:
        x = -0.2661239 * inverse**3 - 0.2343589 * inverse**2 + 0.8776956 * inverse + 0.179910
    else:
        x = -3.0258469 * inverse**3 + 2.1070379 * inverse**2 + 0.2226347 * inverse + 0.240390
    if kelvin <= 2222:
        y = -1.1063814 * x**3 - 1.34811020 * x**2 + 2.18555832 * x - 0.20219683
    elif kelvin <= 4000:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    tristimulus = np.array([x / y, 1, (1 - x - y) / y])
    matrix = np.array(
        [
            [3.2404542, -1.5371385, -0.4985314],
            [-0.9692660, 1.8760108, 0.0415560],
            [0.0556434, -0.2040259, 1.0572252],
        ]
    )
    colour: np.ndarray = np.maximum(matrix @ tristimulus, 1e-3)
    return colour

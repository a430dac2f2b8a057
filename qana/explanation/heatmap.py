"""Scales, resizes and colours maps, and draws them as images."""

import cv2
import numpy as np

COLORMAP = cv2.COLORMAP_INFERNO
"""Colour map with steadily rising lightness, readable without colour vision."""

POSITIVE, NEGATIVE = (230, 97, 1), (94, 60, 153)
"""RGB colours of the two signs of a difference, ColorBrewer's PuOr: people without colour vision
see that one is darker. Source: https://colorbrewer2.org."""


def normalize_map(values: np.ndarray) -> np.ndarray:
    """Scales a map to the range 0 to 1.

    Args:
        values: (H, W), of any range.

    Returns:
        (H, W) float32, 0 to 1; all 0 if the map is constant.
    """
    shifted = values.astype(np.float64) - values.min()
    top = shifted.max()
    return (shifted / top if top > 0 else shifted).astype(np.float32)


def is_empty_map(values: np.ndarray) -> bool:
    """Returns whether a map shows nothing: it has no value above 0, or the same value everywhere.

    An empty map has no share on a lesion, no agreement with other maps and no drift.

    Args:
        values: (H, W), of any range.
    """
    return bool(values.max() <= 0 or values.max() == values.min())


def resize_map(values: np.ndarray, size: int) -> np.ndarray:
    """Resizes a map with bilinear interpolation, aligned at pixel centres.

    Args:
        values: (H, W).
        size: side of the result, in pixels.

    Returns:
        (size, size) float32.
    """
    return cv2.resize(values.astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR)


def overlay_map(photo: np.ndarray, values: np.ndarray, opacity: float = 0.5) -> np.ndarray:
    """Draws a map over a photo.

    Args:
        photo: (S, S, 3) uint8 RGB.
        values: (H, W) map. Its smallest and largest value get the first and last colour.
        opacity: opacity of the map, 0 to 1.

    Returns:
        (S, S, 3) uint8 RGB.
    """
    heat = resize_map(normalize_map(values), len(photo))
    colours = cv2.applyColorMap((255 * heat).round().astype(np.uint8), COLORMAP)
    return cv2.addWeighted(photo, 1 - opacity, colours[..., ::-1], opacity, 0)


def overlay_difference(photo: np.ndarray, values: np.ndarray, opacity: float = 0.5) -> np.ndarray:
    """Draws a map with two signs over a photo. Places without a difference keep their colours.

    Args:
        photo: (S, S, 3) uint8 RGB.
        values: (H, W) map. The largest absolute value gets the full colour of its sign.
        opacity: opacity of the strongest place, 0 to 1.

    Returns:
        (S, S, 3) uint8 RGB: `POSITIVE` above 0, `NEGATIVE` below 0.
    """
    share = resize_map(values / max(np.abs(values).max(), 1e-12), len(photo))[..., None]
    colours = np.where(share > 0, np.array(POSITIVE, np.float32), np.array(NEGATIVE, np.float32))
    weight = np.abs(share) * opacity
    return (photo * (1 - weight) + colours * weight).round().astype(np.uint8)


def draw_channel(values: np.ndarray, size: int) -> np.ndarray:
    """Draws the activations of one channel. Black is 0, the brightest place is the largest.

    Args:
        values: (H, W), at least 0.
        size: side of the image, in pixels.

    Returns:
        (size, size, 3) uint8 RGB, with one square for each place.
    """
    share = values / max(values.max(), 1)
    places = cv2.applyColorMap((255 * share).round().astype(np.uint8), COLORMAP)[..., ::-1]
    return cv2.resize(places, (size, size), interpolation=cv2.INTER_NEAREST)


def find_strongest_channels(output: np.ndarray, count: int) -> list[tuple[int, np.ndarray]]:
    """Finds the channels with the largest sum of absolute activations.

    Args:
        output: (H, W, C) integers of one layer.
        count: number of channels, at most.

    Returns:
        Index and (H, W) float64 absolute activations of each channel, largest sum first. Channels
        that are zero everywhere are left out.
    """
    sizes = np.abs(output.astype(np.float64))
    totals = sizes.sum(axis=(0, 1))
    order = np.argsort(-totals, kind="stable")[:count]
    return [(int(channel), sizes[..., channel]) for channel in order if totals[channel] > 0]

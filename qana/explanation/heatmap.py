"""From a map of few places to a picture of many: scale, size, colour."""

import cv2
import numpy as np

COLORMAP = cv2.COLORMAP_INFERNO
"""Rises in lightness from end to end, so it is read without colour vision too."""


def normalize_map(values: np.ndarray) -> np.ndarray:
    """(H, W) map to float32 of the same shape, 0 to 1; all 0 where the map is flat."""
    shifted = values.astype(np.float64) - values.min()
    top = shifted.max()
    return (shifted / top if top > 0 else shifted).astype(np.float32)


def resize_map(values: np.ndarray, size: int) -> np.ndarray:
    """(H, W) map to (size, size) float32, bilinear, its centre kept in the centre."""
    return cv2.resize(values.astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR)


def overlay_map(photo: np.ndarray, values: np.ndarray, opacity: float = 0.5) -> np.ndarray:
    """A map laid over the photo that it explains.

    Args:
        photo: (S, S, 3) uint8 RGB.
        values: (H, W) map; its own least and greatest value take the ends of the colours.
        opacity: of the colours, 0 to 1.

    Returns:
        (S, S, 3) uint8 RGB.
    """
    heat = resize_map(normalize_map(values), len(photo))
    colours = cv2.applyColorMap((255 * heat).round().astype(np.uint8), COLORMAP)
    return cv2.addWeighted(photo, 1 - opacity, colours[..., ::-1], opacity, 0)


def draw_channel(values: np.ndarray, size: int) -> np.ndarray:
    """A channel's values as a picture: black sends nothing, the brightest place sends most.

    Args:
        values: (H, W), at least 0.
        size: side of the picture, pixels.

    Returns:
        (size, size, 3) uint8 RGB, each place a square of its own.
    """
    share = values / max(values.max(), 1)
    places = cv2.applyColorMap((255 * share).round().astype(np.uint8), COLORMAP)[..., ::-1]
    return cv2.resize(places, (size, size), interpolation=cv2.INTER_NEAREST)


def find_strongest_channels(output: np.ndarray, count: int) -> list[tuple[int, np.ndarray]]:
    """The channels that send most.

    Args:
        output: (H, W, C) integers of one layer.
        count: of channels, at most.

    Returns:
        (channel, its (H, W) float64 values' sizes), the one with the greatest sum first; channels
        that are silent are left out.
    """
    sizes = np.abs(output.astype(np.float64))
    totals = sizes.sum(axis=(0, 1))
    order = np.argsort(-totals, kind="stable")[:count]
    return [(int(channel), sizes[..., channel]) for channel in order if totals[channel] > 0]

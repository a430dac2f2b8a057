"""What the spikes see: a layer's strongest channels as maps of events."""

import numpy as np


def strongest(output: np.ndarray, count: int) -> list[tuple[int, np.ndarray]]:
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

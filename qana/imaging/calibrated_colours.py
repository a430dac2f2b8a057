"""Makes a colour space from the primaries and the gamma that a file records as numbers."""

from dataclasses import replace

from qana.imaging.colour_space import BT709, SRGB, ColourSpace, Curve, Primaries

GAMMA_TOLERANCE = 0.05
"""Relative difference in gamma that counts as none (libpng, PNG_GAMMA_THRESHOLD_FIXED)."""
SRGB_GAMMA = 2.2
MIN_GAMMA, MAX_GAMMA = 0.1, 10.0
"""Exponents outside this range are errors."""


def make_calibrated_space(
    primaries: Primaries | None, gamma: tuple[float, float, float] | None
) -> ColourSpace:
    """Makes a colour space; what the file does not record is that of sRGB.

    Args:
        primaries: primaries and white point.
        gamma: exponents of red, green and blue, from coded values to light.
    """
    space = SRGB
    if primaries is not None and not _are_close(primaries, BT709):
        space = replace(space, primaries=primaries)
    if gamma is not None and all(MIN_GAMMA <= one <= MAX_GAMMA for one in gamma):
        # Programs write 2.2 for sRGB, so this value means the curve of sRGB with its primaries.
        near = all(abs(SRGB_GAMMA / one - 1) <= GAMMA_TOLERANCE for one in gamma)
        if not (near and space == SRGB):
            space = replace(space, curve=Curve.GAMMA, gamma=gamma)
    return space


def _are_close(first: Primaries, second: Primaries) -> bool:
    pairs = zip(
        (*first.red, *first.green, *first.blue, *first.white),
        (*second.red, *second.green, *second.blue, *second.white),
        strict=True,
    )
    return all(abs(a - b) < 0.002 for a, b in pairs)

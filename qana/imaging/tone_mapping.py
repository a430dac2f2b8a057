"""Converts linear light of any colour space, also of HDR pictures, to linear sRGB."""

import numpy as np

from qana.imaging.colour_space import ColourSpace, Curve
from qana.imaging.transfer_functions import PQ_PEAK, decode_pq, encode_pq

REFERENCE_WHITE = 203.0
"""Luminance of white paper in an HDR picture, cd/m2 (ITU-R BT.2408-7, table 1)."""
HLG_PEAK = 1000.0
HLG_GAMMA = 1.2
"""Peak luminance of the reference display for HLG, cd/m2, and its gamma (BT.2100, table 5)."""
PEAK_PERCENTILE = 99.9
"""Share of the pixels that are not brighter than the peak of a picture, percent. The rest are
reflections and noise."""


def convert_light(light: np.ndarray, space: ColourSpace) -> np.ndarray:
    """Converts linear light to linear sRGB.

    Args:
        light: (H, W, 3) float32, as `ColourSpace.decode` returns it.
        space: its colour space.

    Returns:
        (H, W, 3) float32, 0 to 1.

    Raises:
        ValueError: no colours can be mixed from the primaries of the space.
    """
    matrix = space.to_srgb
    if space.curve is Curve.HLG:
        light = _show_on_reference_display(light, space)
    if space.is_hdr:
        matrix = matrix / REFERENCE_WHITE
    light = light @ matrix.T.astype(np.float32)
    np.maximum(light, 0.0, out=light)
    if space.is_hdr:
        light = _compress_highlights(light)
    return np.minimum(light, 1.0, out=light)


def _show_on_reference_display(light: np.ndarray, space: ColourSpace) -> np.ndarray:
    """Applies the OOTF of HLG: light of the scene, 0 to 1, to luminance of the display, cd/m2."""
    weights = space.primaries.to_xyz[1].astype(np.float32)
    luminance = np.maximum(light @ weights, 1e-6)
    return light * (HLG_PEAK * luminance ** np.float32(HLG_GAMMA - 1))[..., None]


def _compress_highlights(light: np.ndarray) -> np.ndarray:
    """Compresses light above white so that the peak of the picture becomes white.

    This is the curve of ITU-R BT.2408-7, annex 5 (also BT.2390, section 5.4). It acts on the
    largest of the three channels and keeps their ratios, and so the hue. A picture without light
    above white stays as it is.

    Args:
        light: (H, W, 3) float32, linear sRGB relative to white, 0 or more.

    Returns:
        (H, W, 3) float32. Only values above the peak exceed 1.
    """
    largest = light.max(axis=2)
    peak = float(np.percentile(largest, PEAK_PERCENTILE))
    if peak <= 1.0:
        return light
    peak = min(peak, PQ_PEAK / REFERENCE_WHITE)
    peak_code, white_code = encode_pq(np.array([peak, 1.0]) * REFERENCE_WHITE)
    # The curve is the same for all pixels, so a table replaces the two powers for each of them.
    knots = np.linspace(0.0, 1.0, 2048) ** 4
    codes = encode_pq(knots * peak * REFERENCE_WHITE) / peak_code
    bent = _apply_knee(codes, white_code / peak_code)
    mapped = decode_pq(bent * peak_code) / REFERENCE_WHITE
    gains = np.where(bent < codes, mapped / np.maximum(knots * peak, 1e-12), 1.0)
    return light * np.interp(largest / peak, knots, gains).astype(np.float32)[..., None]


def _apply_knee(codes: np.ndarray, white: float) -> np.ndarray:
    """Bends PQ values, 0 to 1, so that 1 becomes `white`, by a Hermite spline above the knee."""
    knee = 1.5 * white - 0.5
    t = np.clip((codes - knee) / (1 - knee), 0.0, 1.0)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee
    spline += (t**3 - 2 * t**2 + t) * (1 - knee) + (3 * t**2 - 2 * t**3) * white
    return np.where(codes < knee, codes, spline)

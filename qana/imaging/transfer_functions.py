"""Converts coded values to light and back, for the transfer functions of ITU-T H.273.

The formulas are those of ITU-T H.273 (2024), table 3, with the constants of IEC 61966-2-1 (sRGB),
ITU-R BT.709-6, ITU-R BT.2100-3 (PQ and HLG), SMPTE ST 240 and SMPTE ST 428-1 (digital cinema).
"""

import numpy as np

PQ_PEAK = 10_000.0
"""Luminance of the largest PQ value, cd/m2 (BT.2100, table 4)."""

_M1, _M2 = 2610 / 16_384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073
"""Constants of PQ (m1 to c3) and HLG (a, b, c)."""
_CINEMA_WHITE, _CINEMA_PEAK = 48.0, 52.37
"""Luminance of white and of the largest value of digital cinema, cd/m2 (SMPTE ST 428-1)."""


def decode_srgb(values: np.ndarray) -> np.ndarray:
    """Converts sRGB values, 0 to 1, to linear light, 0 to 1."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def encode_srgb(light: np.ndarray) -> np.ndarray:
    """Converts linear light, 0 to 1, to sRGB values, 0 to 1."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def decode_bt709(values: np.ndarray) -> np.ndarray:
    """Converts BT.709, BT.601 or BT.2020 values, 0 to 1, to linear light of the scene, 0 to 1.

    The functions of xvYCC (IEC 61966-2-4) and of ITU-R BT.1361 are the same from 0 to 1.
    """
    return np.where(values < 0.081, values / 4.5, ((values + 0.099) / 1.099) ** (1 / 0.45))


def decode_st240(values: np.ndarray) -> np.ndarray:
    """Converts SMPTE ST 240 values, 0 to 1, to linear light, 0 to 1."""
    return np.where(values < 0.0912, values / 4, ((values + 0.1115) / 1.1115) ** (1 / 0.45))


def decode_logarithm(values: np.ndarray, decades: float) -> np.ndarray:
    """Converts logarithmic values, 0 to 1, to linear light, 0 to 1.

    Args:
        values: float array. Zero stands for all light below the range, and becomes black.
        decades: range of light in powers of ten: 2 for 100:1, 2.5 for 316:1.
    """
    return np.where(values <= 0, 0.0, 10 ** (decades * (values - 1)))


def decode_cinema(values: np.ndarray) -> np.ndarray:
    """Converts SMPTE ST 428-1 values, 0 to 1, to linear light relative to white, 0 to 1.09."""
    return values**2.6 * (_CINEMA_PEAK / _CINEMA_WHITE)


def decode_pq(values: np.ndarray) -> np.ndarray:
    """Converts PQ values, 0 to 1, to luminance of the display, cd/m2."""
    root = values ** (1 / _M2)
    return PQ_PEAK * (np.maximum(root - _C1, 0.0) / (_C2 - _C3 * root)) ** (1 / _M1)


def encode_pq(luminance: np.ndarray) -> np.ndarray:
    """Converts luminance, 0 to 10,000 cd/m2, to PQ values, 0 to 1."""
    power = (luminance / PQ_PEAK) ** _M1
    return ((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2


def decode_hlg(values: np.ndarray) -> np.ndarray:
    """Converts HLG values, 0 to 1, to linear light of the scene, 0 to 1."""
    return np.where(values <= 0.5, values**2 / 3, (np.exp((values - _C) / _A) + _B) / 12)

"""Describes the colour space of a picture: its primaries and its transfer function."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial

import numpy as np

from qana.imaging import transfer_functions as functions


class Curve(Enum):
    """The transfer function of a colour space."""

    SRGB = "sRGB"
    BT709 = "BT.709"
    ST240 = "SMPTE ST 240"
    LOG_100 = "logarithm of 100:1"
    LOG_316 = "logarithm of 316:1"
    CINEMA = "SMPTE ST 428-1"
    GAMMA = "gamma"
    PQ = "PQ"
    HLG = "HLG"


@dataclass(frozen=True)
class Primaries:
    """The chromaticities of a colour space (CIE 1931 x, y).

    Attributes:
        red: red primary.
        green: green primary.
        blue: blue primary.
        white: white point.
    """

    red: tuple[float, float]
    green: tuple[float, float]
    blue: tuple[float, float]
    white: tuple[float, float]

    @property
    def to_xyz(self) -> np.ndarray:
        """Matrix from linear RGB to CIE XYZ, (3, 3) float64.

        The luminance of white is 1 (SMPTE RP 177). A primary may have no luminance, as X and Z.

        Raises:
            ValueError: no colours can be mixed from these primaries.
        """
        points = (self.red, self.green, self.blue)
        columns = np.array([(x, y, 1 - x - y) for x, y in points]).T
        if abs(np.linalg.det(columns)) < 1e-4:
            raise ValueError("the primaries lie on one line")
        return columns * np.linalg.solve(columns, _find_xyz(self.white))


@dataclass(frozen=True)
class ColourSpace:
    """A colour space of RGB pictures.

    Attributes:
        primaries: primaries and white point.
        curve: transfer function.
        gamma: exponents of red, green and blue, from coded values to light; only for
            `Curve.GAMMA`.
        full_range: whether black is 0 and white 255. If not, they are 16 and 235.
    """

    primaries: Primaries
    curve: Curve = Curve.SRGB
    gamma: tuple[float, float, float] = (1.0, 1.0, 1.0)
    full_range: bool = True

    @property
    def is_hdr(self) -> bool:
        """Whether the values stand for a luminance that may exceed the white of paper."""
        return self.curve in (Curve.PQ, Curve.HLG)

    @property
    def to_srgb(self) -> np.ndarray:
        """Matrix from linear RGB to linear sRGB, (3, 3) float64, adapted to the white of sRGB.

        Raises:
            ValueError: no colours can be mixed from these primaries.
        """
        # Values in X, Y and Z are light as it was measured; the white of the picture is not theirs.
        white = BT709.white if self.primaries == CIE_XYZ else self.primaries.white
        adaptation = _find_adaptation(white, BT709.white)
        return np.linalg.inv(BT709.to_xyz) @ adaptation @ self.primaries.to_xyz

    def decode(self, values: np.ndarray) -> np.ndarray:
        """Converts coded values to linear light.

        Args:
            values: (..., 3) float array, 0 to 1: red, green and blue.

        Returns:
            Same shape. Light relative to white; cd/m2 for PQ; light of the scene, 0 to 1, for HLG.
        """
        if not self.full_range:
            values = np.clip((values * 255 - 16) / 219, 0.0, 1.0)
        if self.curve is Curve.GAMMA:
            return values ** np.array(self.gamma)
        decoders: dict[Curve, Callable[[np.ndarray], np.ndarray]] = {
            Curve.SRGB: functions.decode_srgb,
            Curve.BT709: functions.decode_bt709,
            Curve.ST240: functions.decode_st240,
            Curve.LOG_100: partial(functions.decode_logarithm, decades=2.0),
            Curve.LOG_316: partial(functions.decode_logarithm, decades=2.5),
            Curve.CINEMA: functions.decode_cinema,
            Curve.PQ: functions.decode_pq,
            Curve.HLG: functions.decode_hlg,
        }
        return decoders[self.curve](values)


def find_cicp_space(
    primaries: int, transfer: int, *, full_range: bool = True
) -> ColourSpace | None:
    """Finds the colour space of coding-independent code points (ITU-T H.273).

    Args:
        primaries: colour primaries, table 2.
        transfer: transfer characteristics, table 3.
        full_range: whether black is 0 and white 255.

    Returns:
        The colour space, or None if the codes are unspecified or reserved. If only one of them is,
        sRGB takes its place, or BT.2020 for the primaries of PQ and HLG (BT.2100).
    """
    if primaries not in CICP_PRIMARIES and transfer not in CICP_CURVES:
        return None
    curve, gamma = CICP_CURVES.get(transfer, (Curve.SRGB, 1.0))
    default = BT2020 if curve in (Curve.PQ, Curve.HLG) else BT709
    return ColourSpace(CICP_PRIMARIES.get(primaries, default), curve, (gamma,) * 3, full_range)


def _find_xyz(point: tuple[float, float]) -> np.ndarray:
    """Finds XYZ of a chromaticity at luminance 1."""
    x, y = point
    if y <= 0:
        raise ValueError("a chromaticity has no luminance")
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _find_adaptation(source: tuple[float, float], target: tuple[float, float]) -> np.ndarray:
    """Finds the Bradford matrix between two white points (ICC.1:2022, annex E)."""
    bradford = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    scale = (bradford @ _find_xyz(target)) / (bradford @ _find_xyz(source))
    return np.linalg.inv(bradford) @ np.diag(scale) @ bradford


_D65 = (0.3127, 0.329)
_C = (0.31, 0.316)
BT709 = Primaries((0.64, 0.33), (0.3, 0.6), (0.15, 0.06), _D65)
"""Primaries of sRGB and BT.709."""
BT2020 = Primaries((0.708, 0.292), (0.17, 0.797), (0.131, 0.046), _D65)
"""Primaries of BT.2020 and BT.2100."""
BT601_625 = Primaries((0.64, 0.33), (0.29, 0.6), (0.15, 0.06), _D65)
BT601_525 = Primaries((0.63, 0.34), (0.31, 0.595), (0.155, 0.07), _D65)
"""Primaries of BT.601 with 625 and with 525 lines."""
DCI_P3 = Primaries((0.68, 0.32), (0.265, 0.69), (0.15, 0.06), (0.314, 0.351))
DISPLAY_P3 = Primaries((0.68, 0.32), (0.265, 0.69), (0.15, 0.06), _D65)
"""Primaries of SMPTE RP 431-2 and SMPTE EG 432-1."""
CIE_XYZ = Primaries((1.0, 0.0), (0.0, 1.0), (0.0, 0.0), (1 / 3, 1 / 3))
"""The values are X, Y and Z themselves (SMPTE ST 428-1)."""
CICP_PRIMARIES = {
    1: BT709,
    4: Primaries((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _C),
    5: BT601_625,
    6: BT601_525,
    7: BT601_525,
    8: Primaries((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _C),
    9: BT2020,
    10: CIE_XYZ,
    11: DCI_P3,
    12: DISPLAY_P3,
    22: Primaries((0.63, 0.34), (0.295, 0.605), (0.155, 0.077), _D65),
}
"""Primaries by their code (H.273, table 2)."""
CICP_CURVES = {
    **dict.fromkeys((1, 6, 11, 12, 14, 15), (Curve.BT709, 1.0)),
    4: (Curve.GAMMA, 2.2),
    5: (Curve.GAMMA, 2.8),
    7: (Curve.ST240, 1.0),
    8: (Curve.GAMMA, 1.0),
    9: (Curve.LOG_100, 1.0),
    10: (Curve.LOG_316, 1.0),
    13: (Curve.SRGB, 1.0),
    16: (Curve.PQ, 1.0),
    17: (Curve.CINEMA, 1.0),
    18: (Curve.HLG, 1.0),
}
"""Transfer functions by their code (H.273, table 3)."""
SRGB = ColourSpace(BT709)
ADOBE_RGB = ColourSpace(
    Primaries((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), _D65), Curve.GAMMA, (563 / 256,) * 3
)
"""Adobe RGB (1998) Color Image Encoding, sections 4.3.1 and 4.3.4.1."""
ROMM_RGB = ColourSpace(
    Primaries((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001), (0.3457, 0.3585)),
    Curve.GAMMA,
    (1.8,) * 3,
)
"""ROMM RGB or ProPhoto RGB (ISO 22028-2), without the straight part of its curve near black."""

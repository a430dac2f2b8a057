"""Reads the colours that the header of a BMP declares, in its versions 4 and 5.

Source: Microsoft, BITMAPV4HEADER and BITMAPV5HEADER (wingdi.h),
https://learn.microsoft.com/windows/win32/api/wingdi/ns-wingdi-bitmapv5header.
"""

import struct

from qana.imaging.calibrated_colours import make_calibrated_space
from qana.imaging.colour_space import BT709, ColourSpace, Primaries

_HEADER_AT = 14
_VERSION_4, _VERSION_5 = 108, 124
"""Bytes of the header, and so its version."""
_CALIBRATED, _EMBEDDED = 0, 0x4D424544
"""Kinds of colour space: numbers in the header, and a profile in the file. The others are sRGB, the
default of Windows, and a profile in another file, which is not read."""


def read_bmp_profile(data: bytes) -> bytes | None:
    """Reads the ICC profile in a BMP.

    Args:
        data: the whole file.

    Returns:
        The profile, or None if there is none.
    """
    if _read_header(data, _VERSION_5) != _EMBEDDED:
        return None
    offset, size = struct.unpack_from("<II", data, _HEADER_AT + 112)
    start = _HEADER_AT + offset
    return data[start : start + size] or None


def read_bmp_space(data: bytes) -> ColourSpace | None:
    """Reads the primaries and the gamma of a BMP.

    The header has no white point. Browsers take that of sRGB. If the primaries are XYZ with their
    luminance, white is their sum.

    Args:
        data: the whole file.

    Returns:
        The colour space, or None if none is declared. Many programs declare calibrated colours but
        leave all numbers at 0, so zeros count as none.
    """
    if _read_header(data, _VERSION_4) != _CALIBRATED:
        return None
    numbers = struct.unpack_from("<9i3I", data, _HEADER_AT + 60)
    points = [tuple(value / 2**30 for value in numbers[at : at + 3]) for at in range(0, 9, 3)]
    sums = [sum(point) for point in points]
    primaries = None
    if all(one > 0 for one in sums):
        red, green, blue = (
            (point[0] / total, point[1] / total) for point, total in zip(points, sums, strict=True)
        )
        are_chromaticities = all(abs(one - 1) < 0.01 for one in sums)
        x, y = (sum(point[at] for point in points) / sum(sums) for at in (0, 1))
        white = BT709.white if are_chromaticities else (x, y)
        primaries = Primaries(red, green, blue, white)
    red_gamma, green_gamma, blue_gamma = (value / 2**16 for value in numbers[9:])
    gamma = (red_gamma, green_gamma, blue_gamma) if all(numbers[9:]) else None
    if primaries is None and gamma is None:
        return None
    return make_calibrated_space(primaries, gamma)


def _read_header(data: bytes, least: int) -> int | None:
    """Returns the kind of colour space, or None if the header is shorter than `least`."""
    if len(data) < _HEADER_AT + least:
        return None
    (size,) = struct.unpack_from("<I", data, _HEADER_AT)
    return struct.unpack_from("<I", data, _HEADER_AT + 56)[0] if size >= least else None

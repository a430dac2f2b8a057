"""Converts BMP pixels with masks that Pillow does not know to eight bits a channel.

Source: Microsoft, BITMAPV4HEADER (wingdi.h),
https://learn.microsoft.com/windows/win32/api/wingdi/ns-wingdi-bitmapv4header.
"""

import struct

import numpy as np

from qana.imaging.limits import MAX_BYTES

_MASKS, _MASKS_WITH_ALPHA = 3, 6
"""Compressions BI_BITFIELDS and BI_ALPHABITFIELDS."""
_HEADERS = (40, 52, 56, 108, 124)
_HEADER_AT, _MASKS_AT = 14, 54
_VERSION_4 = 108
_SRGB = b"BGRs"
_BYTES = (0xFF0000, 0xFF00, 0xFF)
_ALPHA = 0xFF000000
_KNOWN: dict[int, dict[tuple[int, ...], tuple[int, ...]]] = {
    16: {(0xF800, 0x7E0, 0x1F): (0,), (0x7C00, 0x3E0, 0x1F): (0,)},
    32: {
        _BYTES: (0, _ALPHA),
        (0xFF, 0xFF00, 0xFF0000): (_ALPHA,),
        (0xFF000000, 0xFF0000, 0xFF00): (0, 0xFF),
        (0xFF000000, 0xFF00, 0xFF): (0, 0xFF0000),
        (0, 0, 0): (0,),
    },
}
"""Masks of colours that Pillow knows, with those of transparency, by bits of a pixel."""


def widen_masked_pixels(data: bytes) -> bytes:
    """Rewrites a BMP whose channels have other bits than Pillow knows.

    Args:
        data: content of a file.

    Returns:
        A BMP of the same picture with 8 bits a channel; the file itself if Pillow reads it or it is
        none.

    Raises:
        struct.error: the header is cut off.
        ValueError: pixels are missing, or the masks are no masks.
    """
    if not data.startswith(b"BM") or len(data) < _MASKS_AT + 16:
        return data
    header, width, height = struct.unpack_from("<Iii", data, _HEADER_AT)
    bits, compression = struct.unpack_from("<HI", data, _HEADER_AT + 14)
    if header not in _HEADERS or compression not in (_MASKS, _MASKS_WITH_ALPHA):
        return data
    has_alpha = header >= 56 or compression == _MASKS_WITH_ALPHA
    *colours, alpha = struct.unpack_from("<4I", data, _MASKS_AT)
    alpha = alpha if has_alpha else 0
    is_known = compression == _MASKS and alpha in _KNOWN.get(bits, {}).get(tuple(colours), ())
    if bits not in _KNOWN or is_known:
        return data
    if not any(colours) or max(*colours, alpha) >> bits:
        raise ValueError("the masks are no masks")
    (start,) = struct.unpack_from("<I", data, 10)
    step = (width * bits + 31) // 32 * 4
    if width <= 0 or step * abs(height) > MAX_BYTES:
        raise ValueError("the size is wrong")
    rows = np.frombuffer(data, np.uint8, step * abs(height), start).reshape(abs(height), step)
    values = rows.view("<u2" if bits == 16 else "<u4")[:, :width]
    channels = [_take_channel(values, mask) for mask in (*reversed(colours), alpha)]
    return _encode(data, header, np.stack(channels, axis=-1).tobytes(), alpha != 0)


def _take_channel(values: np.ndarray, mask: int) -> np.ndarray:
    """Takes the bits of a mask from each value and scales them to 8."""
    if mask == 0:
        return np.zeros(values.shape, np.uint8)
    shift = (mask & -mask).bit_length() - 1
    largest = mask >> shift
    if largest & (largest + 1):
        raise ValueError("a mask has a gap")
    numbers = (values & values.dtype.type(mask)) >> shift
    return np.rint(numbers * (255 / largest)).astype(np.uint8)


def _encode(data: bytes, header: int, pixels: bytes, has_alpha: bool) -> bytes:
    """Encodes the picture with the old header and what it declares about the colours.

    The new pixels follow the old file, so that the profile in it keeps its place.
    """
    old = bytearray(data)
    if header < _VERSION_4:  # nothing but pixels follows this header
        size = data[_HEADER_AT + 4 : _HEADER_AT + 40]
        old = bytearray(data[:_HEADER_AT] + struct.pack("<I", _VERSION_4) + size)
        old += bytes(16) + _SRGB
        old += bytes(_HEADER_AT + _VERSION_4 - len(old))
    struct.pack_into("<I", old, 10, len(old))
    struct.pack_into("<HII", old, _HEADER_AT + 14, 32, _MASKS, len(pixels))
    struct.pack_into("<4I", old, _MASKS_AT, *_BYTES, _ALPHA if has_alpha else 0)
    return bytes(old) + pixels

"""Loads a JPEG and finds out whether its scans hold all its pixels.

libjpeg fills missing pixels with grey and only warns, which Pillow does not pass on.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image, JpegImagePlugin

from qana.errors import ImageError
from qana.imaging.jpeg.scans import (
    RESTARTS,
    JpegScan,
    JpegScans,
    find_scans,
    has_all_scans,
    strip_padding,
)
from qana.imaging.limits import MAX_COEFFICIENTS, TOO_MANY_COEFFICIENTS, TimedReader

_BLOCK_BYTES = 512
"""Bytes that the decoder reads at a time, so that `TimedReader` checks the time often."""
_NOISE = bytes((index * 89 + 219) % 251 for index in range(512))
"""Bytes that look like pixels to a decoder: any, but never the beginning of a marker."""
_HOLE = 32
"""Equal bytes that may be a lost part of a file. Flat areas can have as many."""
_LAST_BYTES = 32
_BAND = 256
"""Rows that are compared at a time, which limits the memory."""


def open_jpeg(reader: TimedReader) -> JpegImagePlugin.JpegImageFile:
    """Opens a JPEG. Unlike `Image.open`, it leaves the limit of pixels to the caller."""
    return JpegImagePlugin.JpegImageFile(reader)


def load_jpeg(picture: JpegImagePlugin.JpegImageFile, mode: str, reduced_to: int) -> None:
    """Loads a JPEG at a reduced size and checks that no pixel is missing.

    Args:
        picture: an opened JPEG whose file is a `TimedReader` and went through `end_jpeg`. It is
            decoded in place, at 1/2, 1/4 or 1/8 of its size if possible.
        mode: the mode that libjpeg decodes to: RGB, YCbCr, L or CMYK.
        reduced_to: least length of the sides after decoding, pixels.

    Raises:
        ImageError: decoding takes too much memory.
        ValueError: pixels are missing.
        OSError: the JPEG is damaged otherwise.
        TooCostlyError: decoding takes too long.
    """
    reader = picture.fp
    if not isinstance(reader, TimedReader):
        raise TypeError("a TimedReader is needed")
    data, deadline = reader.getvalue(), reader.deadline
    found = find_scans(data)
    if not has_all_scans(data, found):
        raise ValueError("scans are missing")
    if found.coefficients > MAX_COEFFICIENTS and (found.is_progressive or len(found.scans) > 1):
        raise ImageError(TOO_MANY_COEFFICIENTS)
    _decode(picture, mode, reduced_to)
    if found.is_arithmetic:  # its decoder reads past the end, where zeros are left out
        return

    def is_unchanged(ends: list[int]) -> bool:
        """Returns whether noise after these offsets changes nothing."""
        noisy = TimedReader(_replace_ends(data, found.scans, ends), deadline)
        with open_jpeg(noisy) as other:
            _decode(other, mode, reduced_to)
            return _are_equal(picture, other)

    if not _is_complete(data, found, is_unchanged):
        raise ValueError("pixels are missing")


def _is_complete(data: bytes, found: JpegScans, is_unchanged: Callable[[list[int]], bool]) -> bool:
    """Returns whether the pixels end where the scans end, or where padding begins in the last one.

    Noise after the last pixel changes nothing. If pixels are missing, the decoder takes the noise
    for them. A lost part that reads as equal bytes may stand for more pixels than it replaced, so
    that the decoder stops early: then even the last bytes of the scan change nothing.
    """
    last = found.scans[-1]
    whole = [scan.end for scan in found.scans]
    stripped = [*whole[:-1], last.start + len(strip_padding(data[last.start : last.end]))]
    for ends in [whole] if stripped == whole else [whole, stripped]:
        if is_unchanged(ends) and (
            found.is_progressive
            or not any(
                _has_hole(data[scan.start : end])
                and is_unchanged([*ends[:index], end - _LAST_BYTES, *ends[index + 1 :]])
                for index, (scan, end) in enumerate(zip(found.scans, ends, strict=True))
            )
        ):
            return True
    return False


def _has_hole(coded: bytes) -> bool:
    """Returns whether coded pixels have equal bytes in a row, as flat areas may have too."""
    count = len(coded) // _HOLE
    blocks = np.frombuffer(coded, np.uint8, count * _HOLE).reshape(count, _HOLE)
    return bool((blocks == blocks[:, :1]).all(axis=1).any())


def _replace_ends(data: bytes, scans: list[JpegScan], ends: list[int]) -> bytes:
    """Replaces each scan from one of the ends on by noise."""
    pieces: list[bytes] = []
    at = 0
    for scan, end in zip(scans, ends, strict=True):
        noise = b"".join(bytes((0xFF, marker)) + _NOISE for marker in _list_restarts(data, scan))
        pieces += (data[at:end], _NOISE, noise)
        at = scan.end
    return b"".join((*pieces, data[at:]))


def _list_restarts(data: bytes, scan: JpegScan) -> list[int]:
    """Lists the restart markers that a decoder expects after a scan, in their order.

    At a marker out of order it would leave out the noise.
    """
    if not scan.restarts:
        return []
    places = [data.rfind(bytes((0xFF, marker)), scan.start, scan.end) for marker in RESTARTS]
    last = max(range(len(places)), key=places.__getitem__)
    first = last + 1 if places[last] >= 0 else 0
    return [RESTARTS[(first + index) % len(RESTARTS)] for index in range(len(RESTARTS))]


def _decode(picture: JpegImagePlugin.JpegImageFile, mode: str, reduced_to: int) -> None:
    picture.decodermaxblock = _BLOCK_BYTES
    picture.draft(mode, (reduced_to, reduced_to))
    picture.load()


def _are_equal(one: Image.Image, other: Image.Image) -> bool:
    """Compares the pixels from the bottom up, where they differ first."""
    if (one.mode, one.size) != (other.mode, other.size):
        return False
    for bottom in range(one.height, 0, -_BAND):
        box = (0, max(bottom - _BAND, 0), one.width, bottom)
        if one.crop(box).tobytes() != other.crop(box).tobytes():
            return False
    return True

"""Finds the scans of a JPEG, and whether they are all there."""

import re
from dataclasses import dataclass

import numpy as np

from qana.imaging.limits import TooCostlyError

END = b"\xff\xd9"
MAX_MARKERS = 8192
"""Largest number of markers besides restarts. Photos have under 500."""
_HUFFMAN_FRAMES, _ARITHMETIC_FRAMES = (0xC0, 0xC1, 0xC2), (0xC9, 0xCA)
_PROGRESSIVE = (0xC2, 0xCA)
_START, _END, _SCAN, _RESTART_INTERVAL = 0xD8, 0xD9, 0xDA, 0xDD
RESTARTS = range(0xD0, 0xD8)
"""Low bytes of the restart markers."""
_WITHOUT_LENGTH = (0x01, *RESTARTS)
_AFTER_SCAN = (_START, _END, _SCAN, *(0xC4, 0xCC, 0xDB, 0xDC, 0xDD), *range(0xE0, 0xF0), 0xFE)
"""Markers that may follow a scan. Any other one is pixels that were overwritten."""
_MARKER = re.compile(rb"\xff+[^\0\xff]")
_SCAN_MARKER = re.compile(rb"\xff+[^\0\xff\xd0-\xd7]")
_PADDING = 4
"""Zeros at the end of a file that are no pixels: what a card or a download filled up."""


@dataclass(frozen=True)
class JpegScan:
    """A scan of a JPEG.

    Attributes:
        header: its parameters: components, first and last coefficient, bits.
        start: offset of its coded pixels.
        end: offset of what follows them.
        next_marker: low byte of the marker that follows; None if the file ends first.
        restarts: whether a restart interval is defined.
    """

    header: bytes
    start: int
    end: int
    next_marker: int | None
    restarts: bool


@dataclass(frozen=True)
class JpegScans:
    """The scans of a JPEG (ITU-T T.81, Annex B).

    Attributes:
        coding: low byte of the frame marker; 0 if there is none.
        components: identifiers of the components.
        coefficients: number of their coefficients.
        scans: the scans in their order.
    """

    coding: int
    components: bytes
    coefficients: int
    scans: list[JpegScan]

    @property
    def is_arithmetic(self) -> bool:
        """Whether the pixels have arithmetic coding, not Huffman coding."""
        return self.coding in _ARITHMETIC_FRAMES

    @property
    def is_progressive(self) -> bool:
        """Whether each scan refines the whole picture."""
        return self.coding in _PROGRESSIVE


def find_scans(data: bytes) -> JpegScans:
    """Finds the scans up to the end marker or to the beginning of another picture.

    Args:
        data: a JPEG.

    Returns:
        The scans; none if the header is damaged.

    Raises:
        TooCostlyError: the file has more markers than any photo.
    """
    coding, components, coefficients, restarts = 0, b"", 0, False
    scans: list[JpegScan] = []
    at = 2
    for _ in range(MAX_MARKERS):
        found = _MARKER.search(data, at)
        if found is None or (marker := data[found.end() - 1]) in (_START, _END):
            return JpegScans(coding, components, coefficients, scans)
        at = found.end()
        if marker in _WITHOUT_LENGTH:
            continue
        body = data[at + 2 : at + int.from_bytes(data[at : at + 2])]
        at += 2 + len(body)
        if marker in _HUFFMAN_FRAMES + _ARITHMETIC_FRAMES:
            coding, components, coefficients = marker, body[6::3], _count_coefficients(body)
        elif marker == _RESTART_INTERVAL:
            restarts = any(body)
        elif marker == _SCAN:
            pattern = _SCAN_MARKER if restarts else _MARKER
            following = pattern.search(data, at)
            end, then = (
                (following.start(), data[following.end() - 1]) if following else (len(data), None)
            )
            scans.append(JpegScan(body, at, end, then, restarts))
            at = end
    raise TooCostlyError


def _count_coefficients(frame: bytes) -> int:
    """Counts the coefficients of a frame header: one a pixel, fewer of subsampled components."""
    height, width = int.from_bytes(frame[1:3]), int.from_bytes(frame[3:5])
    areas = [max(factors >> 4, 1) * max(factors & 15, 1) for factors in frame[7::3]]
    return height * width * sum(areas) // max(areas, default=1)


def has_all_scans(data: bytes, found: JpegScans) -> bool:
    """Returns whether the scans define each coefficient to its last bit, without foreign markers.

    A progressive JPEG that is cut between two scans has all its pixels, but without details.
    Pixels that were overwritten hold markers that no scan has, or restarts out of order.

    Args:
        data: the JPEG.
        found: its scans.
    """
    planes = {name: [16] * 64 for name in found.components}
    for scan in found.scans:
        if scan.next_marker not in (None, *_AFTER_SCAN) or not _has_restarts_in_order(data, scan):
            return False
        count = min(scan.header[0], 4) if scan.header else 0
        first, last, bits = [*scan.header[1 + 2 * count :], 0, 0, 0][:3]
        span = range(first, min(last, 63) + 1) if found.is_progressive else range(64)
        for name in scan.header[1 : 1 + 2 * count : 2]:
            for index in span:
                planes.setdefault(name, [16] * 64)[index] = bits & 15 if found.is_progressive else 0
    return bool(planes) and all(not any(plane) for plane in planes.values())


def end_jpeg(data: bytes) -> bytes:
    """Ends a JPEG after its last scan.

    A lost end marker is added. What follows the marker is removed, and so are zeros before a lost
    marker, with which a card or a download fills up. Whether the pixels are complete is found by
    `load_jpeg`.

    Args:
        data: content of a file. A file of another format is returned as it is.

    Returns:
        The JPEG with an end marker.

    Raises:
        TooCostlyError: the file has more markers than any photo.
    """
    if not data.startswith(b"\xff\xd8\xff"):
        return data
    found = find_scans(data)
    if not found.scans:
        return data
    last = found.scans[-1]
    if last.next_marker == _END:
        return data[: last.end] + END
    if last.next_marker not in (None, _START) or found.is_arithmetic:
        return data
    return strip_padding(data[: last.end]) + END


def strip_padding(data: bytes) -> bytes:
    """Removes zeros that fill up the end of a scan, and half a marker.

    Args:
        data: a JPEG up to the end of its last scan.

    Returns:
        The JPEG without them.
    """
    rest = data.rstrip(b"\0")
    if len(data) - len(rest) < _PADDING:
        rest = data  # zeros that belong to the last pixels
    elif rest.endswith(b"\xff"):
        rest += b"\0"  # a coded 255
    return rest.rstrip(b"\xff")


def _has_restarts_in_order(data: bytes, scan: JpegScan) -> bool:
    if not scan.restarts:
        return True
    values = np.frombuffer(data, np.uint8)[scan.start : scan.end]
    after = np.flatnonzero(values[:-1] == 0xFF) + 1
    numbers = values[after][values[after] & 0xF8 == 0xD0] & 7
    return bool(np.array_equal(numbers, np.arange(len(numbers)) & 7))

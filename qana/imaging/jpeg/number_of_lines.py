"""Finds the height of a JPEG that records it after its pixels.

Scanners and cameras that do not know the height in advance write 0 into the header, and the
height in a segment DNL after the first scan (ITU-T T.81, B.2.5). libjpeg does not read it.
"""

import struct

from qana.imaging.jpeg.scans import find_scans

_FRAMES = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)
_WITHOUT_LENGTH = (0x01, *range(0xD0, 0xD8))
_SCAN, _NUMBER_OF_LINES = 0xDA, 0xDC
_MAX_SEGMENTS = 16_384


def fill_in_height(data: bytes) -> bytes:
    """Writes the height into the header of a JPEG, and removes the segment that recorded it.

    Args:
        data: content of a file. A file of another format is returned as it is.

    Returns:
        The JPEG; the same one if its header has a height or it records none.

    Raises:
        TooCostlyError: the file has more markers than any photo.
    """
    if not data.startswith(b"\xff\xd8\xff"):
        return data
    at = _find_height(data)
    if not at or data[at : at + 2] != bytes(2):
        return data
    scans = find_scans(data).scans
    if not scans or scans[0].next_marker != _NUMBER_OF_LINES:
        return data
    start = scans[0].end
    marker = data.index(_NUMBER_OF_LINES, start)  # fill bytes may come before it
    length, height = struct.unpack_from(">HH", data, marker + 1)
    if length != 4:
        return data
    return data[:at] + struct.pack(">H", height) + data[at + 2 : start] + data[marker + 5 :]


def _find_height(data: bytes) -> int:
    """Finds the offset of the height in the frame header; 0 if there is none before a scan."""
    at = 2
    for _ in range(_MAX_SEGMENTS):
        while data[at : at + 2] == b"\xff\xff":  # padding before a marker
            at += 1
        if data[at : at + 1] != b"\xff" or at + 9 > len(data) or data[at + 1] == _SCAN:
            return 0
        if data[at + 1] in _FRAMES:
            return at + 5
        if data[at + 1] in _WITHOUT_LENGTH:
            at += 2
        else:
            at += 2 + max(int.from_bytes(data[at + 2 : at + 4]), 2)
    return 0

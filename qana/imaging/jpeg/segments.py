"""Removes what the pixels of a JPEG do not need, and names codings that are not read."""

import struct

from qana.imaging.limits import TooCostlyError

MAX_SEGMENTS = 16_384
"""Largest number of segments before the first scan. A profile and an EXIF block need under 300."""
_START_OF_SCAN = 0xDA
_FRAMES = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)
_LOSSLESS = (0xC3, 0xC7, 0xCB, 0xCF)
_HIERARCHICAL = (0xC5, 0xC6, 0xCD, 0xCE, 0xDE)
_JPEG_LS = 0xF7
_KEPT_METADATA = (
    (0xE0, b"JFIF\0"),
    (0xE1, b"Exif\0\0"),
    (0xE1, b"http://ns.adobe.com/xap/1.0/\0"),
    (0xE2, b"ICC_PROFILE\0"),
    (0xEE, b"Adobe"),
)
"""Marker and first bytes of the metadata that change how the pixels look."""
_MIN_METADATA = 15
"""Bytes of the shortest of these segments that is whole: that of Adobe has 16."""
_RESTARTS = tuple(range(0xD0, 0xD8))
_WITHOUT_LENGTH = (0x01, *_RESTARTS)


def find_refused_coding(data: bytes) -> str | None:
    """Finds the name of a JPEG coding that is not read.

    Args:
        data: content of a file.

    Returns:
        The name with its article; None if the coding is read or the file is no JPEG.
    """
    if not data.startswith(b"\xff\xd8\xff"):
        return None
    for segment in _split_header(data)[0]:
        marker = segment[1]
        if marker == _JPEG_LS:
            return "a JPEG-LS picture"
        if marker in _LOSSLESS:
            return "a JPEG of the lossless kind"
        if marker in _HIERARCHICAL:
            return "a JPEG of the hierarchical kind"
        if marker in _FRAMES and segment[4:5] != b"\x08":
            return f"a JPEG with {segment[4]} bits per colour"
    return None


def clean_jpeg(data: bytes) -> bytes:
    """Keeps the segments of a JPEG that hold pixels, colours or the orientation.

    Comments, previews, further pictures and metadata of editors are removed.

    Args:
        data: content of a file. A file of another format is returned as it is.

    Returns:
        A JPEG with the same first picture.

    Raises:
        TooCostlyError: the file has more segments than any photo.
    """
    if not data.startswith(b"\xff\xd8\xff"):
        return data
    kept, start = _split_header(data)
    return b"".join((b"\xff\xd8", *kept, data[start:]))


def _split_header(data: bytes) -> tuple[list[bytes], int]:
    """Splits what comes before the first scan.

    Returns:
        The segments to keep, and where the rest begins: the first scan, or what is no segment.
    """
    kept: list[bytes] = []
    at = 2
    for _ in range(MAX_SEGMENTS):
        while data[at : at + 2] == b"\xff\xff":  # padding before a marker
            at += 1
        if data[at : at + 1] != b"\xff" or at + 4 > len(data):
            return kept, at
        marker = data[at + 1]
        if marker == _START_OF_SCAN or marker in (0, 0xD8, 0xD9, *_WITHOUT_LENGTH):
            return kept, at
        (length,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(data):
            return kept, at
        segment = data[at:end]
        if not (0xE0 <= marker <= 0xEF or marker == 0xFE) or any(
            marker == kind and segment.startswith(begin, 4) and len(segment) > _MIN_METADATA
            for kind, begin in _KEPT_METADATA
        ):
            kept.append(segment)
        at = end
    raise TooCostlyError

"""Removes what the pixels of a JPEG do not need and finds out whether its scans are complete."""

import struct

from qana.imaging.limits import TooCostlyError

MAX_SEGMENTS = 16_384
"""Largest number of segments before the first scan. A profile and an EXIF block need under 300."""
END = b"\xff\xd9"
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
_PADDING = 4
"""Zeros at the end of a file that are no pixels: what a card or a download filled up."""
_FILLER = bytes((index * 89 + 219) % 251 for index in range(512))
"""Bytes that look like pixels to a decoder: any, but never the beginning of a marker."""


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


def lacks_end(data: bytes) -> bool:
    """Returns whether a file is a JPEG with a scan but without an end marker after it."""
    if not data.startswith(b"\xff\xd8\xff"):
        return False
    _kept, start = _split_header(data)
    return data[start : start + 2] == b"\xff\xda" and data.rfind(END, start) < 0


def has_all_scans(data: bytes) -> bool:
    """Returns whether the scans of a cleaned JPEG define each coefficient to its last bit.

    A progressive JPEG that is cut between two scans has all its pixels, but without details.
    """
    planes: dict[int, list[int]] = {}
    at, progressive = 2, False
    while 0 <= at < len(data) - 4:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if data[at] != 0xFF or marker in (0, 0xFF, *_WITHOUT_LENGTH):
            at = data.find(b"\xff", at + 1)
            continue
        body = data[at + 4 : at + 2 + length]
        if marker in _FRAMES:
            progressive = marker in (0xC2, 0xCA)
            planes = {body[place]: [16] * 64 for place in range(6, len(body) - 2, 3)}
        elif marker == _START_OF_SCAN and body:
            names = body[1 : 1 + 2 * body[0] : 2]
            first, last, bits = body[1 + 2 * body[0] :][:3]
            span = range(first, min(last, 63) + 1) if progressive else range(64)
            for name in names:
                for index in span:
                    planes[name][index] = bits & 15 if progressive else 0
        at = data.find(b"\xff", at + 2 + length)
    return bool(planes) and all(not any(plane) for plane in planes.values())


def complete_in_two_forms(data: bytes) -> tuple[bytes, bytes]:
    """Completes a JPEG without an end marker in two forms.

    If all pixels are there, both forms decode to the same pixels, because a decoder reads nothing
    after them. If some are missing, the decoder fills them with grey in the first form and with
    noise in the second.

    Args:
        data: a cleaned JPEG, see `lacks_end`.

    Returns:
        The JPEG with an end marker, and the same with noise before the marker.
    """
    rest = data.rstrip(b"\0")
    if len(data) - len(rest) < _PADDING:
        rest = data  # zeros that belong to the last pixels
    elif rest.endswith(b"\xff"):
        rest += b"\0"  # a coded 255
    rest = rest.rstrip(b"\xff")
    noise = b"".join(bytes((0xFF, marker)) + _FILLER for marker in _list_restarts(rest))
    return rest + END, rest + _FILLER + noise + END


def _list_restarts(data: bytes) -> list[int]:
    """Lists the restart markers that a decoder expects after the end of the data, in their order.

    At a marker out of order it would leave out the noise.
    """
    scan = data.rfind(b"\xff\xda")
    places = [data.rfind(bytes((0xFF, marker)), scan) for marker in _RESTARTS]
    last = max(range(len(places)), key=places.__getitem__)
    first = last + 1 if places[last] >= 0 else 0
    return [_RESTARTS[(first + index) % len(_RESTARTS)] for index in range(len(_RESTARTS))]


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

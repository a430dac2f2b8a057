"""Reads the colour code points of an AVIF or HEIC file from its boxes.

The boxes are those of ISO/IEC 14496-12 (box, meta, pitm) and ISO/IEC 23008-12 (iprp, ipco, ipma).
Pillow's AVIF decoder does not report them.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAX_BOXES = 10_000
"""Boxes read on one level. Each costs a few bytes, so a file could hold millions."""


@dataclass(frozen=True)
class CodePoints:
    """Coding-independent code points (ITU-T H.273).

    Attributes:
        primaries: colour primaries.
        transfer: transfer characteristics.
    """

    primaries: int
    transfer: int


def read_code_points(data: bytes) -> CodePoints | None:
    """Reads the code points of the primary item.

    Args:
        data: the whole file.

    Returns:
        The code points, or None if the file does not declare any or its boxes are damaged.
    """
    try:
        meta = _find_box(data, b"meta")[4:]
        item = _read_primary_item(_find_box(meta, b"pitm"))
        containers = _find_box(meta, b"iprp")
        properties = list(_list_boxes(_find_box(containers, b"ipco")))
        for index in _list_property_indices(_find_box(containers, b"ipma"), item):
            kind, body = properties[index - 1]
            if index > 0 and kind == b"colr" and body[:4] == b"nclx":
                return CodePoints(*struct.unpack_from(">HH", body, 4))
    except (LookupError, struct.error):
        pass
    return None


def _list_boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Lists type and content of the boxes of one level."""
    at = 0
    for _ in range(MAX_BOXES):
        if at + 8 > len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        end = len(data) if size == 0 else at + size
        if end < at + head:
            return
        yield kind, data[at + head : end]
        at = end


def _find_box(data: bytes, wanted: bytes) -> bytes:
    for kind, body in _list_boxes(data):
        if kind == wanted:
            return body
    raise LookupError(wanted)


def _read_primary_item(body: bytes) -> int:
    return struct.unpack_from(">H" if body[0] == 0 else ">I", body, 4)[0]


def _list_property_indices(body: bytes, item: int) -> list[int]:
    """Lists the properties of an item, counted from 1."""
    version, flags = body[0], body[3]
    (entries,) = struct.unpack_from(">I", body, 4)
    at = 8
    identifier = struct.Struct(">H" if version < 1 else ">I")
    index = struct.Struct(">H" if flags & 1 else ">B")
    essential = 0x8000 if flags & 1 else 0x80  # the highest bit is a flag
    for _ in range(min(entries, MAX_BOXES)):
        (found,) = identifier.unpack_from(body, at)
        count = body[at + identifier.size]
        at += identifier.size + 1
        if found == item:
            places = range(at, at + count * index.size, index.size)
            return [index.unpack_from(body, place)[0] & ~essential for place in places]
        at += count * index.size
    return []

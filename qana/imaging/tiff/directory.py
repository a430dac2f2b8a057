"""Reads and writes the directories of a TIFF."""

import math
import struct
from dataclasses import dataclass

from qana.imaging.limits import TooCostlyError

MAX_PAGES = 64
"""Pages of a TIFF that are looked at."""
MAX_TAGS = 4096
ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
"""Signatures of a TIFF with its byte order, as `struct` names it."""
HEADER_BYTES = 8
"""Bytes of a TIFF before anything else can follow."""
SUB_PAGES = 330
"""The tag that points at the pages below a page."""
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""Bytes of a value of each type."""
_RATIONAL = 5
"""The type of fractions."""


@dataclass(frozen=True)
class TiffTag:
    """An entry of a directory.

    Attributes:
        tag: its number.
        kind: type of the values.
        count: number of values.
        field: the four bytes that hold the values or their offset.
    """

    tag: int
    kind: int
    count: int
    field: bytes


class TiffDirectories:
    """The directories of a TIFF.

    Attributes:
        data: the TIFF.
        order: its byte order, as `struct` names it.
    """

    def __init__(self, data: bytes) -> None:
        """Reads the byte order.

        Args:
            data: a TIFF, see `is_tiff`.
        """
        self.data = data
        self.order = ORDERS[data[:4]]

    def read(self, start: int) -> tuple[list[TiffTag], int]:
        """Reads a directory and the offset of the next one, 0 for none."""
        (count,) = struct.unpack_from(f"{self.order}H", self.data, start)
        if start < HEADER_BYTES or start + 2 + 12 * count > len(self.data):
            raise struct.error("the directory is incomplete")
        if count > MAX_TAGS:
            raise TooCostlyError
        places = range(start + 2, start + 2 + 12 * count, 12)
        tags = [TiffTag(*struct.unpack_from(f"{self.order}HHI4s", self.data, at)) for at in places]
        after = self.data[places.stop : places.stop + 4]
        return tags, int.from_bytes(after, "little" if self.order == "<" else "big")

    def read_all(self) -> list[list[TiffTag]]:
        """Reads the pages in their order, then the pages below them. Faulty later ones are left."""
        (start,) = struct.unpack_from(f"{self.order}I", self.data, 4)
        first, following = self.read(start)
        pages, visited, inner = [first], {start}, self.list_values(first, SUB_PAGES)
        while len(pages) < MAX_PAGES:
            if following and following not in visited:
                start = following
            elif inner:
                start, following = inner.pop(0), 0
                if start in visited:
                    continue
            else:
                break
            visited.add(start)
            try:
                page, following = self.read(start)
            except struct.error:
                following = 0
                continue
            pages.append(page)
            inner += self.list_values(page, SUB_PAGES)
        return pages

    def list_values(self, page: list[TiffTag], tag: int, most: int = MAX_PAGES) -> list[int]:
        """Lists the first whole numbers of a tag, of all its entries."""
        values: list[int] = []
        for entry in page:
            letter = {1: "B", 3: "H", 4: "I", 13: "I"}.get(entry.kind)
            if entry.tag != tag or letter is None:
                continue
            count = min(entry.count, most)
            size = count * SIZES[entry.kind]
            if entry.count * SIZES[entry.kind] <= 4:
                content = entry.field[:size]
            else:
                (at,) = struct.unpack(f"{self.order}I", entry.field)
                content = self.data[at : at + size]
            if len(content) == size:
                values += struct.unpack(f"{self.order}{count}{letter}", content)
        return values

    def read_bytes(self, page: list[TiffTag], tag: int) -> bytes:
        """Reads the content of a tag with more than four bytes; empty if the page has none."""
        entry = next((entry for entry in page if entry.tag == tag), None)
        if entry is None:
            return b""
        (at,) = struct.unpack(f"{self.order}I", entry.field)
        return self.data[at : at + entry.count]

    def list_fractions(self, page: list[TiffTag], tag: int) -> list[float]:
        """Lists the first numbers of a tag, which may be whole or fractions."""
        entry = next((entry for entry in page if entry.tag == tag), None)
        if entry is None or entry.kind != _RATIONAL:
            return [float(value) for value in self.list_values(page, tag)]
        count = min(entry.count, MAX_PAGES)
        (at,) = struct.unpack(f"{self.order}I", entry.field)
        content = self.data[at : at + count * SIZES[_RATIONAL]]
        if len(content) < count * SIZES[_RATIONAL]:
            return []
        numbers = struct.unpack(f"{self.order}{2 * count}I", content)
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return [top / bottom if bottom else math.nan for top, bottom in pairs]

    def find_value(self, page: list[TiffTag], tag: int, default: int) -> int:
        """Finds the first value of a tag."""
        return next(iter(self.list_values(page, tag)), default)


def is_tiff(data: bytes) -> bool:
    """Returns whether a file is a TIFF."""
    return data[:4] in ORDERS


def find_tag(data: bytes, tag: int) -> int:
    """Finds the first whole number of a tag in the first directory.

    Args:
        data: a TIFF, or EXIF data, which have its form.
        tag: number of the tag.

    Returns:
        The value; 0 if there is none.

    Raises:
        struct.error: the directory is incomplete.
        TooCostlyError: the directory has more entries than any photo.
    """
    if not is_tiff(data):
        return 0
    directories = TiffDirectories(data)
    (start,) = struct.unpack_from(f"{directories.order}I", data, 4)
    return directories.find_value(directories.read(start)[0], tag, 0)


def encode_directory(order: str, entries: list[TiffTag]) -> bytes:
    """Encodes a directory without a following one."""
    body = b"".join(
        struct.pack(f"{order}HHI4s", entry.tag, entry.kind, entry.count, entry.field)
        for entry in entries
    )
    return struct.pack(f"{order}H", len(entries)) + body + bytes(4)

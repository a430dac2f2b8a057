"""Limits the size, memory and time of decoding, so that no file can exhaust the machine."""

import io
import struct
import time

from qana.errors import ImageError

MAX_BYTES = 25 * 2**20
MAX_PIXELS = 50_000_000
MAX_SIDE = 12_000
MIN_SIDE = 64
"""Smallest side of a photo, also after it is reduced, pixels."""
MAX_SECONDS = 3.0
"""Processor time for decoding one file. The largest accepted photo takes about a third of it."""
MAX_TIFF_PIECES = 65_536
"""Largest number of strips or tiles in a TIFF."""
MAX_TIFF_TILE = 4096 * 4096
"""Largest tile of a TIFF, pixels."""

TOO_MANY_PIXELS = (
    "This picture has too many pixels (over 50 megapixels or 12,000 a side): choose a smaller one."
)

_TILE_WIDTH, _TILE_HEIGHT = 322, 323
"""Tags of the TIFF 6.0 specification, Section 15."""
_PIECE_OFFSETS = (273, 324)
"""TIFF tags that list where each strip or tile begins."""
_REFUSED_TIFF = (b"II\0*", b"MM*\0", b"II+\0", b"MM\0+")
"""Signatures that Pillow also opens as TIFF: swapped bytes, and BigTIFF for files over 4 GB. Their
directories have another layout than the one checked here, and no photo needs them."""


class TooCostlyError(Exception):
    """Decoding a file would take more time or memory than any photo needs."""


class TimedReader(io.BytesIO):
    """A file in memory that raises an error after `MAX_SECONDS` of processor time.

    A small file can keep a decoder busy for minutes, for example with a thousand scans in a JPEG
    or twenty thousand profiles in a PNG. Decoders read a file block by block, so decoding stops
    between two blocks. Only the time of the reading thread counts: other users do not use it up.
    """

    def __init__(self, data: bytes) -> None:
        """Starts the time.

        Args:
            data: content of the file.
        """
        super().__init__(data)
        self._deadline = time.thread_time() + MAX_SECONDS

    def read(self, size: int | None = -1, /) -> bytes:
        """Reads bytes as any file object does.

        Args:
            size: number of bytes; -1 or None reads the rest.

        Returns:
            At most `size` bytes.

        Raises:
            TooCostlyError: the time is used up.
        """
        if time.thread_time() > self._deadline:
            raise TooCostlyError
        return super().read(size)


def check_size(width: int, height: int, reduced_to: int) -> None:
    """Checks the size that a file declares, before its pixels are decoded.

    Args:
        width: pixels.
        height: pixels.
        reduced_to: longer side that the picture is reduced to afterwards, pixels.

    Raises:
        ImageError: the picture is too large or too small, or would be too narrow once reduced.
    """
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise ImageError(TOO_MANY_PIXELS)
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            f"This picture has only {width} x {height} pixels: choose one of at least "
            f"{MIN_SIDE} x {MIN_SIDE}."
        )
    if min(width, height) * reduced_to < MIN_SIDE * max(width, height):
        raise ImageError("This picture is a narrow strip: crop it to the lesion and try again.")


def check_tiff(data: bytes) -> None:
    """Checks the directory of a TIFF before a decoder allocates the memory that it asks for.

    Args:
        data: content of a file. A file of another format passes.

    Raises:
        TooCostlyError: the TIFF is of a refused variant, declares a tile of over 16 megapixels
            (whatever the size of the picture), or declares so many strips or tiles that the
            Python objects for them would fill the memory.
        struct.error: the directory is incomplete.
    """
    if data[:4] in _REFUSED_TIFF:
        raise TooCostlyError
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        return
    (start,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, start)
    tile = {_TILE_WIDTH: 1, _TILE_HEIGHT: 1}
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, values = struct.unpack_from(f"{order}HHI", data, at)
        if tag in _PIECE_OFFSETS and values > MAX_TIFF_PIECES:
            raise TooCostlyError
        if tag in tile:
            # A 16-bit value (kind 3) fills only the first half of the field.
            (side,) = struct.unpack_from(f"{order}{'H' if kind == 3 else 'I'}", data, at + 8)
            # Of two entries with one tag, some decoders use the first and others the last.
            tile[tag] = max(tile[tag], side)
    if tile[_TILE_WIDTH] * tile[_TILE_HEIGHT] > MAX_TIFF_TILE:
        raise TooCostlyError

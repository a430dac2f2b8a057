"""Files that are small to send and costly to read: what stops them."""

import io
import struct
import time

MAX_SECONDS = 3.0
"""Processor time that one file may take; the largest photo taken in needs about a third of it."""
MAX_TIFF_PIECES = 65_536
MAX_TIFF_TILE = 4096 * 4096

_TILE_WIDTH, _TILE_HEIGHT = 322, 323
_PIECES = (273, 324)
"""The TIFF tags that list where each strip or tile begins."""
_ODD_TIFF = (b"II\0*", b"MM*\0", b"II+\0", b"MM\0+")
"""What Pillow opens as TIFF too: swapped signatures, and BigTIFF, made for files over 4 GB. Their
description is laid out otherwise than the one checked here, and no photo needs them."""


class TooCostlyError(Exception):
    """Reading on would take more time or memory than any photo does."""


class TimedReader(io.BytesIO):
    """A file that stops answering once its reader has used up its time.

    A thousand scans in one JPEG or twenty thousand profiles in one PNG fit a small file and keep a
    decoder busy for minutes. Decoders ask for the file piece by piece, so it ends between two
    pieces. The time of this thread alone counts: other visitors do not use it up.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._deadline = time.thread_time() + MAX_SECONDS

    def read(self, size: int | None = -1, /) -> bytes:
        """Like any file's.

        Raises:
            TooCostlyError: the time is used up.
        """
        if time.thread_time() > self._deadline:
            raise TooCostlyError
        return super().read(size)


def check_tiff(data: bytes) -> None:
    """Looks at a TIFF's own description before a decoder makes room for what it claims.

    Args:
        data: a file; one that is no TIFF passes.

    Raises:
        TooCostlyError: it is of a kind that is not checked here, or claims tiles of over 16
            megapixels, whatever the size of the picture, or millions of pieces, each of which
            costs a Python object.
        struct.error: the description is cut off.
    """
    if data[:4] in _ODD_TIFF:
        raise TooCostlyError
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        return
    (start,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, start)
    tile = {_TILE_WIDTH: 1, _TILE_HEIGHT: 1}
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, values = struct.unpack_from(f"{order}HHI", data, at)
        if tag in _PIECES and values > MAX_TIFF_PIECES:
            raise TooCostlyError
        if tag in tile:
            # A 16-bit value (kind 3) fills only the first half of the field.
            (side,) = struct.unpack_from(f"{order}{'H' if kind == 3 else 'I'}", data, at + 8)
            # The first of two entries counts for one decoder, the last for another.
            tile[tag] = max(tile[tag], side)
    if tile[_TILE_WIDTH] * tile[_TILE_HEIGHT] > MAX_TIFF_TILE:
        raise TooCostlyError

"""Limits the size, memory and time of decoding, so that no file can exhaust the machine."""

import io
import time
from dataclasses import dataclass

from qana.errors import ImageError

MAX_BYTES = 25 * 2**20
MAX_PIXELS = 52_000_000
"""Largest picture that is decoded in full. Cameras of 50 nominal megapixels write up to 50.4."""
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
    f"This picture has too many pixels (over {MAX_PIXELS // 10**6} megapixels or {MAX_SIDE:,} a "
    "side): choose a smaller one, or save it as JPEG and choose the new file."
)


@dataclass(frozen=True)
class SizeLimit:
    """The largest size of a picture.

    Attributes:
        pixels: width times height.
        side: longer side, pixels.
        sentence: says that a picture is larger, and what to do.
    """

    pixels: int
    side: int
    sentence: str


FULL_SIZE = SizeLimit(MAX_PIXELS, MAX_SIDE, TOO_MANY_PIXELS)
JPEG_SIZE = SizeLimit(
    205_000_000,
    17_000,
    "This picture has too many pixels (over 205 megapixels or 17,000 a side): choose a smaller "
    "one.",
)
"""Limit of JPEG, which libjpeg reduces while it decodes. Cameras of 200 nominal megapixels write up
to 201, and most of such files have over 25 MB."""
MAX_COEFFICIENTS = 4 * MAX_PIXELS
"""Largest number of coefficients of a JPEG with several scans, which all are in the memory."""
TOO_MANY_COEFFICIENTS = (
    "This progressive JPEG has too many pixels: save it smaller or without the option progressive, "
    "and choose the new file."
)


class TooCostlyError(Exception):
    """Decoding a file would take more time or memory than any photo needs."""


class TimedReader(io.BytesIO):
    """A file in memory that raises an error after `MAX_SECONDS` of processor time.

    A small file can keep a decoder busy for minutes, for example with a thousand scans in a JPEG
    or twenty thousand profiles in a PNG. Decoders read a file block by block, so decoding stops
    between two blocks. Only the time of the reading thread counts: other users do not use it up.

    Attributes:
        deadline: `time.thread_time()` after which nothing is read, seconds.
    """

    def __init__(self, data: bytes, deadline: float | None = None) -> None:
        """Starts the time.

        Args:
            data: content of the file.
            deadline: `deadline` of another reader of this thread; None allows the whole time.
        """
        super().__init__(data)
        self.deadline = time.thread_time() + MAX_SECONDS if deadline is None else deadline

    def read(self, size: int | None = -1, /) -> bytes:
        """Reads bytes as any file object does.

        Args:
            size: number of bytes; -1 or None reads the rest.

        Returns:
            At most `size` bytes.

        Raises:
            TooCostlyError: the time is used up.
        """
        if time.thread_time() > self.deadline:
            raise TooCostlyError
        return super().read(size)


def check_size(width: int, height: int, reduced_to: int, limit: SizeLimit = FULL_SIZE) -> None:
    """Checks the size that a file declares, before its pixels are decoded.

    Args:
        width: pixels.
        height: pixels.
        reduced_to: longer side that the picture is reduced to afterwards, pixels.
        limit: the largest size.

    Raises:
        ImageError: the picture is too large or too small, or would be too narrow once reduced.
    """
    if width * height > limit.pixels or max(width, height) > limit.side:
        raise ImageError(limit.sentence)
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            f"This picture has only {width} x {height} pixels: choose one of at least "
            f"{MIN_SIDE} x {MIN_SIDE}."
        )
    if min(width, height) * reduced_to < MIN_SIDE * max(width, height):
        raise ImageError("This picture is a narrow strip: crop it to the lesion and try again.")

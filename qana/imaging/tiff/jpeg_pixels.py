"""Finds TIFFs whose JPEG pixels are not read, are incomplete, or would have other colours."""

from qana.imaging.jpeg.completeness import load_jpeg, open_jpeg
from qana.imaging.jpeg.scans import end_jpeg
from qana.imaging.jpeg.segments import find_refused_coding
from qana.imaging.limits import MAX_TIFF_PIECES, TimedReader
from qana.imaging.tiff.directory import TiffDirectories, TiffTag
from qana.imaging.tiff.ycbcr import STANDARD, read_ycbcr_colours

_COMPRESSION, _PHOTOMETRIC, _STRIPS, _TILES = 259, 262, 273, 324
_STRIP_SIZES, _TILE_SIZES = 279, 325
_OLD_PROCESS, _OLD_START = 512, 513
_OLD_JPEG, _JPEG = 6, 7
_OLD_LOSSLESS = 14
_YCBCR = 6
_TABLES = 347
_START, _SCAN, _END = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"
"""Markers at the start of a JPEG, before the pixels of a scan, and at the end."""


def name_refused_jpeg(directories: TiffDirectories, page: list[TiffTag]) -> str | None:
    """Names a page with JPEG pixels of a kind that is not read.

    Args:
        directories: the TIFF.
        page: a page of it.

    Returns:
        The name with its article; None if the kind is read or the pixels are no JPEG.
    """
    compression = directories.find_value(page, _COMPRESSION, 1)
    if compression not in (_OLD_JPEG, _JPEG):
        return None
    if directories.find_value(page, _OLD_PROCESS, 1) == _OLD_LOSSLESS:
        return "a TIFF with JPEG pixels of the lossless kind"
    for tag in (_STRIPS, _TILES, _OLD_START):
        start = directories.find_value(page, tag, 0)
        if start and (name := find_refused_coding(directories.data[start:])):
            return f"a TIFF that holds {name}"
    is_ycbcr = directories.find_value(page, _PHOTOMETRIC, 0) == _YCBCR
    # libjpeg converts these pixels, and it knows the standard colours alone.
    if is_ycbcr and compression == _JPEG and read_ycbcr_colours(directories, page) != STANDARD:
        return "a TIFF with JPEG pixels in YCbCr of another kind"
    return None


def check_jpeg_ends(directories: TiffDirectories, page: list[TiffTag]) -> None:
    """Checks that the JPEG of each strip or tile is whole.

    libjpeg fills missing pixels with grey and only warns. Each strip and tile has an end marker
    (TIFF Technical Note 2), and none is inside coded pixels. One without it is decoded by itself,
    because it may lack the marker alone.

    Raises:
        ValueError: pixels are missing.
        OSError: a strip or tile is damaged otherwise.
        TooCostlyError: decoding takes too long.
    """
    if directories.find_value(page, _COMPRESSION, 1) != _JPEG:
        return
    data, left = directories.data, len(directories.data)
    tables, deadline = directories.read_bytes(page, _TABLES), TimedReader(b"").deadline
    for starts, sizes in ((_STRIPS, _STRIP_SIZES), (_TILES, _TILE_SIZES)):
        places = zip(
            directories.list_values(page, starts, MAX_TIFF_PIECES),
            directories.list_values(page, sizes, MAX_TIFF_PIECES),
            strict=False,
        )
        for start, size in set(places):
            left -= size
            if left < 0:  # pieces that overlap, which no sound file has, would take long
                return
            end = start + size
            if size and data.rfind(_END, start, end) <= data.rfind(_SCAN, start, end):
                _check_pixels(tables, data[start:end], deadline)


def _check_pixels(tables: bytes, piece: bytes, deadline: float) -> None:
    """Checks the pixels of a strip or tile; arguments and errors as in `load_jpeg`.

    Args:
        tables: a JPEG with the tables of all pieces; empty if each has its own.
        piece: a JPEG without these tables.
        deadline: as `TimedReader` has it.
    """
    whole = end_jpeg(_START + tables[len(_START) : -len(_END)] + piece[len(_START) :])
    with open_jpeg(TimedReader(whole, deadline)) as picture:
        load_jpeg(picture, picture.mode, max(picture.size))

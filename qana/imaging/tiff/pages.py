"""Chooses the page of a TIFF that holds the photo, and removes what its pixels do not need."""

import struct
from dataclasses import dataclass

from qana.errors import ImageError
from qana.imaging.limits import MAX_TIFF_PIECES, MAX_TIFF_TILE, TooCostlyError
from qana.imaging.signatures import describe_refusal
from qana.imaging.tiff.directory import TiffDirectories, TiffTag, encode_directory
from qana.imaging.tiff.jpeg_pixels import check_jpeg_ends, name_refused_jpeg

_SUBFILE, _OLD_SUBFILE, _WIDTH, _LENGTH, _COMPRESSION, _PHOTOMETRIC = 254, 255, 256, 257, 259, 262
_ORIENTATION, _TILE_WIDTH, _TILE_LENGTH, _EXIF = 274, 322, 323, 34_665
_PIECE_OFFSETS = (273, 324)
"""TIFF tags that list where each strip or tile begins."""
_PIXEL_TAGS = frozenset(
    (
        *(256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 301, 317, 318, 319, 320),
        *(322, 323, 324, 325, 332, 333, 334, 336, 338, 339, 347, 512, 513, 514, 515, 517, 518, 519),
        *(520, 521, 529, 530, 531, 532, 34_675, 34_665),
    )
)
"""Tags that change how the pixels look (TIFF 6.0 and its supplements); all others are removed."""
_EXIF_COLOUR_TAGS = (0xA001, 0xA005)
_RAW_TAGS = (33_421, 33_422, 50_706, 50_707, 46_275)
"""Tags of raw pixels: CFARepeatPatternDim, CFAPattern (TIFF/EP), DNGVersion, DNGBackwardVersion
(Digital Negative specification) and the raw data of Hasselblad."""
_RAW_PHOTOMETRICS = (32_803, 34_892)
"""Color filter array and LinearRaw."""
_RAW_COMPRESSIONS = (32_767, 32_769, 32_770, 34_713, 65_000, 65_535)
"""Of Sony, Epson, Samsung, Nikon, Kodak and Pentax (the tags of ExifTool)."""
_REFUSED_COMPRESSIONS = {
    **dict.fromkeys((33_003, 33_004, 33_005, 34_712), "JPEG 2000"),
    **dict.fromkeys((50_002, 52_546), "JPEG XL"),
    **{22_610: "JPEG XR", 34_934: "JPEG XR", 34_887: "LERC", 34_933: "PNG", 34_661: "JBIG"},
    **{50_001: "WebP", 52_548: "WebP"},
}
RAW_TIFF = (
    "This file is a camera raw file (such as DNG, NEF or ARW), which cannot be read as a photo: "
    "export it as JPEG and choose the new file."
)


@dataclass(frozen=True)
class TiffPage:
    """A page, alone in a TIFF.

    Attributes:
        data: a TIFF with this page only and without metadata.
        orientation: the EXIF orientation, 1 to 8.
    """

    data: bytes
    orientation: int


def select_page(data: bytes) -> TiffPage:
    """Selects the photo among the pages of a TIFF.

    It is the first page that is neither marked as a reduced copy of another page nor as a mask
    (TIFF 6.0, NewSubfileType and SubfileType); if all are marked, the largest.

    Args:
        data: a TIFF.

    Returns:
        The page in a TIFF of its own.

    Raises:
        ImageError: the file is a camera raw file, or its pixels have a compression that is not
            read.
        TooCostlyError: the page declares a tile of over 16 megapixels (whatever the size of the
            picture), or so many strips or tiles that the Python objects for them would fill the
            memory.
        struct.error: the first directory is incomplete.
        ValueError: JPEG pixels are incomplete.
    """
    directories = TiffDirectories(data)
    pages = directories.read_all()
    if any(_is_raw(directories, page) for page in pages):
        raise ImageError(RAW_TIFF)
    full = [page for page in pages if not _is_reduced(directories, page)]
    page = full[0] if full else max(pages, key=lambda page: _measure_area(directories, page))
    _check_pieces(directories, page)
    compression = directories.find_value(page, _COMPRESSION, 1)
    if name := _REFUSED_COMPRESSIONS.get(compression):
        raise ImageError(
            f"This TIFF holds {name} pixels, which cannot be read: save it as JPEG and choose the "
            "new file."
        )
    if name := name_refused_jpeg(directories, page):
        raise ImageError(describe_refusal(name))
    check_jpeg_ends(directories, page)
    orientation = directories.find_value(page, _ORIENTATION, 1)
    return TiffPage(_rewrite(directories, page), orientation if 1 <= orientation <= 8 else 1)


def _is_raw(directories: TiffDirectories, page: list[TiffTag]) -> bool:
    return (
        any(entry.tag in _RAW_TAGS for entry in page)
        or directories.find_value(page, _PHOTOMETRIC, 0) in _RAW_PHOTOMETRICS
        or directories.find_value(page, _COMPRESSION, 1) in _RAW_COMPRESSIONS
    )


def _is_reduced(directories: TiffDirectories, page: list[TiffTag]) -> bool:
    marks = directories.find_value(page, _SUBFILE, 0)
    return bool(marks & 0b101) or directories.find_value(page, _OLD_SUBFILE, 1) == 2


def _measure_area(directories: TiffDirectories, page: list[TiffTag]) -> int:
    width, length = (directories.find_value(page, tag, 0) for tag in (_WIDTH, _LENGTH))
    return width * length


def _check_pieces(directories: TiffDirectories, page: list[TiffTag]) -> None:
    if any(entry.tag in _PIECE_OFFSETS and entry.count > MAX_TIFF_PIECES for entry in page):
        raise TooCostlyError
    # Of two entries with one tag, some decoders use the first and others the last.
    width, length = (
        max(directories.list_values(page, tag), default=1) for tag in (_TILE_WIDTH, _TILE_LENGTH)
    )
    if width * length > MAX_TIFF_TILE:
        raise TooCostlyError


def _rewrite(directories: TiffDirectories, page: list[TiffTag]) -> bytes:
    """Appends a directory with the tags of the pixels, and lets the file begin with it."""
    order, data = directories.order, directories.data
    start = len(data) + len(data) % 2
    kept: dict[int, TiffTag] = {}
    for entry in page:
        if entry.tag in _PIXEL_TAGS:
            kept.setdefault(entry.tag, entry)
    exif = _reduce_exif(directories, kept.pop(_EXIF, None))
    if exif:
        field = struct.pack(f"{order}I", start)
        kept[_EXIF] = TiffTag(_EXIF, 4, 1, field)
    directory = encode_directory(order, [kept[tag] for tag in sorted(kept)])
    return b"".join(
        (
            data[:4],
            struct.pack(f"{order}I", start + len(exif)),
            memoryview(data)[8:],
            bytes(len(data) % 2),
            exif,
            directory,
        )
    )


def _reduce_exif(directories: TiffDirectories, pointer: TiffTag | None) -> bytes:
    """Reduces the EXIF directory to the entries of the colour space."""
    if pointer is None or pointer.count != 1 or pointer.kind not in (4, 13):
        return b""
    (start,) = struct.unpack(f"{directories.order}I", pointer.field)
    try:
        entries, _following = directories.read(start)
    except struct.error:
        return b""
    return encode_directory(
        directories.order,
        sorted(
            (
                entry
                for entry in entries
                if entry.tag in _EXIF_COLOUR_TAGS and entry.count == 1 and entry.kind in (3, 4)
            ),
            key=lambda entry: entry.tag,
        ),
    )

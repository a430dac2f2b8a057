"""Finds TIFFs with samples that Pillow misreads or refuses, and splits them into grey TIFFs."""

import struct
from dataclasses import dataclass

from qana.imaging.tiff.directory import SIZES, TiffDirectories, TiffTag, encode_directory
from qana.imaging.tiff.ycbcr import YcbcrColours, find_subsampling, read_ycbcr_colours

_WIDTH, _LENGTH, _BITS, _COMPRESSION, _PHOTOMETRIC, _COUNT = 256, 257, 258, 259, 262, 277
_ROWS, _TILE_LENGTH = 278, 323
_PLANAR, _PREDICTOR, _TILE_WIDTH, _EXTRA_SAMPLES, _SAMPLE_FORMAT = 284, 317, 322, 338, 339
_PIECES = (273, 279, 324, 325)
"""Tags with one value for each strip or tile: offsets and sizes."""
_INK_SET, _CMYK_INKS = 332, 1
_DROPPED = (529, 530, 531, 532)
"""Tags of YCbCr and of reference black, which grey planes lack."""
GREY_FROM_WHITE, GREY, RGB, CMYK, YCBCR, LAB, ICC_LAB = 0, 1, 2, 5, 6, 8, 9
_COLOURS = {GREY_FROM_WHITE: 1, GREY: 1, RGB: 3, CMYK: 4, YCBCR: 3, LAB: 3, ICC_LAB: 3}
"""Samples of each photometric interpretation, besides extra samples."""
_MAX_SAMPLES = 16
_BYTEWISE = (1, 5, 8, 32_773, 32_946, 34_925, 50_000)
"""Compressions that know no pixels: none, LZW, Deflate, PackBits, LZMA, Zstandard."""
_JPEG = 7
UNDECLARED, PREMULTIPLIED, TRANSPARENCY, ASSUMED = 0, 1, 2, -1
"""Kinds of extra samples. The last one is transparency if it is used."""


@dataclass(frozen=True)
class SampleLayout:
    """How a TIFF stores the samples of a pixel.

    Attributes:
        photometric: what the colours are.
        bits: 8 or 16.
        count: samples of a pixel.
        separate: whether each sample has a plane of its own.
        extras: kind of each extra sample.
        predictor: 2 if each sample is stored as the difference to its left neighbour, otherwise 1.
        tile_width: pixels of the rows that were predicted; 0 for whole rows.
        size: width and height, pixels.
        subsampling: width and height of the blocks of pixels that share a colour.
        ycbcr: what YCbCr values mean; None for other colours.
    """

    photometric: int
    bits: int
    count: int
    separate: bool
    extras: tuple[int, ...]
    predictor: int
    tile_width: int
    size: tuple[int, int]
    subsampling: tuple[int, int] = (1, 1)
    ycbcr: YcbcrColours | None = None

    @property
    def unit(self) -> int:
        """Number of samples that are stored together, of a pixel or of a block."""
        across, down = self.subsampling
        return self.count + across * down - 1

    @property
    def colours(self) -> int:
        """Number of samples that are colours."""
        return _COLOURS[self.photometric]

    @property
    def alpha(self) -> int | None:
        """Number of the sample that is transparency."""
        kinds = enumerate(self.extras, self.colours)
        return next((at for at, kind in kinds if kind != UNDECLARED), None)

    @property
    def is_premultiplied(self) -> bool:
        """Whether the colours are multiplied by the transparency."""
        return self.alpha is not None and self.extras[self.alpha - self.colours] == PREMULTIPLIED


def find_layout(data: bytes) -> SampleLayout | None:
    """Finds the layout of a TIFF if Pillow misreads or refuses it.

    These are separate planes, grey, CMYK and CIELAB pixels with extra samples, transparency behind
    another extra sample, forms of CIELAB, and YCbCr. Of YCbCr, Pillow ignores the colours that a
    file declares, and libtiff ignores missing pixels.

    Args:
        data: a TIFF with one page, see `select_page`.

    Returns:
        The layout; None if Pillow reads the TIFF or nothing does.

    Raises:
        ImageError: the pixels have a form that is not read.
    """
    directories, page = _read_page(data)

    def find(tag: int, default: int) -> int:
        return directories.find_value(page, tag, default)

    photometric, count = find(_PHOTOMETRIC, -1), find(_COUNT, 1)
    bits = set(directories.list_values(page, _BITS))
    formats = set(directories.list_values(page, _SAMPLE_FORMAT)) or {1}
    if (
        photometric not in _COLOURS
        or not _COLOURS[photometric] <= count <= _MAX_SAMPLES
        or bits not in ({8}, {16})
        or formats != {1}
        or (photometric == CMYK and find(_INK_SET, _CMYK_INKS) != _CMYK_INKS)
    ):
        return None
    separate, compression = count > 1 and find(_PLANAR, 1) == 2, find(_COMPRESSION, 1)
    subsampling, ycbcr = (1, 1), None
    if photometric == YCBCR:
        is_read = compression in _BYTEWISE or (separate and compression == _JPEG)
        if not is_read or count != 3 or bits != {8}:
            return None
        subsampling = find_subsampling(directories, page)
        ycbcr = read_ycbcr_colours(directories, page)
    kinds = directories.list_values(page, _EXTRA_SAMPLES)
    extras = tuple(kind if kind in (PREMULTIPLIED, TRANSPARENCY) else UNDECLARED for kind in kinds)
    if not extras and count > _COLOURS[photometric]:
        # Programs that leave out the tag mean transparency, if it is used; Pillow agrees.
        extras = (ASSUMED,) if photometric == RGB and count == 4 else (UNDECLARED,)
    layout = SampleLayout(
        photometric=photometric,
        bits=bits.pop(),
        count=count,
        separate=separate,
        extras=extras,
        predictor=find(_PREDICTOR, 1),
        tile_width=find(_TILE_WIDTH, 0),
        size=(find(_WIDTH, 0), find(_LENGTH, 0)),
        subsampling=subsampling,
        ycbcr=ycbcr,
    )
    is_readable = layout.separate or (compression in _BYTEWISE and layout.predictor in (1, 2))
    return layout if is_readable and not _is_known_to_pillow(layout) else None


def _is_known_to_pillow(layout: SampleLayout) -> bool:
    extra = layout.count - layout.colours
    if layout.separate or layout.photometric in (YCBCR, ICC_LAB):
        return False
    if layout.photometric == LAB:
        return layout.bits == 8 and extra == 0
    if layout.photometric == RGB and extra > 0:
        return extra <= (3 if layout.bits == 8 else 1) and layout.alpha in (None, layout.colours)
    if layout.photometric == CMYK and extra > 0:
        return layout.bits == 8 and extra <= 2 and layout.alpha is None
    is_plain = layout.photometric == GREY and layout.bits == 8 and not layout.is_premultiplied
    return extra == 0 or (extra == 1 and is_plain)


def split_planes(data: bytes, layout: SampleLayout) -> list[bytes]:
    """Splits separate planes into grey TIFFs, one for each sample.

    Args:
        data: a TIFF with one page and separate planes.
        layout: its layout.

    Returns:
        The TIFFs, with the profile and the colour space of the page.

    Raises:
        ValueError: a plane lacks strips or tiles.
    """
    directories, page = _read_page(data)
    return [
        _encode_grey(
            directories,
            [_select_piece(directories, entry, number, layout.count) for entry in page],
            layout,
        )
        for number in range(layout.count)
    ]


def spread_samples(data: bytes, layout: SampleLayout) -> bytes:
    """Turns a TIFF with interleaved samples into a grey one with the samples side by side.

    A block of YCbCr pixels that share a colour becomes a row of its samples.

    Args:
        data: a TIFF with one page and a compression that knows no pixels.
        layout: its layout.

    Returns:
        The TIFF. Its pixels still are differences if the layout has a predictor.
    """
    directories, page = _read_page(data)
    across, down = layout.subsampling
    wide = []
    for entry in page:
        value = directories.find_value([entry], entry.tag, 0)
        if entry.tag in (_WIDTH, _TILE_WIDTH):
            wide.append(_make_tag(directories, entry.tag, -(-value // across) * layout.unit))
        elif entry.tag in (_LENGTH, _TILE_LENGTH, _ROWS):
            wide.append(_make_tag(directories, entry.tag, -(-value // down)))
        elif entry.tag != _PREDICTOR:
            wide.append(entry)
    return _encode_grey(directories, wide, layout)


def _read_page(data: bytes) -> tuple[TiffDirectories, list[TiffTag]]:
    directories = TiffDirectories(data)
    (start,) = struct.unpack_from(f"{directories.order}I", data, 4)
    return directories, directories.read(start)[0]


def _make_tag(directories: TiffDirectories, tag: int, value: int) -> TiffTag:
    return TiffTag(tag, 4, 1, struct.pack(f"{directories.order}I", value))


def _select_piece(
    directories: TiffDirectories, entry: TiffTag, number: int, planes: int
) -> TiffTag:
    """Selects the strips or tiles of one plane."""
    if entry.tag not in _PIECES:
        return entry
    if entry.count % planes:
        raise ValueError("a plane lacks pieces")
    count, size = entry.count // planes, SIZES[entry.kind]
    (at,) = struct.unpack(f"{directories.order}I", entry.field)
    if entry.count * size <= 4:
        field = entry.field[number * count * size :][: count * size]
    elif count * size <= 4:
        field = directories.data[at + number * count * size :][: count * size]
    else:
        field = struct.pack(f"{directories.order}I", at + number * count * size)
    return TiffTag(entry.tag, entry.kind, count, field.ljust(4, b"\0"))


def _encode_grey(
    directories: TiffDirectories, entries: list[TiffTag], layout: SampleLayout
) -> bytes:
    replaced = {_BITS: layout.bits, _PHOTOMETRIC: GREY, _COUNT: 1, _PLANAR: 1}
    dropped = (*replaced, _EXTRA_SAMPLES, _SAMPLE_FORMAT, _INK_SET, *_DROPPED)
    kept = [entry for entry in entries if entry.tag not in dropped]
    kept += [_make_tag(directories, tag, value) for tag, value in replaced.items()]
    data, order = directories.data, directories.order
    start = len(data) + len(data) % 2
    return b"".join(
        (
            data[:4],
            struct.pack(f"{order}I", start),
            memoryview(data)[8:],
            bytes(len(data) % 2),
            encode_directory(order, sorted(kept, key=lambda entry: entry.tag)),
        )
    )

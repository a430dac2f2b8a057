"""Finds the first picture in a DICOM file; reads only the tags that describe its pixels.

Sources: DICOM PS3.5 (encoding), PS3.10 (file format), https://dicom.nema.org/medical/dicom/current.
"""

import logging
import struct
import time
import warnings
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from qana.errors import ImageError
from qana.imaging.dicom.header import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    FileHeader,
    read_file_header,
)
from qana.imaging.dicom.kinds import (
    UNKNOWN_ENCODING,
    check_kind,
    is_unknown_encoding,
    may_hold_photo,
    must_hold_photo,
)
from qana.imaging.limits import MAX_PIXELS, TimedReader, TooCostlyError

_MAX_INFLATED = 3 * MAX_PIXELS + 2**20
"""Bytes that a deflated file may have once it is inflated: the largest photo and its header."""
_HEADER_SECONDS = 1.0
"""Processor time for reading the header; those of photos take milliseconds."""
_UNDEFINED_LENGTH = 0xFFFFFFFF
_UNCOMPRESSED = (IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN)
_PIXEL_DATA = 0x7FE00010
_FLOAT_PIXEL_DATA = (0x7FE00008, 0x7FE00009)
_TAGS = (
    *("SOPClassUID", "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration"),
    *("NumberOfFrames", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit"),
    *("PixelRepresentation", "WindowCenter", "WindowWidth", "RescaleIntercept", "RescaleSlope"),
    *("RedPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableDescriptor"),
    *("BluePaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData"),
    *("GreenPaletteColorLookupTableData", "BluePaletteColorLookupTableData"),
    *("SegmentedRedPaletteColorLookupTableData", "SegmentedGreenPaletteColorLookupTableData"),
    *("SegmentedBluePaletteColorLookupTableData", "VOILUTSequence", "VOILUTFunction"),
    *("ModalityLUTSequence", "PresentationLUTShape", "ICCProfile", "OpticalPathSequence"),
    *("ColorSpace", "PixelAspectRatio", "PixelSpacing", "ImagerPixelSpacing"),
    *("NominalScannedPixelSpacing", "SharedFunctionalGroupsSequence"),
)
"""The only tags that are kept. No data of the patient is among them."""
_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP")
"""First bytes of JPEG and JPEG-LS, of JPEG 2000, and of JPEG 2000 in its own container."""


@dataclass(frozen=True)
class DicomPicture:
    """The first frame of a DICOM file and what describes it.

    Attributes:
        tags: pydicom's data set with the tags that describe the pixels.
        frame: bytes of the first frame, as stored.
        transfer_syntax: unique identifier of the encoding.
        compressed: whether the frame is compressed.
        length: bytes that the pixels of all frames have; 0 if they are compressed.
        big_endian: whether numbers of several bytes begin with the highest byte.
        swapped: whether each two bytes of the frame are one big-endian word.
    """

    tags: Any
    frame: memoryview
    transfer_syntax: str
    compressed: bool
    length: int
    big_endian: bool
    swapped: bool


def read_picture(data: bytes) -> DicomPicture:
    """Reads the tags and finds the first frame.

    Args:
        data: content of a DICOM file.

    Returns:
        The picture. Its pixels are not decoded.

    Raises:
        ImageError: the file holds no picture, or none that may be a photo of skin.
        TooCostlyError: the file is too large once inflated, or its header takes too long to read.
        Exception: the file is damaged; pydicom raises many kinds.
    """
    _silence_pydicom()
    header = read_file_header(data)
    try:
        return _read_data_set(data, header)
    except (ImageError, TooCostlyError):
        raise
    except Exception:
        if is_unknown_encoding(header.transfer_syntax):
            raise ImageError(UNKNOWN_ENCODING) from None
        raise


def _read_data_set(data: bytes, header: FileHeader) -> DicomPicture:
    from pydicom.datadict import tag_for_keyword
    from pydicom.filereader import read_dataset
    from pydicom.tag import BaseTag, Tag
    from pydicom.valuerep import VR

    at, syntax = header.end, header.transfer_syntax
    if syntax == DEFLATED:
        data, at = _inflate(data[at:]), 0
    big_endian, implicit = syntax == BIG_ENDIAN, syntax == IMPLICIT
    reader = TimedReader(data, time.thread_time() + _HEADER_SECONDS)
    reader.seek(at)
    found: list[tuple[int, str | None, int]] = []

    def find_pixels(tag: int, form: str | None, length: int) -> bool:
        if tag == _PIXEL_DATA or tag in _FLOAT_PIXEL_DATA:
            found.append((int(tag), form, length))
        return bool(found)

    keep: list[BaseTag | int] = [Tag(tag_for_keyword(name) or 0) for name in _TAGS]
    tags = read_dataset(reader, implicit, not big_endian, stop_when=find_pixels, specific_tags=keep)
    kind = str(tags.get("SOPClassUID") or header.kind)
    pixels, form, length = found[0] if found else (0, None, 0)
    if not found and is_unknown_encoding(syntax):
        raise ValueError("the encoding is unknown")
    # A wrong length hides the elements after it, so that the picture seems to be missing.
    kinds = (kind, header.kind or kind)
    is_cut = reader.tell() > len(data) or bool(found) != ("Rows" in tags)
    is_lost = not found and any(must_hold_photo(name) for name in kinds)
    if (is_cut or is_lost) and any(may_hold_photo(name) for name in kinds):
        raise ValueError("elements are missing")
    check_kind(
        kind,
        has_pixels=pixels == _PIXEL_DATA and "Rows" in tags,
        has_floats=pixels in _FLOAT_PIXEL_DATA,
    )
    start = reader.tell() + (12 if form in (VR.OB, VR.OW, VR.UN) else 8)
    compressed = syntax not in _UNCOMPRESSED or length == _UNDEFINED_LENGTH
    content = memoryview(data)[start:]
    if compressed:
        content, length = _join_first_frame(content, int(tags.get("NumberOfFrames") or 1)), 0
    swapped = big_endian and form == VR.OW
    return DicomPicture(tags, content, syntax, compressed, length, big_endian, swapped)


@cache
def _silence_pydicom() -> None:
    """Turns off warnings and logs of pydicom, which may quote the header, and so the patient."""
    import pydicom.config

    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    warnings.filterwarnings("ignore", module=r"pydicom\.")
    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)


def _inflate(data: bytes) -> bytes:
    inflated = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, _MAX_INFLATED)
    if len(inflated) >= _MAX_INFLATED:
        raise TooCostlyError
    return inflated


def _join_first_frame(content: memoryview, frames: int) -> memoryview:
    """Joins the fragments of the first frame (PS3.5, Section A.4).

    Of several frames, the next one begins with the first bytes of its format. Those of a format
    without such bytes have one fragment each. So no table of offsets is needed, which may be
    empty or wrong.
    """
    pieces: list[memoryview] = []
    at, is_table = 0, True
    while at + 8 <= len(content):
        group, element, length = struct.unpack_from("<HHI", content, at)
        if (group, element) != (0xFFFE, 0xE000):
            break
        piece = content[at + 8 : at + 8 + length]
        at += 8 + length
        if is_table:
            is_table = False
            continue
        if pieces and frames > 1:
            begins = bytes(piece[:6]).startswith(_STARTS)
            if begins or not bytes(pieces[0][:6]).startswith(_STARTS):
                break
        pieces.append(piece)
    if not pieces:
        raise ValueError("no frame")
    return memoryview(b"".join(pieces))

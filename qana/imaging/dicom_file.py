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
from qana.imaging.limits import MAX_PIXELS, TimedReader, TooCostlyError

_MAX_INFLATED = 3 * MAX_PIXELS + 2**20
"""Bytes that a deflated file may have once it is inflated: the largest photo and its header."""
_HEADER_SECONDS = 1.0
"""Processor time for reading the header; those of photos take milliseconds."""
_UNDEFINED_LENGTH = 0xFFFFFFFF
_IMPLICIT, _EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
_DEFLATED, _BIG_ENDIAN = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
"""Transfer syntax in which each frame is deflated."""
ENCAPSULATED = "1.2.840.10008.1.2.1.98"
"""Transfer syntax in which each frame is in fragments, but not compressed."""
_JPEG_XL = tuple(f"1.2.840.10008.1.2.4.11{number}" for number in range(3))
"""JPEG XL, which pydicom's list of names lacks."""
_UNCOMPRESSED = (_IMPLICIT, _EXPLICIT, _DEFLATED, _BIG_ENDIAN)
_PIXEL_DATA = 0x7FE00010
_FLOAT_PIXEL_DATA = (0x7FE00008, 0x7FE00009)
_LONG_FORMS = b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split()
"""Value representations with a length of four bytes in explicit files (PS3.5, Section 7.1.2)."""
_ALL_FORMS = b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split() + _LONG_FORMS
_TAGS = (
    *("SOPClassUID", "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration"),
    *("NumberOfFrames", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit"),
    *("PixelRepresentation", "WindowCenter", "WindowWidth", "RescaleIntercept", "RescaleSlope"),
    *("RedPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableDescriptor"),
    *("BluePaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData"),
    *("GreenPaletteColorLookupTableData", "BluePaletteColorLookupTableData"),
    *("ICCProfile", "OpticalPathSequence"),
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
        big_endian: whether numbers of several bytes begin with the highest byte.
        swapped: whether each two bytes of the frame are one big-endian word.
    """

    tags: Any
    frame: memoryview
    transfer_syntax: str
    compressed: bool
    big_endian: bool
    swapped: bool


def is_dicom(data: bytes) -> bool:
    """Returns whether a file is DICOM, with or without the preamble and the header of the file.

    Args:
        data: content of the file.
    """
    if data[128:132] == b"DICM" or data[:4] == b"DICM":
        return True
    first_tag, form = data[:4], data[4:6]
    if form in _ALL_FORMS:
        return first_tag[:2] in (b"\2\0", b"\x08\0") or first_tag[:3] == b"\0\x08\0"
    # Implicit files have no value representation; the length follows.
    return first_tag[:2] == b"\x08\0" and data[3:4] == b"\0" and data[6:8] == b"\0\0"


def read_picture(data: bytes) -> DicomPicture:
    """Reads the tags and finds the first frame.

    Args:
        data: content of a DICOM file.

    Returns:
        The picture. Its pixels are not decoded.

    Raises:
        ImageError: the file holds no picture.
        TooCostlyError: the file is too large once inflated, or its header takes too long to read.
        Exception: the file is damaged; pydicom raises many kinds.
    """
    from pydicom.datadict import tag_for_keyword
    from pydicom.filereader import read_dataset
    from pydicom.tag import BaseTag, Tag
    from pydicom.valuerep import VR

    _silence_pydicom()
    at, syntax = _read_file_header(data)
    if syntax == _DEFLATED:
        data, at = _inflate(data[at:]), 0
    big_endian, implicit = syntax == _BIG_ENDIAN, syntax == _IMPLICIT
    reader = TimedReader(data, time.thread_time() + _HEADER_SECONDS)
    reader.seek(at)
    found: list[tuple[int, str | None, int]] = []

    def find_pixels(tag: int, form: str | None, length: int) -> bool:
        if tag == _PIXEL_DATA or tag in _FLOAT_PIXEL_DATA:
            found.append((int(tag), form, length))
        return bool(found)

    keep: list[BaseTag | int] = [Tag(tag_for_keyword(name) or 0) for name in _TAGS]
    tags = read_dataset(reader, implicit, not big_endian, stop_when=find_pixels, specific_tags=keep)
    if not found or "Rows" not in tags or found[0][0] != _PIXEL_DATA:
        raise ImageError(_describe_missing_picture(str(tags.get("SOPClassUID", ""))))
    _tag, form, length = found[0]
    start = reader.tell() + (12 if form in (VR.OB, VR.OW, VR.UN) else 8)
    compressed = syntax not in _UNCOMPRESSED or length == _UNDEFINED_LENGTH
    content = memoryview(data)[start:]
    if compressed:
        content = memoryview(_join_first_frame(content, int(tags.get("NumberOfFrames") or 1)))
    return DicomPicture(
        tags, content, syntax, compressed, big_endian, swapped=big_endian and form == VR.OW
    )


def name_identifier(identifier: str) -> str:
    """Returns the name of a transfer syntax or kind of file, or "an unknown kind"."""
    from pydicom.uid import UID_dictionary

    if identifier in _JPEG_XL:
        return "JPEG XL"
    return UID_dictionary.get(identifier, ("an unknown kind",))[0]


@cache
def _silence_pydicom() -> None:
    """Turns off warnings and logs of pydicom, which may quote the header, and so the patient."""
    import pydicom.config

    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    warnings.filterwarnings("ignore", module=r"pydicom\.")
    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)


def _describe_missing_picture(kind: str) -> str:
    name = name_identifier(kind).removesuffix(" Storage")
    return f"This DICOM file holds no picture ({name}): choose the DICOM file of a photo."


def _read_file_header(data: bytes) -> tuple[int, str]:
    """Returns where the data set begins, and its transfer syntax."""
    at = 128 if data[128:132] == b"DICM" else 0
    at += 4 if data[at : at + 4] == b"DICM" else 0
    syntax, end = "", len(data)
    while data[at : at + 2] == b"\2\0" and at < end:
        element, form, length = struct.unpack_from("<H2sH", data, at + 2)
        at += 8
        if form in _LONG_FORMS:
            (length,) = struct.unpack_from("<I", data, at)
            at += 4
        if element == 0x0010:
            syntax = data[at : at + length].rstrip(b"\0 ").decode("ascii")
        if element == 0 and length == 4:  # the length of this header
            end = at + 4 + struct.unpack_from("<I", data, at)[0]
        at += length
    return at, syntax or _guess_syntax(data, at)


def _guess_syntax(data: bytes, at: int) -> str:
    """Guesses the encoding of a file that does not record it."""
    if data[at + 4 : at + 6] not in _ALL_FORMS:
        return _IMPLICIT
    return _BIG_ENDIAN if data[at] == 0 else _EXPLICIT


def _inflate(data: bytes) -> bytes:
    inflated = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, _MAX_INFLATED)
    if len(inflated) >= _MAX_INFLATED:
        raise TooCostlyError
    return inflated


def _join_first_frame(content: memoryview, frames: int) -> bytes:
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
    return b"".join(pieces)

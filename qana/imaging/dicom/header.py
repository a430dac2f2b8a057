"""Reads the header of a DICOM file: its encoding and its kind.

Source: DICOM PS3.10, Section 7.1, https://dicom.nema.org/medical/dicom/current.
"""

import struct
from dataclasses import dataclass

IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
DEFLATED, BIG_ENDIAN = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"
"""Transfer syntaxes without compression of the pixels."""
_LONG_FORMS = b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split()
"""Value representations with a length of four bytes in explicit files (PS3.5, Section 7.1.2)."""
_ALL_FORMS = b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split() + _LONG_FORMS
_KIND, _SYNTAX = 0x0002, 0x0010
"""Elements of group 2: Media Storage SOP Class UID and Transfer Syntax UID."""


@dataclass(frozen=True)
class FileHeader:
    """The header of a DICOM file.

    Attributes:
        end: where the data set begins.
        transfer_syntax: unique identifier of the encoding, guessed if the header lacks it.
        kind: unique identifier of the kind of file (SOP class); empty if the header lacks it.
    """

    end: int
    transfer_syntax: str
    kind: str


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


def read_file_header(data: bytes) -> FileHeader:
    """Reads the header of a file, which may be missing.

    Args:
        data: content of a DICOM file.

    Raises:
        struct.error: the header is cut off.
        UnicodeDecodeError: an identifier is damaged.
    """
    at = 128 if data[128:132] == b"DICM" else 0
    at += 4 if data[at : at + 4] == b"DICM" else 0
    texts = {_KIND: "", _SYNTAX: ""}
    end = len(data)
    while data[at : at + 2] == b"\2\0" and at < end:
        element, form, length = struct.unpack_from("<H2sH", data, at + 2)
        at += 8
        if form in _LONG_FORMS:
            (length,) = struct.unpack_from("<I", data, at)
            at += 4
        if element in texts:
            texts[element] = data[at : at + length].rstrip(b"\0 ").decode("ascii")
        if element == 0 and length == 4:  # the length of this header
            end = at + 4 + struct.unpack_from("<I", data, at)[0]
        at += length
    return FileHeader(at, texts[_SYNTAX] or _guess_syntax(data, at), texts[_KIND])


def _guess_syntax(data: bytes, at: int) -> str:
    """Guesses the encoding of a file that does not record it."""
    if data[at + 4 : at + 6] not in _ALL_FORMS:
        return IMPLICIT
    return BIG_ENDIAN if data[at] == 0 else EXPLICIT

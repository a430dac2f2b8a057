"""Recognizes files that are no readable photo by their first bytes, and names them."""

import re

from qana.imaging.brands import find_box_format, name_box_file

_RAW = "a camera raw file"
_MOVIE = "a video"
_RESOURCES, _EDITS, _POINTER = (
    "a macOS resource file",
    "an Apple property list",
    "a Git LFS pointer",
)
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"II+\0", "a BigTIFF"),
    (b"MM\0+", "a BigTIFF"),
    (b"MM*\0", "a TIFF with a swapped byte order"),
    (b"II\0*", "a TIFF with a swapped byte order"),
    (b"II\xbc", "a JPEG XR picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"8BPS", "a Photoshop document"),
    (b"8BPB", "a Photoshop document"),
    (b"gimp xcf", "a GIMP document"),
    (b"II\x1a\0\0\0HEAPCCDR", f"{_RAW} (CRW)"),
    (b"IIRO", f"{_RAW} (ORF)"),
    (b"IIRS", f"{_RAW} (ORF)"),
    (b"MMOR", f"{_RAW} (ORF)"),
    (b"IIU\0", f"{_RAW} (RW2)"),
    (b"FUJIFILMCCD-RAW", f"{_RAW} (RAF)"),
    (b"FOVb", f"{_RAW} (X3F)"),
    (b"\0MRM", f"{_RAW} (MRW)"),
    (b"ARRI", f"{_RAW} (ARI)"),
    (b"%!PS", "a PostScript document"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript document"),
    (b"AT&TFORM", "a DjVu document"),
    (b"\x1aE\xdf\xa3", _MOVIE),
    (b"\0\0\x01\xba", _MOVIE),
    (b"\0\0\x01\xb3", _MOVIE),
    (b"FLV\x01", _MOVIE),
    (b"OggS", "a video or a sound"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", _MOVIE),
    (b"ID3", "a sound"),
    (b"fLaC", "a sound"),
    (b"v/1\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance picture"),
    (b"#?RGBE", "a Radiance picture"),
    (b"SIMPLE  =", "a FITS picture"),
    (b"DDS ", "a DirectDraw texture"),
    (b"qoif", "a QOI picture"),
    (b"BPG\xfb", "a BPG picture"),
    (b"FLIF", "a FLIF picture"),
    (b"\x8aMNG\r\n\x1a\n", "an MNG animation"),
    (b"\x8bJNG\r\n\x1a\n", "a JNG picture"),
    (b"icns", "an icon"),
    (b"\xd7\xcd\xc6\x9a", "a Windows metafile"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office document"),
    (b"Rar!\x1a\x07", "an archive"),
    (b"7z\xbc\xaf\x27\x1c", "an archive"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\0\x05\x16\x07", _RESOURCES),
    (b"bplist", _EDITS),
    (b"version https://git-lfs", _POINTER),
)
"""First bytes and name. The sources are the specifications of the formats and the list of file
signatures of file(1), https://github.com/file/file/tree/master/magic."""
_LATER_SIGNATURES: tuple[tuple[bytes, int, bytes, str], ...] = (
    (b"RIFF", 8, b"AVI ", _MOVIE),
    (b"RIFF", 8, b"WAVE", "a sound"),
    (b"\1\0\0\0", 40, b" EMF", "a Windows metafile"),
    (b"\0\0", 4, b"RED1", f"{_RAW} (R3D)"),
    (b"\0\0", 4, b"RED2", f"{_RAW} (R3D)"),
)
"""First bytes, then the offset of further bytes, these bytes, and the name."""
_ICONS = {b"\0\0\x01\0": "an icon", b"\0\0\x02\0": "a cursor"}
_NO_PICTURES = frozenset(
    (
        *(_MOVIE, "a video or a sound", "a sound", "an archive", "a compressed file"),
        *("a ZIP archive or an office document", "an office document", "an HDF5 file"),
        *("a NumPy array", "a web page", "an XML document"),
    )
)
_WITHOUT_PHOTO = {
    _RESOURCES: "choose the file with the same name but without ._ at its beginning",
    _EDITS: "export the photo from the program that edited it and choose the new file",
    _POINTER: "fetch the photo with the command git lfs pull and choose it again",
}
"""What is kept beside a photo, and where the photo is."""
_PHOTO_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*")
_NETPBM = re.compile(rb"P[1-7fF][\s#]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TEXT_LENGTH = 4096
"""Bytes in which a text file names its format."""


def find_refused_format(data: bytes) -> str | None:
    """Finds the name of a known format that is not read as a photo.

    Args:
        data: content of a file.

    Returns:
        The name with its article, such as "a JPEG XL picture"; None if the format is unknown or is
        read.
    """
    if data.startswith(_PHOTO_SIGNATURES):
        return "a PNG in the form of iOS apps (CgBI)" if data[12:16] == b"CgBI" else _name_raw(data)
    if data[4:8] == b"ftyp":
        return name_box_file(data)
    return _name_binary(data) or _name_text(data[:_TEXT_LENGTH])


def has_photo_signature(data: bytes) -> bool:
    """Returns whether a file begins as one of the formats that are read."""
    return (
        data.startswith(_PHOTO_SIGNATURES)
        or (data.startswith(b"RIFF") and data[8:12] == b"WEBP")
        or find_box_format(data) is not None
    )


def describe_refusal(name: str) -> str:
    """Returns the sentence that refuses a file.

    Args:
        name: what it is, see `find_refused_format`.
    """
    if name in _WITHOUT_PHOTO:
        return f"This file is {name}, without the photo itself: {_WITHOUT_PHOTO[name]}."
    if name in _NO_PICTURES:
        return f"This file is {name}, which cannot be read as a photo: choose a photo instead."
    return (
        f"This file is {name}, which cannot be read as a photo: save it as JPEG and choose the new "
        "file."
    )


def _name_raw(data: bytes) -> str | None:
    """Names the raw files that begin as a TIFF; the pages of others are read to find out."""
    names = {b"CR\2\0": f"{_RAW} (CR2)", b"IIII": f"{_RAW} (IIQ)"}
    return names.get(data[8:12]) if data.startswith(b"II*\0") else None


def _name_binary(data: bytes) -> str | None:
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            return name
    for signature, offset, later, name in _LATER_SIGNATURES:
        if data.startswith(signature) and data.startswith(later, offset):
            return name
    if data[4:8] in (b"moov", b"mdat", b"wide", b"skip"):
        return _MOVIE
    if b"%PDF-" in data[:1024]:
        return "a PDF document"
    return _name_by_header(data)


def _name_by_header(data: bytes) -> str | None:
    """Names pictures with a short signature, or none, by the values in their header."""
    if _NETPBM.match(data):
        return "a Netpbm picture"
    if _is_icon(data):
        return _ICONS[data[:4]]
    return "a TGA picture" if _is_targa(data) else None


def _is_icon(data: bytes) -> bool:
    """Returns whether a file has the directory of an icon or a cursor, not the header of a TGA."""
    return data[:4] in _ICONS and data[4:6] != bytes(2) and len(data) > 9 and data[9] == 0


def _is_targa(data: bytes) -> bool:
    """Returns whether a file has the header of a TGA picture, which has no signature."""
    if data[-18:] == b"TRUEVISION-XFILE.\0":
        return True
    if len(data) < 18 or data[1] > 1 or data[2] not in (1, 2, 3, 9, 10, 11):
        return False
    width, height = int.from_bytes(data[12:14], "little"), int.from_bytes(data[14:16], "little")
    has_colour_map = data[1] == 1
    return (
        width > 0
        and height > 0
        and data[16] in (8, 15, 16, 24, 32)
        and data[17] < 64
        and (has_colour_map or data[3:8] == bytes(5))
    )


def _name_text(begin: bytes) -> str | None:
    text = begin.removeprefix(_BYTE_ORDER_MARK).lstrip().lower()
    if not text.startswith(b"<"):
        return None
    if b"<svg" in text:
        return "an SVG drawing"
    if b"<plist" in text:
        return _EDITS
    if b"<html" in text or text.startswith(b"<!doctype html"):
        return "a web page"
    return "an XML document" if text.startswith(b"<?xml") else None

"""Recognizes files that are no readable photo by their first bytes, and names them."""

import re

_RAW = "a camera raw file"
_MOVIE = "a video"
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
    (b"\0\0\x01\0", "an icon"),
    (b"\0\0\x02\0", "a cursor"),
    (b"\xd7\xcd\xc6\x9a", "a Windows metafile"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office document"),
    (b"Rar!\x1a\x07", "an archive"),
    (b"7z\xbc\xaf\x27\x1c", "an archive"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\0\x05\x16\x07", "a macOS resource file, without the photo itself,"),
    (b"bplist", "a list of edits, without the photo itself,"),
    (b"version https://git-lfs", "a Git LFS pointer, without the photo itself,"),
)
"""First bytes and name. The sources are the specifications of the formats and the list of file
signatures of file(1), https://github.com/file/file/tree/master/magic."""
_LATER_SIGNATURES: tuple[tuple[bytes, int, bytes, str], ...] = (
    (b"RIFF", 8, b"AVI ", _MOVIE),
    (b"RIFF", 8, b"WAVE", "a sound"),
    (b"\1\0\0\0", 40, b" EMF", "a Windows metafile"),
)
"""First bytes, then the offset of further bytes, these bytes, and the name."""
_PHOTO_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*")
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
"""Brands in the first box of HEIC and HEIF files (ISO/IEC 23008-12)."""
_AVIF_BRANDS = (b"avif", b"avis")
_OTHER_BRANDS = {
    b"crx ": f"{_RAW} (CR3)",
    b"avci": "a HEIF picture with H.264 pixels",
    b"avcs": "a HEIF picture with H.264 pixels",
    b"jpeg": "a HEIF picture with JPEG pixels",
    b"j2ki": "a HEIF picture with JPEG 2000 pixels",
    b"M4A ": "a sound",
}
_MOVIE_BRANDS = (
    *(b"iso", b"mp4", b"mp7", b"qt", b"M4V", b"3g", b"mmp4", b"avc1", b"hvc1", b"dash", b"MSNV"),
    *(b"XAVC", b"f4v", b"F4V"),
)
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
        return _name_brand(data[8:12])
    return _name_binary(data) or _name_text(data[:_TEXT_LENGTH])


def has_photo_signature(data: bytes) -> bool:
    """Returns whether a file begins as one of the formats that are read."""
    return (
        data.startswith(_PHOTO_SIGNATURES)
        or (data.startswith(b"RIFF") and data[8:12] == b"WEBP")
        or (data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS + _AVIF_BRANDS)
    )


def is_heic(data: bytes) -> bool:
    """Returns whether a file is HEIC or HEIF, which a package apart from Pillow decodes."""
    return data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS


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
    return "a Netpbm picture" if _NETPBM.match(data) else None


def _name_brand(brand: bytes) -> str | None:
    """Names a file in boxes (ISO base media file format) by its brand."""
    return _MOVIE if brand.startswith(_MOVIE_BRANDS) else _OTHER_BRANDS.get(brand)


def _name_text(begin: bytes) -> str | None:
    text = begin.removeprefix(_BYTE_ORDER_MARK).lstrip().lower()
    if not text.startswith(b"<"):
        return None
    if b"<svg" in text:
        return "an SVG drawing"
    if b"<html" in text or text.startswith(b"<!doctype html"):
        return "a web page"
    return "an XML document" if text.startswith(b"<?xml") else None

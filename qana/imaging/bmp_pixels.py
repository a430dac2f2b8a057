"""Names BMP files whose pixels are not read, and finds transparency that nothing uses."""

import struct

from PIL import Image

_OS2_HEADER = 64
"""Size of the second header of OS/2, in which compressions have other numbers."""
_FORMS = {
    4: "a BMP picture with JPEG pixels",
    5: "a BMP picture with PNG pixels",
    11: "a BMP picture with CMYK pixels",
    12: "a BMP picture with CMYK pixels",
    13: "a BMP picture with CMYK pixels",
}
"""Compressions of the Windows Metafile Format specification (MS-WMF, 2.1.1.7), for printers."""
_OS2_FORMS = {3: "a BMP picture with fax pixels", 4: "an OS/2 bitmap with run-length coding"}


def name_bmp_form(data: bytes) -> str | None:
    """Names a BMP with a form of pixels that is not read.

    Args:
        data: content of a file.

    Returns:
        The name with its article; None if the form may be read or the file is no BMP.
    """
    if not data.startswith(b"BM") or len(data) < 34:
        return None
    (size,) = struct.unpack_from("<I", data, 14)
    (compression,) = struct.unpack_from("<I", data, 30)
    if size == _OS2_HEADER:
        return _OS2_FORMS.get(compression)
    return _FORMS.get(compression) if size >= 40 else None


def drop_unused_alpha(picture: Image.Image) -> Image.Image:
    """Drops transparency that is 0 in each pixel.

    Programs that know no transparency leave its bytes at 0, although the header declares them, and
    Windows ignores them.

    Args:
        picture: a loaded picture.

    Returns:
        The picture in mode RGB, or itself if its transparency is used.
    """
    if picture.mode != "RGBA" or picture.getchannel("A").getextrema() != (0, 0):
        return picture
    return picture.convert("RGB")

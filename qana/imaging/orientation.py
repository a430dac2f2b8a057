"""Reads the EXIF orientation of a photo and turns it upright."""

import struct

from PIL import ExifTags, Image

from qana.imaging.limits import TooCostlyError
from qana.imaging.tiff.directory import find_tag

_METHODS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_orientation(picture: Image.Image) -> int:
    """Reads the EXIF orientation.

    Args:
        picture: an opened picture.

    Returns:
        1 to 8; 1 (upright) if the metadata names none or cannot be read.
    """
    exif = picture.info.get("exif")
    if isinstance(exif, bytes) and (value := _find_in_exif(exif)):
        return value
    try:
        value = picture.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # faulty metadata raises many kinds, and the pixels are sound all the same
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _find_in_exif(exif: bytes) -> int:
    """Finds the orientation in EXIF data, even if other entries are faulty; 0 if it has none."""
    try:
        value = find_tag(exif.removeprefix(b"Exif\0\0"), ExifTags.Base.Orientation)
    except (TooCostlyError, struct.error):
        return 0
    return value if 1 <= value <= 8 else 0


def turn_upright(picture: Image.Image, orientation: int) -> Image.Image:
    """Turns a picture as its orientation asks.

    `ImageOps.exif_transpose` does the same, but also writes the metadata anew, which fails where
    they are faulty.

    Args:
        picture: a loaded picture.
        orientation: the EXIF orientation, 1 to 8.

    Returns:
        The upright picture; the picture itself if it is.
    """
    method = _METHODS.get(orientation)
    return picture if method is None else picture.transpose(method)

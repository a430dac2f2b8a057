"""Decodes JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP, GIF and DICOM files to RGB arrays."""

import os
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageFile

from qana.errors import ImageError
from qana.imaging.bit_depth import convert_for_resizing, convert_to_eight_bits
from qana.imaging.bmp_masks import widen_masked_pixels
from qana.imaging.bmp_pixels import name_bmp_form
from qana.imaging.brands import find_box_format, rename_major_brand
from qana.imaging.colour import convert_to_srgb
from qana.imaging.declared_colours import find_declared_colours
from qana.imaging.dicom.decoding import decode_dicom, is_dicom
from qana.imaging.jpeg.completeness import open_jpeg
from qana.imaging.jpeg.number_of_lines import fill_in_height
from qana.imaging.jpeg.scans import end_jpeg
from qana.imaging.jpeg.segments import clean_jpeg, find_refused_coding
from qana.imaging.limits import (
    FULL_SIZE,
    JPEG_SIZE,
    MAX_BYTES,
    TOO_MANY_PIXELS,
    TimedReader,
    TooCostlyError,
    check_size,
)
from qana.imaging.load_pixels import load_pixels
from qana.imaging.orientation import read_orientation, turn_upright
from qana.imaging.png_chunks import clean_png
from qana.imaging.signatures import (
    describe_refusal,
    find_refused_format,
    has_photo_signature,
)
from qana.imaging.tiff.directory import is_tiff
from qana.imaging.tiff.messages import silence_libtiff
from qana.imaging.tiff.pages import select_page
from qana.imaging.tiff.pixels import UNREAD_FORM
from qana.imaging.tiff.planes import load_samples
from qana.imaging.tiff.samples import find_layout

FORMATS = ("JPEG", "MPO", "PNG", "GIF", "WEBP", "TIFF", "BMP", "HEIF", "AVIF")
"""Pillow's names of the formats that cameras and browsers write. Every further decoder would be
one more target for an attacker."""
WORKING_SIDE = 1600
"""Largest side of a decoded photo, pixels. A network reads 128 pixels, and memory is limited."""

UNREADABLE = "This file cannot be read as a photo: choose a JPEG, PNG, WebP or HEIC picture."
DAMAGED = "This photo is damaged or incomplete: save or send it again, or choose another photo."
TOO_LARGE = "This file is larger than 25 MB: choose a smaller photo."
TOO_COSTLY = "This file takes too long to read: save it as JPEG and choose the new file."
NOT_OPENED = "This file cannot be opened: check its name and your permission to read it."
NO_FILE = "This is a pipe, a socket or a device: give the name of a photo file."
NO_SOURCE = (
    "A photo cannot be read from {what}: give the path of a file, its content as bytes, or a file "
    'that was opened with mode "rb".'
)

# Pillow's warnings concern files that are refused below or faults that do no harm, and they must
# not reach stderr. The filter is set once, because `warnings.catch_warnings` is not thread-safe.
warnings.filterwarnings("ignore", module=r"PIL\.")


def read_image(
    source: str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO,
) -> np.ndarray:
    """Reads a photo of any common format.

    Applies the orientation that the camera recorded, converts the declared colours to sRGB,
    lays transparency on white, scales 16 bits to 8 and takes the first frame of an animation.
    Writes and logs nothing.

    Args:
        source: path of a file, its content, or a binary file object.

    Returns:
        (H, W, 3) uint8 RGB, 0 to 255, C-contiguous, with sides of at most 1600 pixels.

    Raises:
        ImageError: the file cannot be opened; is no picture or damaged; has more than 25 MB, 52
            megapixels or 12,000 pixels a side (a JPEG: 205 and 17,000); has a side of under 64
            pixels, before or after it is reduced; or takes too long to decode. The message says
            what to do.

    Example:
        >>> photo = read_image("lesion.jpg")
        >>> photo.shape
        (450, 600, 3)
    """
    if isinstance(source, str | os.PathLike):
        return decode_image(_read_file(Path(source)))
    if isinstance(source, bytes | bytearray | memoryview):
        return decode_image(bytes(source))
    return decode_image(_read_stream(source))


def decode_image(data: bytes) -> np.ndarray:
    """Decodes the content of a photo's file, see `read_image`.

    Args:
        data: the whole file.

    Returns:
        (H, W, 3) uint8 RGB, 0 to 255, C-contiguous, with sides of at most 1600 pixels.

    Raises:
        ImageError: the file is no usable photo. The message says what to do.
    """
    if not data:
        raise ImageError("This file is empty: choose another photo.")
    if len(data) > MAX_BYTES:
        raise ImageError(TOO_LARGE)
    try:
        if is_dicom(data):
            return _convert_picture(decode_dicom(data, reduced_to=WORKING_SIDE), TimedReader(b""))
        if name := find_refused_format(data) or find_refused_coding(data) or name_bmp_form(data):
            raise ImageError(describe_refusal(name))
        return _decode(data)
    except ImageError:
        raise
    except TooCostlyError:
        raise ImageError(TOO_COSTLY) from None
    except Image.DecompressionBombError:
        raise ImageError(TOO_MANY_PIXELS) from None
    except Image.UnidentifiedImageError:
        known = DAMAGED if has_photo_signature(data) else UNREADABLE
        raise ImageError(UNREAD_FORM if is_tiff(data) else known) from None
    except Exception:  # each decoder raises exceptions of its own, and none helps the user
        raise ImageError(DAMAGED) from None


def _read_file(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise ImageError("This is a folder: give the photos in it.")
        if not path.is_file():
            if path.exists():  # reading from a pipe or a device may never end
                raise ImageError(NO_FILE)
            raise FileNotFoundError
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        raise ImageError(NOT_OPENED) from None


def _read_stream(source: BinaryIO) -> bytes:
    """Reads a file object; refuses what is none, or none of bytes."""
    if not hasattr(source, "read"):
        raise ImageError(NO_SOURCE.format(what=f"a value of the type {type(source).__name__}"))
    try:
        data = source.read(MAX_BYTES + 1)
    except (OSError, ValueError):  # ValueError: it is closed, or open as text that is no UTF-8
        data = None
    if not isinstance(data, bytes | bytearray | memoryview):
        raise ImageError(NO_SOURCE.format(what="this file object"))
    return bytes(data)


def _register_heic() -> None:
    """Adds the HEIC decoder to Pillow. The package loads only when a HEIC file is read."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)


def _list_formats() -> list[str]:
    """Lists the `FORMATS` that this installation of Pillow can open."""
    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


def _decode(data: bytes) -> np.ndarray:
    """Decodes a file without its metadata, in which faults would do harm."""
    data = rename_major_brand(data)
    if find_box_format(data) == "HEIF":
        _register_heic()
    if is_tiff(data):
        silence_libtiff()
        page = select_page(data)
        if layout := find_layout(page.data):
            picture = load_samples(page.data, layout, WORKING_SIDE)
            return _convert_picture(picture, TimedReader(b""), page.orientation)
        return _decode_pixels(TimedReader(page.data), page.orientation)
    data = end_jpeg(fill_in_height(clean_jpeg(data)))
    return _decode_pixels(TimedReader(clean_png(widen_masked_pixels(data))))


def _decode_pixels(reader: TimedReader, orientation: int | None = None) -> np.ndarray:
    """Decodes a cleaned file.

    Args:
        reader: the file.
        orientation: the EXIF orientation, 1 to 8; None reads it from the file.

    Returns:
        As `decode_image`.
    """
    is_jpeg = reader.getbuffer()[:3] == b"\xff\xd8\xff"
    opened: ImageFile.ImageFile = (
        open_jpeg(reader) if is_jpeg else Image.open(reader, formats=_list_formats())
    )
    with opened as picture:
        check_size(*picture.size, WORKING_SIDE, JPEG_SIZE if is_jpeg else FULL_SIZE)
        return _convert_picture(picture, reader, orientation)


def _convert_picture(
    picture: Image.Image, reader: TimedReader, orientation: int | None = None
) -> np.ndarray:
    """Loads a picture and converts it to an upright sRGB array; see `_decode_pixels`."""
    loaded, scale = load_pixels(picture, reader, WORKING_SIDE)
    colours = find_declared_colours(picture, reader.getvalue())
    # Reduces the picture first: each later step would otherwise copy up to 200 MB.
    small = convert_for_resizing(loaded)
    small.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX, reducing_gap=None)
    small = turn_upright(small, orientation or read_orientation(picture))
    eight_bits = convert_to_eight_bits(small, white=scale.white, inverted=scale.inverted)
    return np.ascontiguousarray(
        convert_to_srgb(eight_bits, colours.profile, colours.space), dtype=np.uint8
    )

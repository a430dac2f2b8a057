"""Finds what a photo's file declares about its colours."""

import struct
import zlib
from dataclasses import dataclass

from PIL import ExifTags, Image

from qana.imaging.bmp_colours import read_bmp_profile, read_bmp_space
from qana.imaging.calibrated_colours import make_calibrated_space
from qana.imaging.colour_space import (
    ADOBE_RGB,
    SRGB,
    ColourSpace,
    Primaries,
    find_cicp_space,
)
from qana.imaging.gif_profile import read_gif_profile
from qana.imaging.item_properties import CodePoints, read_code_points
from qana.imaging.png_chunks import LARGE_PROFILE, decompress_profile

VIDEO_PRIMARIES = frozenset({1, 2, 5, 6, 7})
VIDEO_TRANSFERS = frozenset({1, 2, 6})
"""Code points of standard video (BT.709 and BT.601, or unspecified). Encoders and phones write them
by default into HEIC and AVIF files with sRGB pixels: Android takes the BT.601 of JPEG, and libheif
wrote 6 and 6 (pull request 1015). Browsers show such pictures as sRGB too."""
MAX_CHUNKS = 2000
"""Chunks of a PNG that are searched for cICP."""
SPACE_KEY = "colour_space"
"""Key in a picture's `info` of a `ColourSpace` that its reader found in the file."""


@dataclass(frozen=True)
class DeclaredColours:
    """The colours that a file declares.

    Attributes:
        profile: ICC profile; None if there is none or another declaration precedes it.
        space: colour space that the file declares in another form. It counts if there is no
            profile or the profile cannot be used. None if it is sRGB or nothing is declared.
    """

    profile: bytes | None = None
    space: ColourSpace | None = None


def find_declared_colours(picture: Image.Image, data: bytes) -> DeclaredColours:
    """Finds the colours that a file declares.

    An ICC profile comes first, then the code points of HEIC and AVIF, the chunks of PNG or the
    header of BMP or DICOM, then EXIF. In a PNG, cICP precedes the profile, and sRGB precedes gAMA
    and cHRM (PNG specification, third edition, section 13.13).

    Args:
        picture: the loaded picture.
        data: the content of its file.
    """
    profile = picture.info.get("icc_profile") or None
    if picture.format == "PNG":
        coded = _read_cicp_chunk(data)
        if coded is not None:
            return DeclaredColours(None, _drop_srgb(coded))
        profile, space = profile or _read_large_profile(picture), _read_png_chunks(picture.info)
    elif picture.format == "HEIF":
        space = _convert_code_points(_read_heif_code_points(picture.info))
    elif picture.format == "AVIF":
        space = _convert_code_points(read_code_points(data))
    elif picture.format == "BMP":
        profile, space = read_bmp_profile(data), read_bmp_space(data)
    elif picture.format == "GIF":
        profile, space = read_gif_profile(data), None
    else:
        found = picture.info.get(SPACE_KEY)
        space = found if isinstance(found, ColourSpace) else None
    if space is None:
        space = read_exif_space(picture)
    return DeclaredColours(profile, _drop_srgb(space))


def _drop_srgb(space: ColourSpace | None) -> ColourSpace | None:
    return None if space == SRGB else space


def _convert_code_points(points: CodePoints | None) -> ColourSpace | None:
    if points is None or (points.primaries, points.transfer) == (2, 2):
        return None
    if points.primaries in VIDEO_PRIMARIES and points.transfer in VIDEO_TRANSFERS:
        return SRGB
    return find_cicp_space(points.primaries, points.transfer)


def _read_heif_code_points(info: dict[str | tuple[int, int], object]) -> CodePoints | None:
    nclx = info.get("nclx_profile")
    if not isinstance(nclx, dict):
        return None
    return CodePoints(nclx["color_primaries"], nclx["transfer_characteristics"])


def _read_large_profile(picture: Image.Image) -> bytes | None:
    """Reads the profile of a PNG that is too large for Pillow, see `clean_png`."""
    chunks = getattr(picture, "private_chunks", ())
    bodies = (chunk[1] for chunk in chunks if chunk[0] == LARGE_PROFILE)
    return next((decompress_profile(body) for body in bodies), None)


def _read_cicp_chunk(data: bytes) -> ColourSpace | None:
    """Reads the chunk cICP, which Pillow skips. A damaged chunk counts as none."""
    at = 8
    for _ in range(MAX_CHUNKS):
        head = data[at : at + 8]
        if len(head) < 8 or head[4:] == b"IDAT":
            return None
        (length,) = struct.unpack_from(">I", head)
        if head[4:] == b"cICP" and length == 4:
            body, check = data[at + 8 : at + 12], data[at + 12 : at + 16]
            if check != struct.pack(">I", zlib.crc32(b"cICP" + body)) or body[2] != 0:
                return None  # PNG allows only RGB, matrix coefficients 0
            return find_cicp_space(body[0], body[1], full_range=body[3] != 0)
        at += 12 + length
    return None


def _read_png_chunks(info: dict[str | tuple[int, int], object]) -> ColourSpace | None:
    """Reads sRGB, gAMA and cHRM, as Pillow reports them."""
    if "srgb" in info:
        return SRGB
    points, exponent = info.get("chromaticity"), info.get("gamma")
    primaries, gamma = None, None
    if isinstance(points, tuple):
        white, red, green, blue = (points[at : at + 2] for at in range(0, 8, 2))
        primaries = Primaries(red, green, blue, white)
    if isinstance(exponent, float) and exponent > 0:
        gamma = (1 / exponent,) * 3
    if primaries is None and not isinstance(exponent, float):
        return None
    return make_calibrated_space(primaries, gamma)


def read_exif_space(picture: Image.Image) -> ColourSpace | None:
    """Reads the colour space of EXIF.

    EXIF itself names only sRGB. DCF 2.0 adds Adobe RGB: ColorSpace is "uncalibrated" and
    InteroperabilityIndex is R03. Some cameras write ColorSpace 2 instead.

    Args:
        picture: an opened picture.

    Returns:
        Adobe RGB, or None if EXIF does not name it.
    """
    try:
        exif = picture.getexif()
        space = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.ColorSpace)
        index = exif.get_ifd(ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex)
    except Exception:  # damaged EXIF says nothing about the pixels
        return None
    text = index.decode("ascii", "replace") if isinstance(index, bytes) else str(index)
    is_adobe = space == 2 or (space == 0xFFFF and text.strip("\0 ") == "R03")
    return ADOBE_RGB if is_adobe else None

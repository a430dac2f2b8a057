"""Reads the first picture of a DICOM file: header, size, pixels, colour profile."""

from typing import Any

from PIL import Image

from qana.errors import ImageError
from qana.imaging.colour_space import ADOBE_RGB, DISPLAY_P3, ROMM_RGB, SRGB, ColourSpace
from qana.imaging.declared_colours import SPACE_KEY
from qana.imaging.dicom.header import is_dicom
from qana.imaging.limits import check_size

__all__ = ["decode_dicom", "is_dicom"]

_PHOTOMETRIC = (
    *("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT"),
    *("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"),
)
_COMPRESSED_ONLY = ("YBR_RCT", "YBR_ICT", "YBR_PARTIAL_420")
"""Colour models that the decoder of the frame converts to RGB."""
_COLOUR_SPACES = {
    "SRGB": SRGB,
    "ADOBERGB": ADOBE_RGB,
    "ROMMRGB": ROMM_RGB,
    "DISPLAYP3": ColourSpace(DISPLAY_P3),
}
"""Colour spaces by their term in tag (0028,2002) (PS3.3, Section C.11.15.1.2.2)."""


def decode_dicom(data: bytes, reduced_to: int) -> Image.Image:
    """Decodes the first frame of a DICOM file.

    Args:
        data: content of the file.
        reduced_to: longer side that the picture is reduced to afterwards, pixels.

    Returns:
        The loaded picture in mode L or RGB, with square pixels. Its colour profile is in
        `info["icc_profile"]`, and another colour space in `info[SPACE_KEY]`. Nothing else of the
        header is kept.

    Raises:
        ImageError: the file holds no picture, too many pixels, or a picture of a kind that is not
            read. The message names the kind.
        TooCostlyError: decoding takes more time or memory than any photo needs.
        Exception: the file is damaged; each decoder raises exceptions of its own.
    """
    from qana.imaging.dicom.aspect import make_pixels_square, read_pixel_ratio
    from qana.imaging.dicom.file import read_picture
    from qana.imaging.dicom.frame import decode_frame

    picture = read_picture(data)
    tags = picture.tags
    check_size(int(tags.Columns), int(tags.Rows), reduced_to)
    photometric = str(tags.PhotometricInterpretation)
    accepted = photometric in _PHOTOMETRIC or (
        picture.compressed and photometric in _COMPRESSED_ONLY
    )
    samples = int(tags.SamplesPerPixel)
    is_single = photometric.startswith("MONOCHROME") or photometric == "PALETTE COLOR"
    if not accepted or samples not in (1, 3) or is_single != (samples == 1):
        raise ImageError(
            "This DICOM file stores colours in a form that is not read "
            f"({_clean_term(photometric)}): export the picture as RGB."
        )
    image = decode_frame(picture, reduced_to)
    image = make_pixels_square(image, read_pixel_ratio(tags), reduced_to)
    if space := _COLOUR_SPACES.get(str(tags.get("ColorSpace", "")).strip()):
        image.info[SPACE_KEY] = space
    if profile := _find_profile(tags):
        image.info["icc_profile"] = profile
    return image


def _find_profile(tags: Any) -> bytes | None:
    """Returns the ICC profile of the picture or of its first optical path."""
    paths = tags.get("OpticalPathSequence") or ()
    for source in (tags, *paths):
        profile = source.get("ICCProfile")
        if isinstance(profile, bytes) and profile:
            return profile
    return None


def _clean_term(term: str) -> str:
    """Returns a term of the standard, or "unknown" for any other text."""
    known = term.isascii() and len(term) <= 16 and term.replace("_", "").replace(" ", "").isalnum()
    return term if known else "unknown"

"""Names the kinds of DICOM files and finds out which of them hold photos of skin.

Source: DICOM PS3.4, Section B.5 (kinds) and PS3.6, Annex A (identifiers).
"""

from qana.errors import ImageError
from qana.imaging.dicom.header import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT

_PHOTOGRAPHIC = tuple(
    f"1.2.840.10008.5.1.4.1.1.{number}"
    for number in (
        *("77.1", "77.2"),  # visible light, of one and of several frames; retired
        *("77.1.4", "77.1.4.1"),  # visible-light photos, and videos of them
        "77.1.7",  # dermoscopic photos
        *("7", "7.1", "7.2", "7.3", "7.4"),  # secondary capture: any picture, also a photo
    )
)
"""Kinds that may hold photos of skin. Endoscopes and microscopes show other organs and cells."""
_STANDARD_KINDS = "1.2.840.10008.5.1.4."
_DIRECTORY = "1.2.840.10008.1.3.10"
_JPEG_XL = tuple(f"1.2.840.10008.1.2.4.11{number}" for number in range(3))
"""JPEG XL, which pydicom's list of names lacks."""
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
"""Transfer syntax in which each frame is deflated."""
ENCAPSULATED = "1.2.840.10008.1.2.1.98"
"""Transfer syntax in which each frame is in fragments, but not compressed."""
_UNNAMED = (IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN, DEFLATED_FRAMES, ENCAPSULATED, *_JPEG_XL)

DIRECTORY = (
    "This file is a DICOMDIR, the list of the files of a disc, which holds no picture: choose the "
    "DICOM file of a photo."
)
NO_PICTURE = "This DICOM file holds no picture ({name}): choose the DICOM file of a photo."
NO_PHOTO = (
    "This DICOM file holds a picture of another kind ({name}), not a photo of skin: choose the "
    "DICOM file of a photo."
)
FLOATING_POINT = (
    "This DICOM file holds floating-point values, which are not read: export the picture with 8 "
    "bits."
)
UNKNOWN_ENCODING = (
    "This DICOM file has an unknown or private encoding, which is not read: export the picture "
    "uncompressed or as JPEG."
)


def name_identifier(identifier: str) -> str:
    """Returns the name of a transfer syntax or kind of file, or "an unknown kind"."""
    from pydicom.uid import UID_dictionary

    if identifier in _JPEG_XL:
        return "JPEG XL"
    return UID_dictionary.get(identifier, ("an unknown kind",))[0]


def name_kind(kind: str) -> str:
    """Returns the name of a kind of file without the word "Storage"."""
    return name_identifier(kind).replace(" Storage", "")


def check_kind(kind: str, *, has_pixels: bool, has_floats: bool) -> None:
    """Checks that a file may hold a photo of skin.

    Args:
        kind: unique identifier of its kind. Private and unknown kinds are accepted, because only
            the picture can show what they hold.
        has_pixels: whether it has pixels of whole numbers, and their size.
        has_floats: whether it has floating-point pixels.

    Raises:
        ImageError: it holds no picture, another picture or no pixels that are read. The message
            says what the file is.
    """
    if kind == _DIRECTORY:
        raise ImageError(DIRECTORY)
    name = name_kind(kind)
    # The picture of an image file may only be hidden by damage, so it is not called missing.
    if not has_pixels and not has_floats and (may_hold_photo(kind) or "Image" not in name):
        raise ImageError(NO_PICTURE.format(name=name))
    if not may_hold_photo(kind):
        raise ImageError(NO_PHOTO.format(name=name))
    if has_floats:
        raise ImageError(FLOATING_POINT)


def may_hold_photo(kind: str) -> bool:
    """Returns whether a file of this kind, which may be private, may hold a photo of skin."""
    return kind in _PHOTOGRAPHIC or (kind != _DIRECTORY and not kind.startswith(_STANDARD_KINDS))


def must_hold_photo(kind: str) -> bool:
    """Returns whether a file of this kind cannot be sound without a picture.

    Args:
        kind: unique identifier of the kind; empty if the file names none, as each sound file does.
    """
    return not kind or kind in _PHOTOGRAPHIC


def is_unknown_encoding(syntax: str) -> bool:
    """Returns whether a transfer syntax is none of the standard."""
    from pydicom.uid import UID_dictionary

    return syntax not in _UNNAMED and syntax not in UID_dictionary

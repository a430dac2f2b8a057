"""Makes the pixels of a DICOM picture square.

Sources: DICOM PS3.3, Sections C.7.6.3.1.7 (pixel aspect ratio) and 10.7.1.3 (pixel spacing).
"""

from typing import Any

from PIL import Image

from qana.imaging.limits import MAX_SIDE, MIN_SIDE, check_size

_SPACINGS = (
    *("PixelAspectRatio", "PixelSpacing", "NominalScannedPixelSpacing", "ImagerPixelSpacing"),
)
"""Tags with the height and the width of a pixel, in this order."""
_TOLERANCE = 0.01
"""Relative difference of height and width that counts as none: measured spacings are rounded."""
_MAX_RATIO = 10.0
"""Larger ratios, and those below its inverse, are errors."""


def read_pixel_ratio(tags: Any) -> float:
    """Reads the height of a pixel relative to its width.

    Args:
        tags: pydicom's data set with the tags that describe the pixels.

    Returns:
        The ratio; 1 if the file records none or an impossible one.
    """
    groups = [
        measures
        for group in tags.get("SharedFunctionalGroupsSequence") or ()
        for measures in group.get("PixelMeasuresSequence") or ()
    ]
    for source in (tags, *groups):
        for name in _SPACINGS:
            try:
                height, width = (float(number) for number in source.get(name) or ())
                ratio = height / width
            except (TypeError, ValueError, ArithmeticError):
                continue
            if 1 / _MAX_RATIO <= ratio <= _MAX_RATIO:
                return ratio if abs(ratio - 1) > _TOLERANCE else 1.0
    return 1.0


def make_pixels_square(picture: Image.Image, ratio: float, reduced_to: int) -> Image.Image:
    """Stretches a picture so that its pixels are as high as wide.

    Args:
        picture: a loaded picture.
        ratio: height of its pixels relative to their width.
        reduced_to: longer side that the picture may be reduced to, pixels.

    Returns:
        The stretched picture, reduced if it is larger; the picture itself if its pixels are square.

    Raises:
        ImageError: the stretched picture is a narrow strip.
    """
    if ratio == 1:
        return picture
    width, height = picture.width / min(ratio, 1.0), picture.height * max(ratio, 1.0)
    # The stretched picture is large enough, as it is never smaller, but may be a narrow strip.
    length = MIN_SIDE * max(width, height) / min(width, height)
    check_size(MIN_SIDE, min(MAX_SIDE, round(length)), reduced_to)
    scale = min(1.0, reduced_to / max(width, height))
    size = (round(width * scale), round(height * scale))
    stretched = picture.resize(size, Image.Resampling.BICUBIC)
    stretched.info = dict(picture.info)
    return stretched

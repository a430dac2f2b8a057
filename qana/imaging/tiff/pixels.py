"""Corrects pixels of TIFFs that Pillow reads as if they had another form."""

from dataclasses import dataclass

from PIL import Image, ImageFile, ImagePalette, TiffImagePlugin

from qana.errors import ImageError

_BITS, _PHOTOMETRIC, _COLOUR_MAP, _SAMPLE_FORMAT, _SUBSAMPLING = 258, 262, 320, 339, 530
_EXTRA_SAMPLES = 338
_WHITE_IS_ZERO, _YCBCR = 0, 6
_UNSIGNED, _SIGNED = 1, 2
UNREAD_FORM = (
    "This TIFF stores its pixels in a form that cannot be read: save it as JPEG and choose the new "
    "file."
)


@dataclass(frozen=True)
class GreyScale:
    """What the values of a grey picture mean.

    Attributes:
        white: the value of white; None if the mode of the picture defines it.
        inverted: whether black and white are swapped.
    """

    white: float | None = None
    inverted: bool = False


def choose_decoder(picture: TiffImagePlugin.TiffImageFile) -> None:
    """Lets libtiff read pixels that Pillow's own reader of uncompressed TIFFs gets wrong.

    That reader ignores the subsampling of YCbCr pixels.

    Args:
        picture: an opened picture before it is loaded.

    Raises:
        ImageError: the pixels have a sign, which neither reader heeds.
    """
    tags = picture.tag_v2
    bits = _list_values(tags.get(_BITS, 1))
    if max(bits) <= 8 and _SIGNED in _list_values(tags.get(_SAMPLE_FORMAT, _UNSIGNED)):
        raise ImageError(UNREAD_FORM)
    if picture.use_load_libtiff:
        return
    subsampled = _list_values(tags.get(_SUBSAMPLING, (1, 1))) != (1, 1)
    if tags.get(_PHOTOMETRIC) != _YCBCR or not subsampled or picture.mode != "YCbCr":
        return
    picture._mode = "RGB"
    picture.use_load_libtiff = True
    extents = (0, 0, *picture._tile_size)
    args = ("RGBX", False, picture.tag_v2.offset)
    picture.tile = [ImageFile._Tile("libtiff", extents, 0, args)]


def declares_alpha(picture: TiffImagePlugin.TiffImageFile) -> bool:
    """Returns whether the file says what its extra samples are."""
    return _EXTRA_SAMPLES in picture.tag_v2


def correct_palette(picture: TiffImagePlugin.TiffImageFile) -> None:
    """Corrects a colour map with 8-bit values, which Pillow divides by 256.

    TIFF 6.0 defines 16-bit values. Some programs write 8-bit ones; libtiff, too, finds them by the
    absence of larger values (checkcmap in tif_getimage.c).

    Args:
        picture: an opened picture before it is loaded.
    """
    colours = _list_values(picture.tag_v2.get(_COLOUR_MAP, 0))
    if picture.mode in ("P", "PA") and 0 < max(colours) < 256:
        picture.palette = ImagePalette.raw("RGB;L", bytes(colours))


def find_grey_scale(picture: TiffImagePlugin.TiffImageFile) -> GreyScale:
    """Finds what the values of a grey picture with more than 8 bits mean.

    Args:
        picture: a loaded picture.

    Returns:
        The scale for `convert_to_eight_bits`.

    Raises:
        ImageError: 32-bit values are too large for Pillow, which gives them a sign.
    """
    tags = picture.tag_v2
    bits = _list_values(tags.get(_BITS, 1))
    unsigned = _UNSIGNED in _list_values(tags.get(_SAMPLE_FORMAT, _UNSIGNED))
    if picture.mode == "I" and unsigned and _find_lowest(picture) < 0:
        raise ImageError(UNREAD_FORM)
    return GreyScale(
        white=4095.0 if bits == (12,) else None,
        inverted=tags.get(_PHOTOMETRIC, _WHITE_IS_ZERO) == _WHITE_IS_ZERO,
    )


def _find_lowest(picture: Image.Image) -> float:
    lowest, _highest = picture.getextrema()
    return float(lowest) if isinstance(lowest, int | float) else 0.0


def _list_values(value: object) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, tuple) else (int(str(value)),)

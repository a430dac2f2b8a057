"""Corrects pixels of TIFFs that Pillow reads as if they had another form."""

from dataclasses import dataclass

from PIL import Image, ImagePalette, TiffImagePlugin

from qana.errors import ImageError

_BITS, _PHOTOMETRIC, _COLOUR_MAP, _SAMPLE_FORMAT = 258, 262, 320, 339
_EXTRA_SAMPLES = 338
_WHITE_IS_ZERO = 0
_UNSIGNED, _SIGNED = 1, 2
UNREAD_FORM = (
    "This TIFF stores its pixels in a form that cannot be read: save it as JPEG and choose the new "
    "file."
)
SIGNED_FORM = (
    "This TIFF stores values with a sign, a form that cannot be read: save it as JPEG and choose "
    "the new file."
)
_NATIVE_MODES = {
    **dict.fromkeys(("F;32F", "F;32BF"), "F;32NF"),
    **dict.fromkeys(("I;32S", "I;32BS"), "I;32NS"),
}
"""Raw modes of 32-bit values in the byte order of this computer."""


@dataclass(frozen=True)
class GreyScale:
    """What the values of a grey picture mean.

    Attributes:
        white: the value of white; None if the mode of the picture defines it.
        inverted: whether black and white are swapped.
    """

    white: float | None = None
    inverted: bool = False


def correct_decoder(picture: TiffImagePlugin.TiffImageFile) -> None:
    """Lets Pillow take the values of libtiff in the byte order of this computer.

    libtiff turns them to this order. Pillow knows that of 16-bit values without a sign alone, and
    takes the others for values in the order of the file.

    Args:
        picture: an opened picture before it is loaded.

    Raises:
        ImageError: values of up to 16 bits have a sign. Pillow takes 8-bit values for others, and
            which value is black is not defined.
    """
    tags = picture.tag_v2
    bits = _list_values(tags.get(_BITS, 1))
    if max(bits) <= 16 and _SIGNED in _list_values(tags.get(_SAMPLE_FORMAT, _UNSIGNED)):
        raise ImageError(SIGNED_FORM)
    if picture.use_load_libtiff:
        picture.tile = [
            tile._replace(args=(_NATIVE_MODES.get(tile.args[0], tile.args[0]), *tile.args[1:]))
            for tile in picture.tile
            if isinstance(tile.args, tuple)
        ]


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

"""Heeds the transparent colour of a PNG in pictures of each depth."""

import numpy as np
from PIL import Image, ImageFile, PngImagePlugin

from qana.imaging.limits import TimedReader

_SCALES = {"L;2": 85, "L;4": 17}
"""Grey level of the value 1, by Pillow's raw mode."""
_DEEP_COLOUR = "RGB;16B"
_DEEP_GREY_WITH_ALPHA = "LA;16B"
"""The raw mode of greys that Pillow loads as RGBA, for which their profile would not count."""
_LOW_BYTES = "RGB;16L"
"""The raw mode that takes the second byte of a big-endian value, not the first."""
_BAND = 256
"""Rows that are compared at a time, which limits the memory."""


def load_png(picture: PngImagePlugin.PngImageFile, reader: TimedReader) -> Image.Image:
    """Loads a PNG and turns its transparent colour into transparency.

    Pillow compares the colour with pixels that it has scaled to 8 bits, so it misses the colour or
    finds it elsewhere. In 16-bit greys it clips all values.

    Args:
        picture: an opened picture.
        reader: the file, from which low bytes are decoded where the picture needs them.

    Returns:
        The picture, or a copy with transparency.
    """
    raw_mode = _find_raw_mode(picture)
    key = picture.info.get("transparency")
    picture.load()
    if raw_mode in _SCALES and isinstance(key, int):
        picture.info["transparency"] = min(key * _SCALES[raw_mode], 255)
    elif picture.mode.startswith("I;16") and isinstance(key, int):
        return _convert_deep_grey(picture, key)
    elif raw_mode == _DEEP_COLOUR and isinstance(key, tuple):
        return _convert_deep_colour(picture, key, reader)
    return picture.convert("LA") if raw_mode == _DEEP_GREY_WITH_ALPHA else picture


def _find_raw_mode(picture: ImageFile.ImageFile) -> str:
    args = picture.tile[0].args if picture.tile else ""
    return str(args[0]) if isinstance(args, tuple) else str(args)


def _convert_deep_grey(picture: Image.Image, key: int) -> Image.Image:
    values = np.asarray(picture)
    levels = np.round(np.arange(65_536) / 257).astype(np.uint8)
    grey = Image.fromarray(levels[values])
    grey.putalpha(Image.fromarray(np.where(values == key, np.uint8(0), np.uint8(255))))
    return grey


def _convert_deep_colour(
    picture: Image.Image, key: tuple[int, ...], reader: TimedReader
) -> Image.Image:
    high_key, low_key = (
        np.array(part, np.uint8) for part in zip(*map(_split_value, key), strict=True)
    )
    reader.seek(0)
    with Image.open(reader, formats=["PNG"]) as low:
        low.decodermaxblock = 512
        low.tile = [tile._replace(args=_LOW_BYTES) for tile in low.tile]
        low.load()
        alpha = Image.new("L", picture.size)
        for top in range(0, picture.height, _BAND):
            box = (0, top, picture.width, min(top + _BAND, picture.height))
            high_bytes, low_bytes = (np.asarray(part.crop(box)) for part in (picture, low))
            same = (high_bytes == high_key) & (low_bytes == low_key)
            opaque = np.where(same.all(axis=2), np.uint8(0), np.uint8(255))
            alpha.paste(Image.fromarray(opaque), box)
    del picture.info["transparency"]
    picture.putalpha(alpha)
    return picture


def _split_value(value: int) -> tuple[int, int]:
    """Splits a 16-bit value into its high and its low byte."""
    return value >> 8, value & 255

"""Loads the pixels of an opened picture with the care that its format needs."""

from PIL import BmpImagePlugin, Image, ImageFile, JpegImagePlugin, PngImagePlugin, TiffImagePlugin

from qana.imaging.bmp_pixels import drop_unused_alpha
from qana.imaging.jpeg.completeness import load_jpeg
from qana.imaging.limits import TimedReader
from qana.imaging.png_transparency import load_png
from qana.imaging.tiff.pixels import (
    GreyScale,
    correct_decoder,
    correct_palette,
    declares_alpha,
    find_grey_scale,
)

_BLOCK_BYTES = 512
"""Bytes that a decoder reads at a time. The block is small so that `TimedReader` checks the time
often: 4 KB can hold JPEG scans that take two seconds."""


def load_pixels(
    picture: Image.Image, reader: TimedReader, reduced_to: int
) -> tuple[Image.Image, GreyScale]:
    """Decodes the pixels, and finds what their values mean if they are grey.

    Args:
        picture: an opened picture of checked size.
        reader: its file.
        reduced_to: longer side that the picture is reduced to afterwards, pixels. A JPEG is decoded
            at 1/2, 1/4 or 1/8 of its size if its sides keep this length.

    Returns:
        The picture, or a corrected copy, and the meaning of grey values.

    Raises:
        ImageError: the pixels have a form that is not read.
        TooCostlyError: decoding takes too long.
        Exception: the picture is damaged; each decoder raises exceptions of its own.
    """
    if isinstance(picture, ImageFile.ImageFile):
        picture.decodermaxblock = _BLOCK_BYTES
    loaded, scale = picture, GreyScale()
    if isinstance(picture, JpegImagePlugin.JpegImageFile):
        load_jpeg(picture, picture.mode, reduced_to)
    elif isinstance(picture, PngImagePlugin.PngImageFile):
        loaded = load_png(picture, reader)
    elif isinstance(picture, TiffImagePlugin.TiffImageFile):
        correct_decoder(picture)
        correct_palette(picture)
        picture.load()
        scale = find_grey_scale(picture)
        loaded = picture if declares_alpha(picture) else drop_unused_alpha(picture)
    elif isinstance(picture, BmpImagePlugin.BmpImageFile):
        picture.load()
        loaded = drop_unused_alpha(picture)
    else:
        picture.load()
    return loaded, scale

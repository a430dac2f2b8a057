"""Converts the YCbCr pixels of a TIFF to RGB with the colours that the file declares.

Source: TIFF 6.0, sections 20 and 21 (ReferenceBlackWhite and YCbCr images).
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from qana.errors import ImageError
from qana.imaging.tiff.directory import TiffDirectories, TiffTag
from qana.imaging.tiff.pixels import UNREAD_FORM

_WIDTH, _LENGTH, _COMPRESSION, _ROWS, _SIZES, _PLANAR = 256, 257, 259, 278, 279, 284
_PREDICTOR, _TILE_WIDTH, _TILE_LENGTH, _TILE_SIZES = 317, 322, 323, 325
_COEFFICIENTS, _SUBSAMPLING, _REFERENCE = 529, 530, 532
_FACTORS = (1, 2, 4)
_BAND = 256
"""Rows that are converted at a time, which limits the memory."""
_SUM_TOLERANCE, _NEUTRAL_TOLERANCE = 0.02, 16.0
"""How far the sum of the coefficients may be from 1, and grey from 128, before they are errors."""


@dataclass(frozen=True)
class YcbcrColours:
    """What YCbCr values mean.

    Attributes:
        weights: shares of red, green and blue in the luma.
        reference: values of black and white of Y, then of 0 and the largest value of Cb and of Cr.
    """

    weights: tuple[float, ...]
    reference: tuple[float, ...]


STANDARD = YcbcrColours((0.299, 0.587, 0.114), (0.0, 255.0, 128.0, 255.0, 128.0, 255.0))
"""The default of TIFF, and the only colours that JPEG and Pillow know."""


def read_ycbcr_colours(directories: TiffDirectories, page: list[TiffTag]) -> YcbcrColours:
    """Reads what the YCbCr values of a page mean.

    Args:
        directories: the TIFF.
        page: a page of it.

    Returns:
        The colours. Values that no picture can have, and those within rounding, are the standard.
    """
    weights = tuple(directories.list_fractions(page, _COEFFICIENTS))
    if not (
        len(weights) == 3
        and all(0 < weight < 1 for weight in weights)
        and abs(sum(weights) - 1) <= _SUM_TOLERANCE
    ) or _are_close(weights, STANDARD.weights, 0.001):
        weights = STANDARD.weights
    reference = tuple(directories.list_fractions(page, _REFERENCE))
    if not (
        len(reference) == 6
        and all(low < high for low, high in zip(reference[::2], reference[1::2], strict=True))
        and all(abs(value - 128) <= _NEUTRAL_TOLERANCE for value in reference[2::2])
    ) or _are_close(reference, STANDARD.reference, 0.5):
        reference = STANDARD.reference
    return YcbcrColours(weights, reference)


def find_subsampling(directories: TiffDirectories, page: list[TiffTag]) -> tuple[int, int]:
    """Finds how many pixels share a colour.

    Args:
        directories: the TIFF.
        page: a page of it with YCbCr pixels that are no JPEG, or with JPEG planes.

    Returns:
        The width and the height of a block of such pixels.

    Raises:
        ImageError: the blocks are stored in a form that no program writes.
    """

    def find(tag: int, default: int) -> int:
        return directories.find_value(page, tag, default)

    width, length = find(_WIDTH, 0), find(_LENGTH, 0)
    across, down = (*directories.list_values(page, _SUBSAMPLING), 0, 0)[:2]
    step_across, step_down = find(_TILE_WIDTH, width), find(_TILE_LENGTH, find(_ROWS, length))
    if not across:
        # TIFF defines blocks of 2 x 2 as the default, but programs that store each colour leave
        # out the tag too.
        held = find(_SIZES, 0) or find(_TILE_SIZES, 0)
        is_full = find(_COMPRESSION, 1) == 1 and held >= 3 * step_across * min(step_down, length)
        across, down = (1, 1) if is_full else (2, 2)
    if (across, down) == (1, 1):
        return 1, 1
    is_cut = (step_across % across != 0 and step_across < width) or (
        step_down % down != 0 and step_down < length
    )
    if not (
        {across, down} <= set(_FACTORS)
        and find(_PLANAR, 1) == 1
        and find(_PREDICTOR, 1) == 1
        and not is_cut
    ):
        raise ImageError(UNREAD_FORM)
    return across, down


def spread_blocks(
    units: np.ndarray, subsampling: tuple[int, int], size: tuple[int, int]
) -> list[np.ndarray]:
    """Spreads blocks of subsampled pixels to planes.

    Args:
        units: (rows, columns, h * v + 2) uint8: the Y values of each block, then its Cb and Cr.
        subsampling: width h and height v of a block, pixels.
        size: width and height of the picture.

    Returns:
        Y, Cb and Cr, (H, W) uint8 each.
    """
    across, down = subsampling
    width, height = size
    rows, columns = units.shape[:2]
    luma = units[..., :-2].reshape(rows, columns, down, across)
    planes = [luma.transpose(0, 2, 1, 3).reshape(rows * down, columns * across)]
    for number in (-2, -1):
        planes.append(units[..., number].repeat(down, axis=0).repeat(across, axis=1))
    return [np.ascontiguousarray(plane[:height, :width]) for plane in planes]


def convert_ycbcr(planes: list[np.ndarray], colours: YcbcrColours) -> list[np.ndarray]:
    """Converts planes of YCbCr.

    Args:
        planes: Y, Cb and Cr, (H, W) uint8 each.
        colours: what their values mean.

    Returns:
        Red, green and blue, (H, W) uint8 each.
    """
    if colours == STANDARD:
        picture = Image.merge("YCbCr", [Image.fromarray(plane) for plane in planes])
        return [np.asarray(band) for band in picture.convert("RGB").split()]
    red_weight, green_weight, blue_weight = colours.weights
    steps = np.arange(256, dtype=np.float32)
    tables = []
    for at, span in zip((0, 2, 4), (255.0, 127.0, 127.0), strict=True):
        low, high = colours.reference[at : at + 2]
        tables.append((steps - np.float32(low)) * np.float32(span / (high - low)))
    converted = [np.empty_like(plane) for plane in planes]
    for top in range(0, len(planes[0]), _BAND):
        luma, blue_part, red_part = (
            table[plane[top : top + _BAND]] for table, plane in zip(tables, planes, strict=True)
        )
        red = luma + red_part * np.float32(2 - 2 * red_weight)
        blue = luma + blue_part * np.float32(2 - 2 * blue_weight)
        green = (luma - np.float32(red_weight) * red - np.float32(blue_weight) * blue) / np.float32(
            green_weight
        )
        for plane, values in zip(converted, (red, green, blue), strict=True):
            plane[top : top + _BAND] = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return converted


def _are_close(values: tuple[float, ...], others: tuple[float, ...], tolerance: float) -> bool:
    return len(values) == len(others) and all(
        abs(one - other) <= tolerance for one, other in zip(values, others, strict=True)
    )

"""Converts the stored values of a DICOM picture to 8-bit RGB or grey.

Source: DICOM PS3.3, Section C.7.6.3 (photometric interpretations, palettes).
"""

from typing import Any

import numpy as np
from PIL import Image

from qana.imaging.dicom_file import DicomPicture

_MAX_ENTRIES = 65_536
_RGB_CHANGES = 0.58
"""Changes of the second and third channel relative to the first, above which values are RGB."""


def convert_values(values: np.ndarray, picture: DicomPicture, photometric: str) -> Image.Image:
    """Converts stored values to a picture.

    Args:
        values: (H, W) or (H, W, 3) uint8 or uint16, as stored.
        picture: the picture of the values.
        photometric: how the values stand for colours, a term of tag (0028,0004).

    Returns:
        The picture in mode L or RGB.
    """
    tags = picture.tags
    if photometric == "PALETTE COLOR":
        table = _make_palette(tags, values.dtype, ">" if picture.big_endian else "<")
        return Image.fromarray(table[values])
    if values.ndim == 2:
        table = _make_grey_table(tags, values.dtype, photometric == "MONOCHROME1")
        return Image.fromarray(table[values])
    if values.dtype != np.uint8:
        values = _make_linear_table(tags, values.dtype)[values]
    # This term with three values for each pixel was left by a program that decompressed JPEG.
    is_unclear = photometric == "YBR_FULL_422"
    if not photometric.startswith("YBR_FULL") or (is_unclear and _look_like_rgb(values)):
        return Image.fromarray(values)
    height, width = values.shape[:2]
    return Image.frombytes("YCbCr", (width, height), values.tobytes()).convert("RGB")


def expand_422(frame: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Repeats the colour of each two pixels of YBR_FULL_422.

    Args:
        frame: (rows * columns * 2,) uint8: Y, Y, Cb and Cr of two neighbours in turn.
        rows: height, pixels.
        columns: width, an even number of pixels.

    Returns:
        (rows, columns, 3) uint8 with Y, Cb and Cr.
    """
    pairs = frame.reshape(rows, columns // 2, 4)
    values = np.empty((rows, columns // 2, 2, 3), np.uint8)
    values[..., 0] = pairs[..., :2]
    values[..., 1:] = pairs[:, :, None, 2:]
    return values.reshape(rows, columns, 3)


def _look_like_rgb(values: np.ndarray) -> bool:
    """Returns whether (H, W, 3) uint8 values of a photo are RGB, or else Y, Cb and Cr.

    The three channels of RGB change about equally from pixel to pixel, because light and shadow
    change them all. In YCbCr, almost all changes are in Y. The ratio of the changes was 0.84 to
    1.33 for 286 photos of skin in RGB, and 0.03 to 0.32 for the same photos in YCbCr.
    """
    changes = np.abs(np.diff(values.astype(np.int16), axis=1)).mean(axis=(0, 1))
    return bool(changes[1] + changes[2] > 2 * _RGB_CHANGES * changes[0])


def _read_stored(tags: Any, dtype: np.dtype) -> tuple[np.ndarray, int, int]:
    """Returns the value of each possible number, and the lowest and highest value."""
    allocated = 8 * dtype.itemsize
    stored = min(max(int(tags.get("BitsStored") or allocated), 1), allocated)
    high_bit = int(tags.get("HighBit") or stored - 1)
    shift = min(max(high_bit + 1 - stored, 0), allocated - stored)
    values = (np.arange(2**allocated, dtype=np.int64) >> shift) & (2**stored - 1)
    if int(tags.get("PixelRepresentation") or 0) != 1:
        return values, 0, 2**stored - 1
    half = 2 ** (stored - 1)
    return np.where(values >= half, values - 2 * half, values), -half, half - 1


def _make_linear_table(tags: Any, dtype: np.dtype) -> np.ndarray:
    values, low, high = _read_stored(tags, dtype)
    return np.round((values - low) / (high - low or 1) * 255).astype(np.uint8)


def _make_grey_table(tags: Any, dtype: np.dtype, inverted: bool) -> np.ndarray:
    """Makes the table of greys, with the window of the file if it has one (PS3.3, C.11.2.1.2)."""
    centre, width = (_read_number(tags, name) for name in ("WindowCenter", "WindowWidth"))
    if centre is None or width is None or width <= 1:
        table = _make_linear_table(tags, dtype)
    else:
        values, _low, _high = _read_stored(tags, dtype)
        slope, intercept = (
            _read_number(tags, name) for name in ("RescaleSlope", "RescaleIntercept")
        )
        shown = values * (1.0 if slope is None else slope) + (intercept or 0.0)
        share = np.clip((shown - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)
        table = np.round(share * 255).astype(np.uint8)
    return 255 - table if inverted else table


def _read_number(tags: Any, name: str) -> float | None:
    """Returns the first number of a tag, or None if there is none."""
    value = tags.get(name)
    if value is None or value == "":
        return None
    number = float(value[0] if hasattr(value, "__getitem__") and len(value) else value)
    return number if np.isfinite(number) else None


def _make_palette(tags: Any, dtype: np.dtype, order: str) -> np.ndarray:
    """Makes the table of colours, (256 or 65536, 3) uint8."""
    index = np.arange(2 ** (8 * dtype.itemsize))
    tables = []
    for name in ("Red", "Green", "Blue"):
        entries, first, bits = (
            int(number) for number in tags[f"{name}PaletteColorLookupTableDescriptor"].value
        )
        entries = entries or _MAX_ENTRIES  # 65,536 does not fit into the field
        content = tags[f"{name}PaletteColorLookupTableData"].value
        if not isinstance(content, bytes):  # pydicom reads some of these tables as numbers
            content = np.asarray(content, f"{order}u2").tobytes()
        if bits == 8 and len(content) < 2 * entries:
            # Two entries share a word, the first one in its low byte.
            words = np.frombuffer(content[: len(content) // 2 * 2], f"{order}u2")
            table = words.astype("<u2").view(np.uint8)[:entries]
        else:
            table = np.frombuffer(content, f"{order}u2", entries)
        tables.append(table.astype(np.int64)[np.clip(index - first, 0, entries - 1)])
    colours = np.stack(tables, axis=1)
    # Some writers fill fields of 16 bits with values of 8.
    top = 255 if colours.max() <= 255 else 65_535
    return np.clip(np.round(colours / top * 255), 0, 255).astype(np.uint8)

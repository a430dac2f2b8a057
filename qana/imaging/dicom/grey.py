"""Makes the table from the stored values of a DICOM picture to grey.

Source: DICOM PS3.3, Sections C.11.1 (modality LUT), C.11.2 (VOI LUT) and C.11.6 (presentation LUT).
"""

from typing import Any

import numpy as np

from qana.imaging.dicom.tables import LookupTable, read_lookup_table


def make_linear_table(tags: Any, dtype: np.dtype) -> np.ndarray:
    """Makes a table in which the lowest stored value is 0 and the highest is 255.

    Args:
        tags: pydicom's data set with the tags that describe the pixels.
        dtype: type of the stored values, uint8 or uint16.

    Returns:
        (256,) or (65536,) uint8.
    """
    values, low, high = _read_stored(tags, dtype)
    return _scale(values, low, high)


def make_grey_table(tags: Any, dtype: np.dtype, order: str) -> np.ndarray:
    """Makes the table of greys, with the lookup tables or the window of the file if it has them.

    Args:
        tags: pydicom's data set with the tags that describe the pixels.
        dtype: type of the stored values, uint8 or uint16.
        order: byte order of the file, "<" or ">".

    Returns:
        (256,) or (65536,) uint8.
    """
    values, low, high = _read_stored(tags, dtype)
    signed = int(tags.get("PixelRepresentation") or 0) == 1
    if (modality := _read_table(tags, "ModalityLUTSequence", order, signed)) is not None:
        values, low, high = modality.apply(values), 0, 2**modality.bits - 1
        shown: np.ndarray = values
    else:
        slope, intercept = (_read_number(tags, f"Rescale{name}") for name in ("Slope", "Intercept"))
        shown = values * (1.0 if slope is None else slope) + (intercept or 0.0)
        signed |= bool(shown.min() < 0)
    if (voi := _read_table(tags, "VOILUTSequence", order, signed)) is not None:
        numbers = np.round(shown).astype(np.int64)
        table = _scale(voi.apply(numbers), 0, 2**voi.bits - 1)
    elif (share := _apply_window(tags, shown)) is not None:
        table = np.round(share * 255).astype(np.uint8)
    else:
        table = _scale(values, low, high)
    # Both say the same: MONOCHROME1 requires the shape INVERSE, so they do not cancel out.
    inverted = "MONOCHROME1" in str(tags.PhotometricInterpretation)
    inverted |= str(tags.get("PresentationLUTShape", "")).strip() == "INVERSE"
    return 255 - table if inverted else table


def _scale(values: np.ndarray, low: int, high: int) -> np.ndarray:
    scaled = np.round((values - low) / (high - low or 1) * 255)
    return np.clip(scaled, 0, 255).astype(np.uint8)


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


def _read_table(tags: Any, name: str, order: str, signed: bool) -> LookupTable | None:
    """Reads the first table of a sequence; None if there is none."""
    for item in tags.get(name) or ():
        if "LUTDescriptor" in item and "LUTData" in item:
            descriptor, content = item["LUTDescriptor"].value, item["LUTData"].value
            return read_lookup_table(descriptor, content, order, signed=signed)
    return None


def _apply_window(tags: Any, shown: np.ndarray) -> np.ndarray | None:
    """Returns the share of white of each value, 0 to 1; None if the file has no window."""
    centre, width = (_read_number(tags, f"Window{name}") for name in ("Center", "Width"))
    function = str(tags.get("VOILUTFunction", "")).strip()
    is_linear = function not in ("SIGMOID", "LINEAR_EXACT")
    if centre is None or width is None or width <= (1 if is_linear else 0):
        return None
    if function == "SIGMOID":
        return 1 / (1 + np.exp(np.clip(-4 * (shown - centre) / width, -500, 500)))
    if function == "LINEAR_EXACT":
        return np.clip((shown - centre) / width + 0.5, 0, 1)
    return np.clip((shown - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)


def _read_number(tags: Any, name: str) -> float | None:
    """Returns the first number of a tag, or None if there is none."""
    value = tags.get(name)
    if value is None or value == "":
        return None
    number = float(value[0] if hasattr(value, "__getitem__") and len(value) else value)
    return number if np.isfinite(number) else None

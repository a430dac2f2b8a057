"""Loads TIFFs sample by sample, where Pillow misreads or refuses them."""

import numpy as np
from PIL import Image

from qana.errors import ImageError
from qana.imaging.declared_colours import SPACE_KEY, read_exif_space
from qana.imaging.limits import TimedReader, check_size
from qana.imaging.tiff.pixels import UNREAD_FORM
from qana.imaging.tiff.samples import (
    ASSUMED,
    CMYK,
    GREY,
    GREY_FROM_WHITE,
    ICC_LAB,
    LAB,
    RGB,
    YCBCR,
    SampleLayout,
    split_planes,
    spread_samples,
)
from qana.imaging.tiff.ycbcr import convert_ycbcr, spread_blocks

_MODES = {
    **{GREY_FROM_WHITE: "L", GREY: "L", RGB: "RGB", CMYK: "CMYK", YCBCR: "RGB"},
    **{LAB: "LAB", ICC_LAB: "LAB"},
}
_WHITES = {GREY: (255,), RGB: (255,) * 3, LAB: (255, 128, 128), ICC_LAB: (255, 128, 128)}
"""White as Pillow stores it; 0 of each ink otherwise."""


def load_samples(data: bytes, layout: SampleLayout, reduced_to: int) -> Image.Image:
    """Loads a TIFF sample by sample, on white if it is transparent.

    Args:
        data: a TIFF with one page.
        layout: its layout, see `find_layout`.
        reduced_to: longer side that the picture is reduced to afterwards, pixels. A picture of
            more than twice this side is reduced to about that.

    Returns:
        The picture in mode L, RGB, CMYK or LAB, with its profile and colour space.

    Raises:
        ImageError: the size is not accepted, or a form of transparency is not read.
        TooCostlyError: decoding takes too long.
        Exception: the TIFF is damaged; Pillow raises exceptions of many kinds.
    """
    if layout.photometric in (LAB, ICC_LAB) and layout.is_premultiplied:
        raise ImageError(UNREAD_FORM)
    alpha = layout.alpha
    numbers = [*range(layout.colours), *([] if alpha is None else [alpha])]
    info: dict[str | tuple[int, int], object] = {}
    if layout.separate:
        planes = _load_separate(data, layout, numbers, reduced_to, info)
    else:
        planes = _load_interleaved(data, layout, numbers, reduced_to, info)
    if layout.ycbcr is not None:
        planes = convert_ycbcr(planes, layout.ycbcr)
    if ASSUMED in layout.extras and not planes[-1].any():
        planes.pop()
    elif alpha is not None:
        planes = _lay_on_white(planes, layout)
    bands = [255 - plane if layout.photometric == GREY_FROM_WHITE else plane for plane in planes]
    picture = Image.merge(_MODES[layout.photometric], [Image.fromarray(band) for band in bands])
    picture.info.update(info)
    return picture


def _load_separate(
    data: bytes,
    layout: SampleLayout,
    numbers: list[int],
    reduced_to: int,
    info: dict[str | tuple[int, int], object],
) -> list[np.ndarray]:
    tiffs, planes, deadline = split_planes(data, layout), [], None
    for number in numbers:
        reader = TimedReader(tiffs[number], deadline)
        deadline = reader.deadline
        with Image.open(reader, formats=["TIFF"]) as plane:
            check_size(*plane.size, reduced_to)
            info |= _read_info(plane)
            planes.append(_reduce(_convert_sample(np.asarray(plane), layout, number), reduced_to))
    return planes


def _load_interleaved(
    data: bytes,
    layout: SampleLayout,
    numbers: list[int],
    reduced_to: int,
    info: dict[str | tuple[int, int], object],
) -> list[np.ndarray]:
    with Image.open(TimedReader(spread_samples(data, layout)), formats=["TIFF"]) as wide:
        width, height = layout.size
        check_size(width, height, reduced_to)
        info |= _read_info(wide)
        samples = np.asarray(wide).reshape(wide.height, wide.width // layout.unit, layout.unit)
    if layout.subsampling != (1, 1):
        spread = spread_blocks(samples, layout.subsampling, layout.size)
        return [_reduce(plane, reduced_to) for plane in spread]
    planes = []
    for number in numbers:
        values = samples[..., number]
        if layout.predictor == 2:
            step = layout.tile_width or width
            starts = range(0, width, step)
            values = np.concatenate(
                [np.cumsum(values[:, at : at + step], axis=1, dtype=values.dtype) for at in starts],
                axis=1,
            )
        planes.append(_reduce(_convert_sample(values, layout, number), reduced_to))
    return planes


def _read_info(picture: Image.Image) -> dict[str | tuple[int, int], object]:
    return {
        "icc_profile": picture.info.get("icc_profile"),
        SPACE_KEY: read_exif_space(picture),
    }


def _convert_sample(values: np.ndarray, layout: SampleLayout, number: int) -> np.ndarray:
    """Converts a sample to 8 bits as Pillow stores them."""
    if values.dtype.itemsize == 2:
        # Of 16-bit CIELAB, the high byte is the 8-bit value (Photoshop's TIFF technical notes).
        values = (values >> 8).astype(np.uint8)
    if layout.photometric == LAB and number in (1, 2):  # a* and b* have a sign
        values = values ^ np.uint8(128)
    return np.ascontiguousarray(values, dtype=np.uint8)


def _reduce(values: np.ndarray, reduced_to: int) -> np.ndarray:
    factor = max(values.shape) // (2 * reduced_to)
    if factor < 2:
        return values
    return np.asarray(Image.fromarray(values).reduce(factor))


def _lay_on_white(planes: list[np.ndarray], layout: SampleLayout) -> list[np.ndarray]:
    *colours, alpha = (plane.astype(np.int32) for plane in planes)
    whites = _WHITES.get(layout.photometric, (0,) * len(colours))
    laid = []
    for colour, white in zip(colours, whites, strict=True):
        weighted = colour * 255 if layout.is_premultiplied else colour * alpha
        laid.append((weighted + white * (255 - alpha) + 127) // 255)
    return [values.clip(0, 255).astype(np.uint8) for values in laid]

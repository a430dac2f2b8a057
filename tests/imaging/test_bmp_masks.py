"""BMP files with any masks are read, whatever their header."""

import struct
from itertools import product

import numpy as np
import pytest

from qana.imaging import ImageError, read_image
from tests.imaging.photo_files import make_photo

MASKS = {
    "4-4-4": (16, (0xF00, 0xF0, 0xF, 0)),
    "4-4-4-4": (16, (0xF00, 0xF0, 0xF, 0xF000)),
    "5-5-5": (16, (0x7C00, 0x3E0, 0x1F, 0)),
    "5-6-5": (16, (0xF800, 0x7E0, 0x1F, 0)),
    "5-6-5 from blue": (16, (0x1F, 0x7E0, 0xF800, 0)),
    "10-10-10": (32, (0x3FF00000, 0xFFC00, 0x3FF, 0)),
    "10-10-10-2": (32, (0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000)),
    "11-11-10": (32, (0xFFE00000, 0x1FFC00, 0x3FF, 0)),
    "8-8-8 from red": (32, (0xFF, 0xFF00, 0xFF0000, 0)),
}
SIZES = [(144, 96), (97, 65)]


def encode_masks(
    values: np.ndarray, bits: int, masks: tuple[int, ...], header: int, compression: int, down: bool
) -> bytes:
    """Returns a BMP of (H, W, 4) values in the order red, green, blue, alpha."""
    height, width = values.shape[:2]
    numbers = np.zeros((height, width), np.uint64)
    for channel, mask in zip(values.transpose(2, 0, 1), masks, strict=True):
        if mask:
            shift = (mask & -mask).bit_length() - 1
            level = np.rint(channel / 255 * (mask >> shift)).astype(np.uint64)
            numbers |= level << np.uint64(shift)
    coded = np.ascontiguousarray(numbers.astype(f"<u{bits // 8}")).view(np.uint8)
    padded = np.pad(coded, ((0, 0), (0, -coded.shape[1] % 4)))
    pixels = (padded if down else padded[::-1]).tobytes()
    info = struct.pack(
        "<IiiHHIIiiII",
        *(header, width, -height if down else height, 1, bits, compression, len(pixels)),
        *(2835, 2835, 0, 0),
    )
    info += struct.pack("<4I", *masks)[: 16 if header >= 56 or compression == 6 else 12]
    info = (info + b"BGRs" if header >= 108 else info).ljust(header, b"\0")
    start = 14 + len(info)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + info + pixels


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", MASKS)
def test_each_mask_is_read(name: str, size: tuple[int, int]) -> None:
    bits, masks = MASKS[name]
    photo = np.asarray(make_photo(8, *size))
    opaque = np.dstack([photo, np.full(photo.shape[:2], 255, np.uint8)])
    fewest = min(mask.bit_count() for mask in masks[:3])
    step = 255 / (2 ** min(fewest, 8) - 1)
    for header, compression, down in product((40, 52, 56, 108, 124), (3, 6), (False, True)):
        data = encode_masks(opaque, bits, masks, header, compression, down)
        found = read_image(data).astype(int)
        assert np.abs(found - photo).max() <= (step / 2 + 1 if fewest < 8 else 0)


@pytest.mark.parametrize("name", ["4-4-4-4", "10-10-10-2"])
def test_the_transparency_of_masks_is_heeded(name: str) -> None:
    photo = np.asarray(make_photo(8))
    alpha = np.full(photo.shape[:2], 255, np.uint8)
    alpha[:30] = 0
    data = encode_masks(np.dstack([photo, alpha]), *MASKS[name], 124, 3, False)
    pixels = read_image(data)
    assert (pixels[:30] == 255).all()
    assert np.abs(pixels[30:].astype(int) - photo[30:]).max() <= 9


@pytest.mark.parametrize("masks", [(0xF0F, 0xF0, 0, 0), (0, 0, 0, 0), (0xF00000, 0xF0, 0xF, 0)])
def test_impossible_masks_are_damage(masks: tuple[int, ...]) -> None:
    with pytest.raises(ImageError, match="damaged"):
        read_image(encode_masks(np.zeros((96, 144, 4), np.uint8), 16, masks, 56, 3, False))


def test_masked_pixels_may_not_be_missing() -> None:
    data = encode_masks(np.zeros((96, 144, 4), np.uint8), *MASKS["4-4-4"], 40, 3, False)
    with pytest.raises(ImageError, match="damaged"):
        read_image(data[:-1000])

"""BMP files of Windows programs look as Windows shows them, and other forms are named."""

import struct

import numpy as np
import pytest

from qana.imaging import ImageError, read_image
from tests.imaging.photo_files import encode, list_tags, make_photo, make_tiff

SIZES = [(144, 96), (97, 65), (300, 200)]
MASKS = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)


def encode_bmp(
    values: np.ndarray, header: int, compression: int = 3, top_down: bool = False
) -> bytes:
    """Returns a BMP of (H, W, 4) values in the order red, green, blue, alpha."""
    height, width = values.shape[:2]
    rows = values[..., [2, 1, 0, 3]] if top_down else values[::-1, :, [2, 1, 0, 3]]
    pixels = np.ascontiguousarray(rows).tobytes()
    info = struct.pack(
        "<IiiHHIIiiII",
        *(header, width, -height if top_down else height, 1, 32, compression, len(pixels)),
        *(2835, 2835, 0, 0),
    )
    info += struct.pack("<4I", *MASKS) + b"BGRs"
    info = info.ljust(header, b"\0")
    start = 14 + len(info)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + info + pixels


@pytest.mark.parametrize("top_down", [False, True])
@pytest.mark.parametrize("header", [108, 124])
@pytest.mark.parametrize("size", SIZES)
def test_an_alpha_of_zero_everywhere_means_no_transparency(
    size: tuple[int, int], header: int, top_down: bool
) -> None:
    photo = np.asarray(make_photo(8, *size))
    for level in (0, 255):
        alpha = np.full((*photo.shape[:2], 1), level, np.uint8)
        data = encode_bmp(np.dstack([photo, alpha]), header, top_down=top_down)
        np.testing.assert_array_equal(read_image(data), photo)


@pytest.mark.parametrize("header", [108, 124])
def test_an_alpha_that_is_used_is_kept(header: int) -> None:
    photo = np.asarray(make_photo(8))
    alpha = np.zeros((*photo.shape[:2], 1), np.uint8)
    alpha[:50] = 255
    pixels = read_image(encode_bmp(np.dstack([photo, alpha]), header))
    np.testing.assert_array_equal(pixels[:50], photo[:50])
    assert (pixels[50:] == 255).all()


@pytest.mark.parametrize("order", "<>")
def test_an_undeclared_sample_of_zero_means_no_transparency(order: str) -> None:
    photo = np.asarray(make_photo(8))
    for separate in (False, True):
        samples = np.dstack([photo, np.zeros(photo.shape[:2], np.uint8)])
        strips = [plane.tobytes() for plane in samples.transpose(2, 0, 1)]
        tags = list_tags(144, 96, (8,) * 4, 2, t284=2 if separate else 1)
        pixels = strips if separate else [samples.tobytes()]
        data = make_tiff(tags, pixels=[pixels], order=order)
        np.testing.assert_array_equal(read_image(data), photo)


@pytest.mark.parametrize(
    ("header", "compression", "name"),
    [
        (40, 4, "JPEG pixels"),
        (124, 4, "JPEG pixels"),
        (108, 5, "PNG pixels"),
        (40, 11, "CMYK pixels"),
        (64, 4, "OS/2"),
        (64, 3, "fax pixels"),
    ],
)
def test_other_pixels_in_a_bmp_are_named(header: int, compression: int, name: str) -> None:
    start = 14 + header
    size = struct.pack("<IiiHHI", header, 144, 96, 1, 0, compression).ljust(header, b"\0")
    jpeg = encode(make_photo(), "JPEG")
    data = b"BM" + struct.pack("<IHHI", start + len(jpeg), 0, 0, start) + size + jpeg
    with pytest.raises(ImageError, match=name):
        read_image(data)

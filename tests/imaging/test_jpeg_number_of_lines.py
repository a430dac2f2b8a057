"""A JPEG whose height comes after its pixels is read, alone and in DICOM."""

import struct

import numpy as np
import pytest
from PIL import Image

from qana.imaging import ImageError, read_image
from tests.imaging.photo_files import encode, make_photo
from tests.imaging.test_dicom_jpeg import wrap

SIZES = [(150, 112), (333, 250)]
FORMS: dict[str, dict[str, object]] = {
    "baseline": {"quality": 95},
    "full colours": {"subsampling": 0},
    "progressive": {"progressive": True},
    "with restarts": {"restart_marker_blocks": 4},
}


def move_height(jpeg: bytes) -> bytes:
    """Moves the height of a JPEG from its header to a segment DNL after the first scan."""
    at = next(jpeg.index(mark) for mark in (b"\xff\xc0", b"\xff\xc2") if mark in jpeg) + 5
    height = jpeg[at : at + 2]
    end = jpeg.index(b"\xff\xda")
    while jpeg[end] != 0xFF or jpeg[end + 1] in (0, 0xDA, *range(0xD0, 0xD8)):
        end += 1
    moved = jpeg[:end] + b"\xff\xdc\0\4" + height + jpeg[end:]
    return moved[:at] + bytes(2) + moved[at + 2 :]


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("form", FORMS)
def test_the_height_may_follow_the_pixels(form: str, size: tuple[int, int], mode: str) -> None:
    jpeg = encode(make_photo(2, *size).convert(mode), "JPEG", **FORMS[form])
    moved = move_height(jpeg)
    np.testing.assert_array_equal(read_image(moved), read_image(jpeg))
    np.testing.assert_array_equal(read_image(moved[:-2]), read_image(jpeg))
    with pytest.raises(ImageError):
        read_image(moved[: len(moved) * 2 // 3])


def test_a_wrong_height_is_damage() -> None:
    moved = move_height(encode(make_photo(2), "JPEG"))
    at = moved.index(b"\xff\xdc\0\4") + 4
    for height in (0, 200):
        with pytest.raises(ImageError):
            read_image(moved[:at] + struct.pack(">H", height) + moved[at + 2 :])


def test_the_height_of_a_dicom_frame_may_follow_its_pixels() -> None:
    photo = np.asarray(make_photo(2, 150, 112))
    jpeg = encode(Image.fromarray(photo), "JPEG", quality=94)
    np.testing.assert_array_equal(
        read_image(wrap(move_height(jpeg), photo)), read_image(wrap(jpeg, photo))
    )

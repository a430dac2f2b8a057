"""A JPEG that lost pixels is refused, also where an end marker hides it."""

import random

import numpy as np
import pytest
from PIL import Image, ImageDraw

from qana.imaging import ImageError, read_image
from tests.imaging.photo_files import encode, make_photo

END = b"\xff\xd9"
FORMS: dict[str, dict[str, object]] = {
    "baseline": {},
    "good quality": {"quality": 96, "subsampling": 0},
    "low quality": {"quality": 20},
    "optimized": {"optimize": True},
    "progressive": {"progressive": True},
    "with restarts": {"restart_marker_blocks": 4},
    "with a restart in each row": {"restart_marker_rows": 1},
}
SIZES = [(176, 128), (97, 301), (640, 480)]
CASES = [(form, mode, size) for form in FORMS for mode in ("RGB", "L", "CMYK") for size in SIZES]


def encode_noisy(form: str, mode: str, size: tuple[int, int]) -> bytes:
    """Returns a JPEG with details everywhere, as photos have."""
    photo = np.asarray(make_photo(5, *size).convert(mode)).astype(int)
    noise = np.random.default_rng(1).integers(-12, 13, photo.shape)
    values = (photo + noise).clip(0, 255).astype(np.uint8)
    return encode(Image.fromarray(values, mode), "JPEG", **FORMS[form])


@pytest.mark.parametrize(("form", "mode", "size"), CASES)
def test_a_cut_jpeg_with_an_end_marker_is_refused(
    form: str, mode: str, size: tuple[int, int]
) -> None:
    whole = encode_noisy(form, mode, size)
    start = whole.index(b"\xff\xda") + 30
    read_image(whole)
    for share in (0.3, 0.5, 0.9, 0.98):
        cut = whole[: start + int((len(whole) - start) * share)]
        for rest in (
            END,
            bytes(len(whole) - len(cut)) + END,
            b"\xff" * 600 + END,
            b"\xaa" * (len(whole) - len(cut)) + END,
            END + bytes(900) + END,
            encode(make_photo(), "JPEG"),
        ):
            with pytest.raises(ImageError, match="damaged"):
                read_image(cut + rest)


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("form", FORMS)
def test_a_hole_in_a_jpeg_is_found(form: str, mode: str) -> None:
    whole = encode_noisy(form, mode, (640, 480))
    rng = random.Random(form)
    start = whole.index(b"\xff\xda") + 30
    length = (len(whole) - start) // 3
    for filler in (b"\0", b"\xff", b"\x55"):
        at = rng.randrange(start, len(whole) - length - 40)
        with pytest.raises(ImageError, match="damaged"):
            read_image(whole[:at] + filler * length + whole[at + length :])


@pytest.mark.parametrize("colour", ["white", "black", (128, 128, 128)])
@pytest.mark.parametrize("form", FORMS)
def test_flat_areas_are_no_holes(form: str, colour: str | tuple[int, ...]) -> None:
    for height in (2000, 2001, 2008, 2015):
        photo = make_photo(2, 800, height)
        ImageDraw.Draw(photo).rectangle((0, 100, 800, height), fill=colour)
        data = encode(photo, "JPEG", **(FORMS[form] | {"optimize": True}))
        assert read_image(data).shape[0] == min(height, 1600)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("form", FORMS)
def test_bytes_after_the_last_pixel_do_no_harm(form: str, mode: str) -> None:
    whole = encode_noisy(form, mode, (176, 128))
    expected = read_image(whole)
    body = whole[:-2]
    for data in (
        body + bytes(5000) + END,
        body + b"\1\2\3" * 30 + END,
        body + b"\xff\xff\xff" + END,
        whole + bytes(4096),
        whole + encode(make_photo(), "JPEG"),
        whole + b"trailer" + b"\xff\xda\0\4\0\0" * 9,
    ):
        np.testing.assert_array_equal(read_image(data), expected)

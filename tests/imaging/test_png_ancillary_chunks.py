"""Faulty ancillary chunks of a PNG do not hide the photo, whatever the form of its pixels."""

import zlib

import numpy as np
import pytest
from PIL import ImageCms

from qana.imaging import read_image
from tests.imaging.photo_files import make_chunk, make_photo, make_png

GREY = np.asarray(make_photo(7).convert("L"))
PHOTO = np.asarray(make_photo(7))
COLOURS = make_photo(7).quantize(64)
PALETTE = make_chunk(b"PLTE", bytes(COLOURS.getpalette() or [])[: 64 * 3])
OPAQUE = np.full((*GREY.shape, 1), 255, np.uint8)
FORMS = {
    "grey": (GREY, 8, 0, []),
    "deep grey": (GREY.astype(np.uint16) * 257, 16, 0, []),
    "RGB": (PHOTO, 8, 2, []),
    "deep RGB": (PHOTO.astype(np.uint16) * 257, 16, 2, []),
    "palette": (np.asarray(COLOURS), 8, 3, [PALETTE]),
    "grey with alpha": (np.dstack([GREY, OPAQUE]), 8, 4, []),
    "RGB with alpha": (np.dstack([PHOTO, OPAQUE]), 8, 6, []),
}
PROFILE = zlib.compress(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
FAULTY = {
    "no profile": b"",
    "a name without an end": b"ICC profile",
    "a long name": b"n" * 80 + b"\0\0" + PROFILE,
    "an unknown compression": b"name\0\1" + PROFILE,
    "a compression of 255": b"name\0\xff" + PROFILE,
    "no compression": b"name\0",
    "a cut profile": b"name\0\0" + PROFILE[:40],
    "a damaged profile": b"name\0\0" + b"\1\2\3" + PROFILE,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 255, 257, 300])
def test_transparency_of_a_wrong_length_is_left_out(form: str, length: int) -> None:
    values, depth, colour, before = FORMS[form]
    if length in {0: (2,), 2: (6,)}.get(colour, ()) or (colour == 3 and 1 <= length <= 256):
        pytest.skip("this length is right")
    transparent = make_chunk(b"tRNS", bytes(length))
    expected = read_image(make_png(values, depth, colour, *before))
    pixels = read_image(make_png(values, depth, colour, *before, transparent))
    np.testing.assert_array_equal(pixels, expected)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fault", FAULTY)
def test_a_faulty_profile_is_left_out(form: str, fault: str) -> None:
    values, depth, colour, before = FORMS[form]
    profile = make_chunk(b"iCCP", FAULTY[fault])
    expected = read_image(make_png(values, depth, colour, *before))
    pixels = read_image(make_png(values, depth, colour, profile, *before))
    np.testing.assert_array_equal(pixels, expected)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", [b"gAMA", b"cHRM", b"sRGB", b"cICP", b"eXIf", b"pHYs", b"sBIT"])
def test_other_chunks_may_have_any_length(form: str, name: bytes) -> None:
    values, depth, colour, before = FORMS[form]
    for length in (0, 1, 2, 3, 5, 7, 9, 31, 33, 100):
        data = make_png(values, depth, colour, make_chunk(name, bytes(length)), *before)
        assert read_image(data).shape == PHOTO.shape

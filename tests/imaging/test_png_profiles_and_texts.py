"""PNG files with large or grey profiles and with EXIF data in texts look as they should."""

import zlib

import numpy as np
import pytest

from qana.imaging import read_image
from tests.imaging.photo_files import make_chunk, make_photo, make_png
from tests.imaging.profile_files import make_profile
from tests.imaging.test_png_and_exif_colours import encode_exif

PHOTO = np.asarray(make_photo(6))
GREY = np.asarray(make_photo(6).convert("L"))
OPAQUE = np.full((*GREY.shape, 1), 255, np.uint8)


def make_iccp(profile: bytes) -> bytes:
    return make_chunk(b"iCCP", b"name\0\0" + zlib.compress(profile, 1))


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("colour", [0, 2, 4, 6])
@pytest.mark.parametrize("filler", [2**20 - 2000, 2**20, 3 * 2**20])
def test_a_large_profile_is_heeded(filler: int, colour: int, depth: int) -> None:
    base = PHOTO if colour & 2 else GREY[..., None]
    values = np.dstack([base, OPAQUE]) if colour & 4 else base
    values = values.astype(np.uint16) * 257 if depth == 16 else values
    model = "RGB" if colour & 2 else "GRAY"
    small = read_image(make_png(values, depth, colour, make_iccp(make_profile(model, 1.0))))
    large = make_iccp(make_profile(model, 1.0, filler))
    np.testing.assert_array_equal(read_image(make_png(values, depth, colour, large)), small)
    assert np.abs(small.astype(int) - read_image(make_png(values, depth, colour))).mean() > 20


def test_a_huge_profile_is_left_out() -> None:
    profile = make_profile("RGB", 1.0, 2000) + bytes(20 * 2**20)
    pixels = read_image(make_png(PHOTO, 8, 2, make_iccp(profile)))
    np.testing.assert_array_equal(pixels, PHOTO)


@pytest.mark.parametrize("gamma", [1.0, 1.8])
@pytest.mark.parametrize("depth", [8, 16])
def test_the_profile_of_greys_is_heeded_with_transparency(depth: int, gamma: float) -> None:
    profile = make_iccp(make_profile("GRAY", gamma))
    scale = 257 if depth == 16 else 1
    deep = GREY.astype(np.uint16) * scale
    expected = read_image(make_png(deep, depth, 0, profile)).astype(int)
    assert np.abs(expected - read_image(make_png(deep, depth, 0))).mean() > 4
    alpha = OPAQUE.copy()
    alpha[:40] = 0
    pixels = read_image(
        make_png(np.dstack([deep, alpha.astype(np.uint16) * scale]), depth, 4, profile)
    )
    assert (pixels[:40] == 255).all()
    assert np.abs(pixels[40:] - expected[40:]).max() <= 1
    key = int(GREY[50, 50])
    marked = make_chunk(b"tRNS", (key * scale).to_bytes(2))
    pixels = read_image(make_png(deep, depth, 0, profile, marked))
    assert (pixels[key == GREY] == 255).all()
    assert np.abs(pixels[key != GREY] - expected[key != GREY]).max() <= 1


def make_text(kind: bytes, name: bytes, content: bytes) -> bytes:
    """Returns a raw profile as ImageMagick writes it: name, length and lines of digits."""
    digits = content.hex().encode()
    lines = b"\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    text = b"\n%s\n%8d\n%s\n" % (name, len(content), lines)
    between = {b"tEXt": b"", b"zTXt": b"\0", b"iTXt": bytes(4)}[kind]
    packed = zlib.compress(text) if kind == b"zTXt" else text
    return make_chunk(kind, b"Raw profile type " + name + b"\0" + between + packed)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", [b"APP1", b"exif"])
@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt"])
def test_exif_data_in_a_text_turn_the_photo(kind: bytes, name: bytes, orientation: int) -> None:
    exif = b"Exif\0\0" + encode_exif(1, "R98", orientation=orientation).removeprefix(b"Exif\0\0")
    expected = read_image(make_png(PHOTO, 8, 2, make_chunk(b"eXIf", exif[6:])))
    text = make_text(kind, name, exif)
    np.testing.assert_array_equal(read_image(make_png(PHOTO, 8, 2, text)), expected)
    other = make_text(kind, b"APP1", b"http://ns.adobe.com/xap/1.0/\0<x/>")
    for texts in ((other, text), (text, other)):
        np.testing.assert_array_equal(read_image(make_png(PHOTO, 8, 2, *texts)), expected)
    faulty = make_chunk(kind, b"Raw profile type APP1\0\0\0\0\0no digits")
    np.testing.assert_array_equal(read_image(make_png(PHOTO, 8, 2, faulty)), PHOTO)

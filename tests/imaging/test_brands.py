"""Pictures in boxes are read whatever their first brand, and named if they are not read."""

import io
import struct

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from qana.imaging import ImageError, read_image
from tests.imaging.photo_files import encode, make_photo

PHOTOS = {"HEIF": encode(make_photo(6), "HEIF"), "AVIF": encode(make_photo(6), "AVIF")}
CODINGS = {"HEIF": b"heic", "AVIF": b"avif"}
MAJORS = [
    *(b"heic", b"avif", b"mif1", b"mif2", b"mif3", b"msf1", b"miaf", b"MiHB", b"MA1A", b"MA1B"),
    *(b"tmap", b"1pic", b"unif", b"isom", b"mp41", b"mp42", b"iso8", b"avio"),
]


def name_brands(photo: bytes, *brands: bytes) -> bytes:
    """Returns a picture with other brands; the offsets in it stay right."""
    (size,) = struct.unpack_from(">I", photo)
    places = (size - 16) // 4
    others = (*brands[1:], *[b"zzzz"] * places)[:places]
    return photo[:8] + brands[0] + bytes(4) + b"".join(others) + photo[size:]


@pytest.mark.parametrize("kind", PHOTOS)
@pytest.mark.parametrize("major", MAJORS)
def test_the_other_brands_name_the_coding(kind: str, major: bytes) -> None:
    other = "AVIF" if kind == "HEIF" else "HEIF"
    if (major in (b"MiHB", b"heic") and kind == "AVIF") or (
        major[:2] in (b"av", b"MA") and other == "AVIF"
    ):
        pytest.skip("this brand names the other coding")
    pillow_heif.register_heif_opener()  # as after a HEIC picture: it must not take AVIF pictures
    expected = np.asarray(Image.open(io.BytesIO(PHOTOS[kind])).convert("RGB"))
    for compatible in ((CODINGS[kind], b"mif1"), (b"mif1", CODINGS[kind])):
        pixels = read_image(name_brands(PHOTOS[kind], major, *compatible))
        np.testing.assert_array_equal(pixels, expected)


@pytest.mark.parametrize("kind", PHOTOS)
@pytest.mark.parametrize("major", [b"mif1", b"miaf", b"mif2", b"tmap"])
def test_the_parameters_of_the_decoder_name_the_coding(kind: str, major: bytes) -> None:
    pixels = read_image(name_brands(PHOTOS[kind], major, b"mif1"))
    np.testing.assert_array_equal(pixels, read_image(PHOTOS[kind]))


@pytest.mark.parametrize(
    ("brands", "name"),
    [
        ((b"isom", b"mp41"), "video"),
        ((b"qt  ",), "video"),
        ((b"M4A ", b"isom"), "sound"),
        ((b"crx ", b"isom"), "raw file"),
        ((b"mif1", b"avci"), "H.264"),
        ((b"vvic", b"mif1"), "H.266"),
        ((b"mif1", b"j2ki"), "JPEG 2000"),
        ((b"mif1", b"miaf"), "unknown kind"),
    ],
)
def test_what_is_refused_is_named(brands: tuple[bytes, ...], name: str) -> None:
    box = struct.pack(">I", 16 + 4 * (len(brands) - 1)) + b"ftyp" + brands[0] + bytes(4)
    with pytest.raises(ImageError, match=name):
        read_image(box + b"".join(brands[1:]) + b"\0\0\0\x10mdat" + bytes(300))

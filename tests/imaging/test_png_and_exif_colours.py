"""The chunks of a PNG file and the Exif tags of a photo declare its colours."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from qana.imaging import decode_image
from tests.doubles.declared_colours import (
    SAMPLES,
    TO_P3,
    chrm,
    cicp,
    difference,
    eight_bits,
    encode_png,
    encode_transfer,
    gama,
    photo,
    values_in,
)

TO_ADOBE = [[0.71513, 0.28487, 0.0], [0.0, 1.0, 0.0], [0.0, 0.04116, 0.95884]]
"""From linear BT.709 (Adobe RGB (1998) Color Image Encoding)."""
ADOBE_CHRM = (0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
SRGB_CHRM = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
P3_CHRM = (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)


@pytest.mark.parametrize("exponent", [1.0, 0.55556, 0.5, 0.38462, 0.35714])
@pytest.mark.parametrize("depth", [8, 16])
def test_png_gamma(exponent: float, depth: int) -> None:
    image = photo(2, (200, 150))
    data = encode_png(values_in(image, np.eye(3), exponent), gama(exponent), depth=depth)
    assert difference(data, image) < (4.0 if exponent == 1.0 else 1.5)


@pytest.mark.parametrize(
    ("matrix", "points", "exponent"),
    [(TO_ADOBE, ADOBE_CHRM, 0.45471), (TO_P3, P3_CHRM, 0.45455), (TO_P3, P3_CHRM, 0.55556)],
)
def test_png_primaries(matrix: object, points: tuple[float, ...], exponent: float) -> None:
    image = photo(1, (200, 150))
    data = encode_png(values_in(image, matrix, exponent), gama(exponent), chrm(points))
    assert difference(data, image) < 1.5
    data = encode_png(values_in(image, matrix, 13), chrm(points))
    assert difference(data, image) < 1.5


def test_png_white_point_stays_white() -> None:
    points = (0.3457, 0.3585, 0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001)  # ProPhoto, D50
    pixels = decode_image(encode_png(np.ones((80, 80, 3)), gama(0.55556), chrm(points)))
    assert pixels.min() == 255


def test_grey_png_with_gamma() -> None:
    ramp = np.tile(np.linspace(0, 1, 256), (80, 1))
    pixels = decode_image(encode_png(ramp ** (1 / 1.8), gama(1 / 1.8), depth=16))
    np.testing.assert_allclose(pixels[0, 64:, 0], encode_transfer(ramp[0, 64:], 13) * 255, atol=2)


def test_precedence_in_png() -> None:
    image = photo(4, (200, 150))
    plain = values_in(image, np.eye(3), 13)
    wide = values_in(image, TO_P3, 13)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    iccp = (b"iCCP", b"x\0\0" + zlib.compress(srgb))
    others = [gama(1.0), chrm(ADOBE_CHRM)]
    assert difference(encode_png(wide, cicp(12, 13), iccp, *others), image) < 1.5
    assert difference(encode_png(plain, iccp, *others), image) < 1.5
    assert difference(encode_png(plain, (b"sRGB", b"\0"), *others), image) == 0
    assert difference(encode_png(plain, cicp(1, 13), *others), image) == 0
    # Chunks that PNG does not allow count as none.
    assert difference(encode_png(wide, cicp(9, 16, 9), cicp(2, 2)), image) > 1.5
    assert difference(encode_png(plain, cicp(9, 16, 9), (b"sRGB", b"\0")), image) == 0


def test_narrow_range_in_png() -> None:
    image = photo(5, (200, 150))
    narrow = (values_in(image, TO_P3, 13) * 219 + 16) / 255
    assert difference(encode_png(narrow, cicp(12, 13, 0, 0)), image) < 1.5


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG", "TIFF", "MPO"])
@pytest.mark.parametrize("byte_order", ["<", ">"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_exif_adobe_rgb(kind: str, byte_order: str, orientation: int) -> None:
    image = photo(6, (240, 180))
    adobe = eight_bits(values_in(image, TO_ADOBE, 256 / 563))
    pixels = decode_image(save(adobe, kind, encode_exif(65_535, "R03", byte_order, orientation)))
    expected = image.rotate(-90, expand=True) if orientation == 6 else image
    assert np.abs(pixels.astype(float) - np.asarray(expected)).mean() < 2


def test_exif_that_does_not_name_adobe_rgb() -> None:
    image = photo(6, (240, 180))
    plain = decode_image(save(image, "JPEG", b""))
    for space, index in ((1, "R98"), (65_535, "R98"), (1, "R03"), (65_535, "THM"), (7, "R03")):
        pixels = decode_image(save(image, "JPEG", encode_exif(space, index)))
        assert (pixels == plain).all()
    assert (decode_image(save(image, "JPEG", encode_exif(2, "R98"))) != plain).any()


def test_a_profile_precedes_exif_and_exif_follows_a_broken_profile() -> None:
    image = photo(7, (240, 180))
    exif = encode_exif(65_535, "R03")
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = decode_image(save(image, "JPEG", b""))
    assert np.abs(decode_image(save(image, "JPEG", exif, srgb)).astype(int) - plain).max() <= 1
    adobe = decode_image(save(image, "JPEG", exif))
    assert (decode_image(save(image, "JPEG", exif, b"broken")) == adobe).all()


def save(image: Image.Image, kind: str, exif: bytes, profile: bytes | None = None) -> bytes:
    options: dict[str, object] = {"quality": 97}
    if kind == "JPEG":
        options["subsampling"] = 0
    if kind == "WEBP":
        options = {"lossless": True}
    if kind == "MPO":
        options |= {"save_all": True, "append_images": [image], "subsampling": 0}
    if kind == "TIFF":
        options = {}
    if exif:
        parsed = Image.Exif()
        parsed.load(exif)
        options["exif"] = parsed if kind == "TIFF" else exif
    buffer = io.BytesIO()
    image.save(buffer, kind, icc_profile=profile, **options)
    data = buffer.getvalue()
    if kind == "TIFF":  # Pillow copies the offset of the third directory, not the directory
        entry = struct.Struct("<HHII").pack
        index = struct.pack("<H", 1) + struct.pack("<HHI4s", 1, 2, 4, exif[-8:-4]) + bytes(4)
        assert entry(0xA005, 4, 1, 68) in data
        data = data.replace(entry(0xA005, 4, 1, 68), entry(0xA005, 4, 1, len(data))) + index
    return data


def encode_exif(space: int, index: str, byte_order: str = ">", orientation: int = 1) -> bytes:
    """Encodes EXIF with three directories: of the picture, of EXIF and of interoperability."""

    def directory(*entries: bytes) -> bytes:
        pack = struct.Struct(f"{byte_order}H").pack
        return pack(len(entries)) + b"".join(entries) + bytes(4)

    def short(tag: int, value: int) -> bytes:
        return struct.pack(f"{byte_order}HHIHxx", tag, 3, 1, value)

    def offset(tag: int, value: int) -> bytes:
        return struct.pack(f"{byte_order}HHII", tag, 4, 1, value)

    text = struct.pack(f"{byte_order}HHI4s", 1, 2, 4, index.encode())
    start = b"II*\0" if byte_order == "<" else b"MM\0*"
    picture = directory(short(0x0112, orientation), offset(0x8769, 38))
    return (
        b"Exif\0\0"
        + start
        + struct.pack(f"{byte_order}I", 8)
        + picture
        + directory(short(0xA001, space), offset(0xA005, 68))
        + directory(text)
    )


@pytest.mark.parametrize("sample", SAMPLES[:4], ids=lambda path: path.stem)
def test_declared_srgb_changes_no_pixel(sample: Path) -> None:
    image = Image.open(sample)
    exact = np.asarray(image.convert("RGB"))
    assert (decode_image(sample.read_bytes()) == exact).all()
    exif = encode_exif(1, "R98")
    plain = save(image, "JPEG", b"")
    assert (decode_image(save(image, "JPEG", exif)) == decode_image(plain)).all()
    values = exact / 255
    for chunks in (
        [(b"sRGB", b"\0"), gama(0.45455), chrm(SRGB_CHRM)],
        [gama(0.45455), chrm(SRGB_CHRM)],
        [gama(0.45455)],
        [chrm(SRGB_CHRM)],
        [cicp(1, 13)],
        [cicp(2, 2)],
    ):
        assert (decode_image(encode_png(values, *chunks)) == exact).all()

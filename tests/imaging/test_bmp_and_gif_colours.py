"""The colours that a BMP or a GIF declares are heeded."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from qana.imaging import decode_image
from tests.doubles.declared_colours import (
    TO_P3,
    eight_bits,
    encode_png,
    gama,
    light_of,
    photo,
    swap_channels_profile,
    values_in,
)

TO_ADOBE = [[0.71513, 0.28487, 0.0], [0.0, 1.0, 0.0], [0.0, 0.04116, 0.95884]]
ADOBE = ((0.64, 0.33, 0.03), (0.21, 0.71, 0.08), (0.15, 0.06, 0.79))
SRGB = ((0.64, 0.33, 0.03), (0.3, 0.6, 0.1), (0.15, 0.06, 0.79))
P3 = ((0.68, 0.32, 0.0), (0.265, 0.69, 0.045), (0.15, 0.06, 0.79))
P3_XYZ = ((0.4866, 0.2290, 0.0), (0.2657, 0.6917, 0.0451), (0.1982, 0.0793, 1.0439))
"""The same primaries with their luminance (SMPTE EG 432-1)."""
Points = tuple[tuple[float, ...], ...]


def make_bmp(
    image: Image.Image,
    kind: bytes = b"\0\0\0\0",
    points: Points = ((0,) * 3,) * 3,
    gamma: tuple[float, float, float] = (0, 0, 0),
    profile: bytes = b"",
    version: int = 5,
) -> bytes:
    """Returns a BMP of 24 bits, from bottom to top."""
    size = {3: 40, 4: 108, 5: 124}[version]
    width, height = image.size
    rows = np.asarray(image)[::-1, :, ::-1]
    padded = np.pad(rows.reshape(height, -1), ((0, 0), (0, -width * 3 % 4))).tobytes()
    header = struct.pack("<IiiHHIIiiII", size, width, height, 1, 24, 0, len(padded), 0, 0, 0, 0)
    header += bytes(16) + kind
    header += b"".join(struct.pack("<3i", *(round(v * 2**30) for v in one)) for one in points)
    header += struct.pack("<3I", *(round(one * 2**16) for one in gamma))
    header += struct.pack("<4I", 4, size + len(padded) if profile else 0, len(profile), 0)
    start = 14 + size
    total = start + len(padded) + len(profile)
    return struct.pack("<2sIII", b"BM", total, 0, start) + header[:size] + padded + profile


@pytest.mark.parametrize("version", [4, 5])
@pytest.mark.parametrize(
    ("matrix", "points", "exponent"),
    [
        (np.eye(3), SRGB, 1.8),
        (np.eye(3), SRGB, 1.0),
        (np.eye(3), ((0,) * 3,) * 3, 1.8),
        (TO_ADOBE, ADOBE, 2.2),
        (TO_P3, P3, 1.8),
        (TO_P3, P3, 2.6),
        (TO_P3, P3_XYZ, 2.2),
    ],
)
def test_calibrated_colours(version: int, matrix: object, points: Points, exponent: float) -> None:
    image = photo(version, (161, 120))
    stored = eight_bits(values_in(image, matrix, 1 / exponent))
    data = make_bmp(stored, points=points, gamma=(exponent,) * 3, version=version)
    limit = 4.0 if exponent == 1.0 else 1.0
    assert np.abs(decode_image(data).astype(float) - np.asarray(image)).mean() < limit


def test_each_channel_has_its_gamma() -> None:
    image = photo(1, (150, 120))
    gamma = (1.8, 2.0, 2.6)
    stored = eight_bits(light_of(image) ** (1 / np.array(gamma)))
    data = make_bmp(stored, points=SRGB, gamma=gamma)
    assert np.abs(decode_image(data).astype(float) - np.asarray(image)).mean() < 1


@pytest.mark.parametrize(
    ("kind", "points", "gamma", "version"),
    [
        (b"\0\0\0\0", ((0,) * 3,) * 3, (0, 0, 0), 4),
        (b"\0\0\0\0", SRGB, (2.2, 2.2, 2.2), 4),
        (b"\0\0\0\0", ((0.3, 0.3, 0.4),) * 3, (0, 0, 0), 5),
        (b"\0\0\0\0", ((-1, -1, 0),) * 3, (0, 0, 0), 5),
        (b"BGRs", P3, (1.8,) * 3, 4),
        (b" niW", P3, (1.8,) * 3, 5),
        (b"\0\0\0\0", P3, (1.8,) * 3, 3),
    ],
)
def test_srgb_and_no_declaration_change_no_pixel(
    kind: bytes, points: Points, gamma: tuple[float, float, float], version: int
) -> None:
    image = photo(2, (150, 120))
    data = make_bmp(image, kind, points, gamma, version=version)
    np.testing.assert_array_equal(decode_image(data), np.asarray(image))


def test_the_profile_of_a_bmp() -> None:
    image = photo(3, (163, 120))
    profile = swap_channels_profile()
    expected = decode_png(image, profile)
    data = make_bmp(image, b"DEBM", profile=profile)
    np.testing.assert_array_equal(decode_image(data), expected)
    for broken in (b"none", profile[:40]):
        data = make_bmp(image, b"DEBM", profile=broken)
        np.testing.assert_array_equal(decode_image(data), np.asarray(image))
    linked = make_bmp(image, b"KNIL", profile=b"a.icc\0")
    np.testing.assert_array_equal(decode_image(linked), np.asarray(image))


def decode_png(image: Image.Image, profile: bytes) -> np.ndarray:
    iccp = (b"iCCP", b"x\0\0" + zlib.compress(profile))
    return decode_image(encode_png(np.asarray(image) / 255, iccp))


def make_gif(image: Image.Image, *extensions: tuple[int, list[bytes]]) -> bytes:
    """Returns a GIF with extensions before the picture."""
    buffer = io.BytesIO()
    image.save(buffer, "GIF")
    data = buffer.getvalue()
    end = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    packed = b"".join(
        bytes((0x21, label)) + b"".join(bytes((len(one),)) + one for one in blocks) + b"\0"
        for label, blocks in extensions
    )
    return b"GIF89a" + data[6:end] + packed + data[end:]


@pytest.mark.parametrize("colours", [256, 32])
@pytest.mark.parametrize("block", [255, 100])
def test_the_profile_of_a_gif(colours: int, block: int) -> None:
    image = photo(4, (150, 120)).quantize(colours)
    profile = swap_channels_profile()
    blocks = [profile[at : at + block] for at in range(0, len(profile), block)]
    others = [(0xFE, [b"comment"]), (0xFF, [b"NETSCAPE2.0", b"\1\0\0"])]
    data = make_gif(image, *others, (0xFF, [b"ICCRGBG1012", *blocks]))
    found = decode_image(data)
    np.testing.assert_array_equal(found, decode_png(image.convert("RGB"), profile))
    plain = decode_image(make_gif(image, *others))
    assert np.abs(found.astype(int) - plain).mean() > 3
    for broken in ([b"ICCRGBG1012"], [b"ICCRGBG1012", profile[:90]], [b"OTHERPROFIL", *blocks]):
        np.testing.assert_array_equal(decode_image(make_gif(image, (0xFF, broken))), plain)


def test_png_gamma_of_linear_light_is_still_read() -> None:
    image = photo(5, (150, 120))
    data = encode_png(values_in(image, np.eye(3), 1.0), gama(1.0), depth=16)
    assert np.abs(decode_image(data).astype(float) - np.asarray(image)).mean() < 1


def test_the_srgb_profile_of_a_bmp_changes_nothing() -> None:
    image = photo(6, (150, 120))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    found = decode_image(make_bmp(image, b"DEBM", profile=srgb)).astype(int)
    assert np.abs(found - np.asarray(image)).max() <= 1

"""Every code of ITU-T H.273 for primaries and transfer functions is read."""

import numpy as np
import pytest
from PIL import Image

from qana.imaging import decode_image
from qana.imaging.colour_space import CICP_CURVES, CICP_PRIMARIES
from tests.doubles.declared_colours import (
    cicp,
    difference,
    encode,
    encode_png,
    encode_transfer,
    photo,
    values_in,
)

RARE = [
    *((1, transfer) for transfer in (7, 9, 10, 11, 12, 17)),
    *((12, transfer) for transfer in (7, 9, 10, 11, 12, 17)),
    *((10, transfer) for transfer in (8, 13, 17)),
    (9, 12),
    (5, 17),
]


@pytest.mark.parametrize(("primaries", "transfer"), RARE)
@pytest.mark.parametrize(
    ("container", "depth"), [("PNG", 8), ("PNG", 16), ("AVIF", 8), ("HEIC", 10), ("HEIC", 8)]
)
def test_rare_codes(container: str, depth: int, primaries: int, transfer: int) -> None:
    image = bright_photo(primaries + transfer, (160 + 8 * depth, 136 + transfer))
    data = encode(image, container, depth, primaries, transfer)
    plain = decode_image(encode(image, container, depth, 1, 13)).astype(float)
    found = decode_image(data).astype(float)
    # A lossy codec adds its own error, and in 8 bits linear XYZ leaves coarse steps in shadows.
    limit = 2.5 if container != "PNG" else 1.5 if transfer in (8, 9, 10) else 1.0
    assert np.abs(found - plain).mean() < limit
    assert np.abs((found - plain).mean(axis=(0, 1))).max() < limit


def bright_photo(number: int, size: tuple[int, int]) -> Image.Image:
    """Returns a photo without the shadows that the range of a logarithm cannot hold."""
    return photo(number, size).point([max(value, 28) for value in range(256)] * 3)


@pytest.mark.parametrize("transfer", sorted(CICP_CURVES))
def test_greys_rise_from_black_to_white(transfer: int) -> None:
    light = np.linspace(0, 1, 256)
    ramp = np.tile(encode_transfer(light[:, None].repeat(3, 1), transfer), (80, 1, 1))
    pixels = decode_image(encode_png(np.clip(ramp, 0, 1), cicp(1, transfer), depth=16)).astype(int)
    assert pixels[0, 0].max() == 0
    assert pixels[0, -1].min() >= 254
    assert (np.diff(pixels[0, :, 1]) >= 0).all()
    expected = encode_transfer(light, 13) * 255
    bright = light > 0.02
    assert np.abs(pixels[0, :, 1] - expected)[bright].max() < 3


@pytest.mark.parametrize("primaries", sorted(CICP_PRIMARIES))
def test_white_stays_white_and_colours_differ(primaries: int) -> None:
    if primaries != 10:  # the white of XYZ is that of the picture
        white = decode_image(encode_png(np.ones((70, 90, 3)), cicp(primaries, 13)))
        assert white.min() >= 254
    image = photo(primaries, (150, 120))
    data = encode_png(values_in(image, np.eye(3), 13), cicp(primaries, 13))
    assert (difference(data, image) > 0.1) == (primaries != 1)


@pytest.mark.parametrize("points", [(1, 3), (1, 19), (3, 13), (13, 1), (200, 13), (1, 255)])
def test_reserved_codes_count_as_srgb(points: tuple[int, int]) -> None:
    known = (points[0] if points[0] in CICP_PRIMARIES else 1, points[1])
    known = (known[0], points[1] if points[1] in CICP_CURVES else 13)
    values = values_in(photo(3, (150, 120)), np.eye(3), 13)
    found = decode_image(encode_png(values, cicp(*points)))
    np.testing.assert_array_equal(found, decode_image(encode_png(values, cicp(*known))))

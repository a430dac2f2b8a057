"""Photos that declare their colours by code points are read as the same photo in sRGB."""

import struct

import numpy as np
import pytest
from PIL import Image

from qana.imaging import decode_image
from qana.imaging.item_properties import CodePoints, read_code_points
from tests.doubles.declared_colours import (
    TO_BT2020,
    TO_P3,
    chrm,
    cicp,
    difference,
    encode,
    encode_avif,
    encode_heic,
    encode_png,
    encode_transfer,
    gama,
    light_of,
    photo,
    values_in,
)

CONTAINERS = [
    ("HEIC", 8),
    ("HEIC", 10),
    ("HEIC", 12),
    ("AVIF", 8),
    ("AVIF", 10),
    ("PNG", 8),
    ("PNG", 16),
]
SDR = [(12, 13), (9, 13), (9, 14), (9, 15), (12, 1), (12, 4), (1, 5), (5, 13), (9, 8)]


@pytest.mark.parametrize(("container", "depth"), CONTAINERS)
@pytest.mark.parametrize(("primaries", "transfer"), SDR)
def test_code_points(container: str, depth: int, primaries: int, transfer: int) -> None:
    image = photo(primaries + transfer, (160 + 8 * transfer, 128))
    data = encode(image, container, depth, primaries, transfer)
    # 8 bits of linear light or of a gamut twice as large leave coarse steps in the shadows.
    assert difference(data, image) < (4.0 if transfer == 8 else 2.0)


@pytest.mark.parametrize(("container", "depth"), CONTAINERS)
@pytest.mark.parametrize(("primaries", "transfer"), [(9, 16), (12, 16), (1, 16), (9, 18)])
def test_hdr_without_highlights_is_the_photo_in_sdr(
    container: str, depth: int, primaries: int, transfer: int
) -> None:
    image = photo(depth + primaries, (224, 160))
    tolerance = 4.0  # in 8 bits, PQ has 148 levels up to white
    assert difference(encode(image, container, depth, primaries, transfer), image) < tolerance


@pytest.mark.parametrize("transfer", [16, 18])
@pytest.mark.parametrize("peak", [1.5, 3.0, 4.9])
def test_highlights_are_compressed_and_the_skin_stays(transfer: int, peak: float) -> None:
    image = photo(3, (240, 180))
    light = light_of(image) * 0.3
    light[:20, :20] = peak  # a reflection, 305 to 1,000 cd/m2
    values = np.clip(encode_transfer(light @ np.asarray(TO_BT2020).T, transfer), 0, 1)
    pixels = decode_image(encode_heic(values, 9, transfer, 10)).astype(float)
    expected = encode_transfer(light, 13) * 255
    assert pixels[:16, :16].min() > 245
    assert np.abs(pixels - expected)[24:, 24:].mean() < 12
    ramp = np.tile(np.linspace(0, peak, 256)[None, :, None], (64, 1, 3))
    ramp = decode_image(encode_png(encode_transfer(ramp, transfer), cicp(9, transfer)))
    assert (np.diff(ramp[32, :, 1].astype(int)) >= 0).all()
    assert ramp[32, 128:].min() > 200


@pytest.mark.parametrize("points", [(1, 13), (2, 2), (1, 1), (6, 6), (5, 6), (2, 6)])
def test_standard_video_in_heic_and_avif_counts_as_srgb(points: tuple[int, int]) -> None:
    image = photo(0, (200, 160))
    values = np.asarray(image) / 255
    for encoder in (encode_heic, encode_avif):
        pixels = decode_image(encoder(values, *points))
        assert (pixels == decode_image(encoder(values, 1, 13))).all()


def test_damaged_declarations_change_no_pixel() -> None:
    image = photo(0, (200, 160))
    values = np.asarray(image) / 255
    line = (0.3127, 0.329, 0.64, 0.33, 0.64, 0.33, 0.15, 0.06)
    for chunks in (
        [chrm((0.0,) * 8)],
        [chrm(line)],
        [chrm((0.3127, 0.0, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06))],
        [gama(0.0)],
        [(b"gAMA", b"\xff" * 4)],
        [cicp(0, 0)],
        [cicp(200, 200)],
        [(b"cICP", b"\x09")],
    ):
        assert difference(encode_png(values, *chunks), image) == 0
    plain = decode_image(encode_avif(values, 1, 13))
    for old, new in ((b"colr", b"free"), (b"nclx", b"none")):
        damaged = encode_avif(values, 12, 13).replace(old, new)
        assert (decode_image(damaged) == plain).all()


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("wide", [0, 1])
@pytest.mark.parametrize("long_size", [False, True])
def test_code_points_of_the_primary_item(version: int, wide: int, long_size: bool) -> None:
    def box(kind: bytes, body: bytes, *, long: bool = False) -> bytes:
        if long:
            return struct.pack(">I4sQ", 1, kind, len(body) + 16) + body
        return struct.pack(">I4s", len(body) + 8, kind) + body

    def nclx(primaries: int, transfer: int) -> bytes:
        return box(b"colr", b"nclx" + struct.pack(">HHHB", primaries, transfer, 6, 128))

    item, index = (">H", ">I")[version], (">B", ">H")[wide]
    highest = (0x80, 0x8000)[wide]
    items = {7: [1, 2], 3: [1, 4, 3 | highest], 9: [5]}
    body = bytes((version, 0, 0, wide)) + struct.pack(">I", len(items))
    for number, indices in items.items():
        body += struct.pack(item, number) + bytes((len(indices),))
        body += b"".join(struct.pack(index, one) for one in indices)
    profile = box(b"colr", b"prof" + bytes(20))
    boxes = box(b"ispe", bytes(12)) + nclx(9, 16) + nclx(12, 13) + profile + nclx(1, 13)
    container = box(b"iprp", box(b"ipco", boxes, long=long_size) + box(b"ipma", body))
    primary = box(b"pitm", bytes((version, 0, 0, 0)) + struct.pack(item, 3))
    data = box(b"ftyp", b"avif") + box(b"meta", bytes(4) + primary + container)
    assert read_code_points(data) == CodePoints(12, 13)
    for end in range(len(data)):
        assert read_code_points(data[:end]) in (None, CodePoints(12, 13))


def test_large_pictures_are_reduced_before_their_colours_are_converted() -> None:
    image = photo(1).resize((2400, 1800))
    values = values_in(image, TO_P3, 13)
    pixels = decode_image(encode_avif(values, 12, 13))
    assert pixels.shape == (1200, 1600, 3)
    reduced = np.asarray(image.resize((1600, 1200), Image.Resampling.BOX)).astype(float)
    assert np.abs(pixels - reduced).mean() < 2

"""Every unusable file raises one clear sentence."""

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from qana.imaging import ImageError, read_image
from tests.doubles.four_colours import HEIGHT, WIDTH, encoded, picture


def _png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def _gif_header(width: int, height: int) -> bytes:
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\0;"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6) + frame


def _bmp_header(width: int, height: int) -> bytes:
    size = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + size


def _tiff_header(width: int, height: int) -> bytes:
    tags = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: 8, 278: height, 279: 100}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + bytes(4)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"just some words, renamed to .jpg", "cannot be read as a photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "cannot be read"),
        (b"%PDF-1.7 and so on", "cannot be read"),
        (_png_header(30_000, 30_000), "too many pixels"),
        (_png_header(9_500, 9_500), "too many pixels"),
        (_gif_header(30_000, 30_000), "too many pixels"),
        (_bmp_header(30_000, 30_000), "too many pixels"),
        (_tiff_header(30_000, 30_000), "too many pixels"),
        (_png_header(11_000, 100), "narrow strip"),
        (_png_header(13_000, 100), "too many pixels"),
        (encoded(Image.new("RGB", (1, 1)), "PNG"), "only 1 x 1 pixels"),
        (b"II*\0" + bytes(50), "damaged or incomplete"),
        (b"MM\0*" + bytes(5000), "damaged or incomplete"),
        (b"II*\0\x08\0\0\0" + b"\xff" * 50, "damaged or incomplete"),
        (encoded(picture(), "EPS"), "cannot be read"),
        (b"\xff\xd8\xff" + b"\0" * (26 * 2**20), "larger than 25 MB"),
    ],
)
def test_an_unusable_file_raises_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(ImageError, match=sentence) as caught:
        read_image(data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "kind", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "HEIF", "AVIF", "MPO"]
)
def test_a_truncated_file_is_refused(kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    for share in np.linspace(0.01, 0.98, 40):
        with pytest.raises(ImageError):
            read_image(data[: int(len(data) * share)])


def test_a_path_without_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="cannot be opened"):
        read_image(tmp_path / "missing.jpg")
    with pytest.raises(ImageError, match="cannot be opened"):
        read_image(Path("a\0b.jpg"))
    with pytest.raises(ImageError, match="folder"):
        read_image(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(ImageError, match="This is a pipe, a socket or a device"):
        read_image(tmp_path / "pipe.jpg")


KINDS = ("JPEG", "MPO", "PNG", "GIF", "WEBP", "TIFF", "BMP", "HEIF", "AVIF")
SEEDS = [encoded(picture(), kind) for kind in KINDS]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_mutated_file_gives_a_photo_or_one_sentence(data: st.DataObject) -> None:
    mutated = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(mutated) - 1))
        cut = data.draw(st.sampled_from((0, 1, 1, 1, 7)))
        mutated[place : place + cut] = data.draw(st.binary(min_size=1, max_size=4))
    try:
        assert read_image(mutated).dtype == np.uint8
    except ImageError as error:
        assert "\n" not in str(error)

"""A file that is no photo is named rightly, with advice that helps."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from qana.imaging import ImageError, read_image
from tests.imaging.photo_files import make_photo

SAVE = "save it as JPEG and choose the new file."


def refuse(data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        read_image(data)
    sentence = str(caught.value)
    assert ",," not in sentence
    assert ",:" not in sentence
    assert sentence.endswith(".")
    return sentence


@pytest.mark.parametrize("size", [(176, 128), (512, 300), (3, 2)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
@pytest.mark.parametrize("packed", [None, "tga_rle"])
@pytest.mark.parametrize("footer", [True, False])
def test_a_tga_is_named(size: tuple[int, int], mode: str, packed: str | None, footer: bool) -> None:
    photo = make_photo(1, *size)
    buffer = io.BytesIO()
    (photo.quantize(16) if mode == "P" else photo.convert(mode)).save(
        buffer, "TGA", compression=packed
    )
    data = buffer.getvalue()
    sentence = refuse(
        data if footer else data[:-26] if data[-18:-2] == b"TRUEVISION-XFILE" else data
    )
    assert sentence == f"This file is a TGA picture, which cannot be read as a photo: {SAVE}"


@pytest.mark.parametrize("sizes", [[(16, 16)], [(64, 64), (32, 32)], [(256, 256)]])
def test_icons_and_cursors_are_named(sizes: list[tuple[int, int]]) -> None:
    buffer = io.BytesIO()
    make_photo(1, 256, 256).save(buffer, "ICO", sizes=sizes)
    assert "an icon" in refuse(buffer.getvalue())
    assert "a cursor" in refuse(b"\0\0\2\0" + buffer.getvalue()[4:])


def test_zeros_and_frames_of_films_are_no_icons() -> None:
    assert "raw file (R3D)" in refuse(b"\0\0\1\0RED2" + bytes(400))
    assert "raw file (R3D)" in refuse(b"\0\0\2\0RED1" + bytes(400))
    assert "cannot be read as a photo: choose" in refuse(bytes(500))
    assert "cannot be read as a photo: choose" in refuse(b"\0\0\1\0" + bytes(500))


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (b"\0\5\x16\7\0\2\0\0Mac OS X" + bytes(200), "without ._ at its beginning"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "git lfs pull"),
        (b"bplist00" + bytes(99), "export the photo"),
        (b"<?xml version='1.0'?><!DOCTYPE plist><plist version='1.0'><dict/>", "export the photo"),
    ],
)
def test_what_is_kept_beside_a_photo_says_where_the_photo_is(data: bytes, advice: str) -> None:
    sentence = refuse(data)
    assert advice in sentence
    assert "without the photo itself:" in sentence
    assert SAVE not in sentence


@pytest.mark.parametrize(
    "data",
    [
        b"PK\3\4" + bytes(200),
        b"fLaC" + bytes(200),
        b"<!doctype html><html></html>",
        b"\x1aE\xdf\xa3" + bytes(200),
        struct.pack(">I", 20) + b"ftypisom" + bytes(4) + b"mp41" + bytes(99),
        np.lib.format.magic(1, 0) + bytes(200),
    ],
)
def test_what_holds_no_picture_need_not_be_saved_as_jpeg(data: bytes) -> None:
    assert refuse(data).endswith("which cannot be read as a photo: choose a photo instead.")


def test_a_photo_with_an_uncommon_beginning_is_still_read() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (80, 80), "red").save(buffer, "BMP")
    assert read_image(buffer.getvalue()).shape == (80, 80, 3)

"""Compressed greys of a TIFF are read in its byte order, and those with a sign are refused."""

import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from qana.imaging import ImageError, read_image
from tests.imaging.photo_files import list_tags, make_photo, make_tiff
from tests.imaging.tiff_pieces import COMPRESSIONS

SIZES = [(144, 96), (97, 75)]


def encode_greys(values: np.ndarray, order: str, compression: int, form: int, white: int) -> bytes:
    """Returns a TIFF of (H, W) values; `form` is 1 without a sign, 2 with one and 3 for floats."""
    height, width = values.shape
    bits = values.dtype.itemsize * 8
    tags = list_tags(width, height, (bits,), white, t259=compression, t339=form)
    strip = values.astype(values.dtype.newbyteorder(order)).tobytes()
    return make_tiff(tags, pixels=[[COMPRESSIONS[compression](strip)]], order=order)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("order", "<>")
def test_each_byte_order(order: str, compression: int, size: tuple[int, int]) -> None:
    grey = np.asarray(make_photo(3, *size).convert("L"))
    forms = [(grey.astype("f4") / 255, 3, 1), (1 - grey.astype("f4") / 255, 3, 0)]
    forms += [(grey.astype("i4") * 257, 2, 1), (grey.astype("u2") * 257, 1, 1)]
    for values, form, white in forms:
        pixels = read_image(encode_greys(values, order, compression, form, white))
        assert np.abs(pixels[..., 0].astype(int) - grey).max() <= 1


@pytest.mark.parametrize("bits", [8, 16])
def test_short_values_with_a_sign_are_named(bits: int) -> None:
    grey = np.asarray(make_photo(3).convert("L")).astype(int)
    values = (grey * 257 - 32_768).astype("i2") if bits == 16 else (grey - 128).astype("i1")
    for order, compression in product("<>", COMPRESSIONS):
        with pytest.raises(ImageError, match="values with a sign"):
            read_image(encode_greys(values, order, compression, 2, 1))


def test_libtiff_writes_nothing(tmp_path: Path) -> None:
    grey = np.random.default_rng(1).random((96, 144), np.float32)
    for compression in (5, 8, 32_773):
        data = bytearray(encode_greys(grey, "<", compression, 3, 1))
        data[2000:9000] = bytes(byte ^ 0x5A for byte in data[2000:9000])
        (tmp_path / f"{compression}.tif").write_bytes(data)
    script = (
        "import sys\nfrom qana.imaging import ImageError, read_image\n"
        "for name in sys.argv[1:]:\n"
        "    try:\n        read_image(name)\n    except ImageError:\n        print('refused')\n"
    )
    names = [str(path) for path in sorted(tmp_path.iterdir())]
    done = subprocess.run(
        [sys.executable, "-c", script, *names], capture_output=True, text=True, check=True
    )
    assert "refused" in done.stdout
    assert not done.stderr

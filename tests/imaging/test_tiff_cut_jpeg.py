"""A JPEG that is cut off inside a TIFF is called damaged, and a whole one is read."""

import io

import numpy as np
import pytest
from PIL import Image

from qana.imaging import ImageError, read_image


def write(mode: str, quality: int, rows: int, width: int, height: int) -> bytes:
    """Writes a TIFF with JPEG strips of some rows."""
    random = np.random.default_rng(0)
    small = random.integers(60, 200, (height // 8, width // 8, 3)).astype(np.uint8)
    picture = Image.fromarray(small).resize((width, height)).convert(mode)
    file = io.BytesIO()
    options = {"compression": "jpeg", "quality": quality, "strip_size": rows * width * 3}
    picture.save(file, "TIFF", **options)
    return file.getvalue()


def list_strips(data: bytes) -> list[tuple[int, int]]:
    with Image.open(io.BytesIO(data)) as opened:
        tags = opened.tag_v2
        return list(zip(tags[273], tags[279], strict=True))


FORMS = [
    (mode, quality, rows, *size)
    for mode in ("RGB", "L")
    for quality in (60, 95)
    for rows in (16, 64, 512)
    for size in ((160, 128), (320, 240))
]


@pytest.mark.parametrize(("mode", "quality", "rows", "width", "height"), FORMS)
def test_a_whole_one_is_read_and_a_cut_one_is_not(
    mode: str, quality: int, rows: int, width: int, height: int
) -> None:
    data = write(mode, quality, rows, width, height)
    assert read_image(data).shape == (height, width, 3)
    for start, size in list_strips(data):
        for share in (0.5, 0.9):
            cut = bytearray(data)
            first = start + int(size * share)
            cut[first : start + size] = bytes(start + size - first)
            with pytest.raises(ImageError, match="damaged or incomplete"):
                read_image(bytes(cut))


@pytest.mark.parametrize(("mode", "quality", "rows", "width", "height"), FORMS)
@pytest.mark.parametrize("filling", [b"\0\0", b"\xff\xff"])
def test_one_that_lacks_its_end_markers_alone_is_read(
    mode: str, quality: int, rows: int, width: int, height: int, filling: bytes
) -> None:
    data = write(mode, quality, rows, width, height)
    changed = bytearray(data)
    for start, size in list_strips(data):
        assert data[start : start + size].endswith(b"\xff\xd9")
        changed[start + size - 2 : start + size] = filling
    np.testing.assert_array_equal(read_image(bytes(changed)), read_image(data))

"""Pixels of unusual depth, layout or page are read in full or refused by name."""

from itertools import product

import numpy as np
import pytest
from PIL import Image

from qana.imaging import ImageError, read_image
from tests.imaging.photo_files import (
    HEIGHT,
    WIDTH,
    encode,
    list_tags,
    make_chunk,
    make_photo,
    make_png,
    make_tiff,
)

PHOTO = np.asarray(make_photo())
GREY = np.asarray(make_photo().convert("L"))


@pytest.mark.parametrize(("depth", "seed"), list(product((1, 2, 4, 8, 16), range(4))))
def test_a_grey_png_with_a_transparent_value_keeps_its_greys(depth: int, seed: int) -> None:
    grey = np.asarray(make_photo(seed, 100 + 8 * seed, 80).convert("L")).astype(np.uint32)
    values = grey * (2**depth - 1) // 255 if depth <= 8 else grey * 257 + seed
    key = (int(values[0, 0]), int(values.max()), 0, 2**depth - 1)[seed]
    transparent = make_chunk(b"tRNS", key.to_bytes(2, "big"))
    pixels = read_image(make_png(values, depth, 0, transparent))
    expected = np.round(values * 255.0 / (2**depth - 1))
    expected[values == key] = 255
    assert np.abs(pixels[..., 0] - expected).max() <= 1


@pytest.mark.parametrize("step", [0, 1, 255])
def test_only_the_exact_colour_of_a_deep_png_is_transparent(step: int) -> None:
    values = PHOTO.astype(np.uint16) * 256 + 77
    key = (values[10, 10] + step).astype(">u2")
    values[40:50, 40:50] = values[10, 10]
    pixels = read_image(make_png(values, 16, 2, make_chunk(b"tRNS", key.tobytes())))
    if step == 0:
        assert pixels[10, 10].tolist() == pixels[45, 45].tolist() == [255, 255, 255]
        assert np.abs(pixels[60:].astype(int) - PHOTO[60:]).max() <= 1
    else:
        assert np.abs(pixels[:40].astype(int) - PHOTO[:40]).max() <= 1


@pytest.mark.parametrize(
    ("order", "samples", "rows", "photometric"),
    list(product("<>", (3, 4), (HEIGHT, 40, 1), (2, 5))),
)
def test_separate_deep_planes(order: str, samples: int, rows: int, photometric: int) -> None:
    if (photometric, samples) == (5, 3):
        pytest.skip("CMYK has four samples")
    deep = PHOTO.astype(np.uint16) * 257
    if photometric == 5:
        deep = np.dstack([65_535 - deep, np.zeros((HEIGHT, WIDTH), np.uint16)])
    elif samples == 4:
        deep = np.dstack([deep, np.full((HEIGHT, WIDTH), 65_535, np.uint16)])
    tags = list_tags(WIDTH, HEIGHT, (16,) * samples, photometric, t284=2)
    if photometric == 2 and samples == 4:
        tags.append((338, 3, (2,)))
    planes = deep.transpose(2, 0, 1).astype(f"{order}u2")
    tags = [tag for tag in tags if tag[0] != 278] + [(278, 4, (rows,))]
    strips = [
        plane[top : top + rows].tobytes() for plane in planes for top in range(0, HEIGHT, rows)
    ]
    data = make_tiff(tags, pixels=[strips], order=order)
    assert np.abs(read_image(data).astype(int) - PHOTO).max() <= 1


@pytest.mark.parametrize(
    ("order", "mark", "sub", "size", "previews"),
    list(product("<>", ("t254", "t255"), (False, True), ((36, 24), (72, 48)), (1, 3))),
)
def test_the_full_page_is_read_where_the_first_is_reduced(
    order: str, mark: str, sub: bool, size: tuple[int, int], previews: int
) -> None:
    small = make_photo(9, *size)
    reduced = list_tags(*size, (8, 8, 8), 2, **{mark: 1 if mark == "t254" else 2})
    full = list_tags(WIDTH, HEIGHT, (8, 8, 8), 2, t274=3)
    data = make_tiff(
        *[reduced] * previews,
        full,
        pixels=[[small.tobytes()]] * previews + [[PHOTO.tobytes()]],
        order=order,
        sub=sub,
    )
    np.testing.assert_array_equal(read_image(data), PHOTO[::-1, ::-1])


def test_the_first_of_several_full_pages_is_read() -> None:
    tags = list_tags(WIDTH, HEIGHT, (8, 8, 8), 2)
    data = make_tiff(tags, tags, pixels=[[PHOTO.tobytes()], [bytes(PHOTO.size)]])
    np.testing.assert_array_equal(read_image(data), PHOTO)


def test_a_lone_page_marked_as_reduced_is_read() -> None:
    tags = list_tags(WIDTH, HEIGHT, (8, 8, 8), 2, t254=1)
    np.testing.assert_array_equal(read_image(make_tiff(tags, pixels=[[PHOTO.tobytes()]])), PHOTO)


@pytest.mark.parametrize(
    ("order", "sub", "mark"),
    list(
        product(
            "<>",
            (False, True),
            ((50_706, 1), (33_422, 1), (262, 32_803), (262, 34_892), (259, 34_713)),
        )
    ),
)
def test_a_raw_file_with_a_preview_is_refused_by_name(
    order: str, sub: bool, mark: tuple[int, int]
) -> None:
    preview = list_tags(72, 64, (8, 8, 8), 2, t254=1)
    tags = [tag for tag in list_tags(WIDTH, HEIGHT, (16,), 1) if tag[0] != mark[0]]
    raw = [*tags, (mark[0], 3, (mark[1],))]
    pixels = [[make_photo(1, 72, 64).tobytes()], [bytes(2 * WIDTH * HEIGHT)]]
    for pages in ((preview, raw), (raw, preview)):
        strips = pixels if pages[0] is preview else pixels[::-1]
        with pytest.raises(ImageError, match="camera raw file"):
            read_image(make_tiff(*pages, pixels=strips, order=order, sub=sub))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("bits", [8, 16])
def test_white_may_be_zero(order: str, bits: int) -> None:
    deep = (255 - GREY).astype(np.uint16) * (257 if bits == 16 else 1)
    values = deep.astype(f"{order}u{bits // 8}")
    data = make_tiff(list_tags(WIDTH, HEIGHT, (bits,), 0), pixels=[[values.tobytes()]], order=order)
    try:
        pixels = read_image(data)
    except ImageError as error:
        assert (order, bits) == (">", 16)
        assert "form that cannot be read" in str(error)
    else:
        assert np.abs(pixels[..., 0].astype(int) - GREY).max() <= 1


def test_twelve_bits_are_not_dark() -> None:
    values = np.round(GREY.astype(np.uint32) * 4095 / 255).astype(np.uint32).reshape(-1, 2)
    packed = np.stack(
        [
            values[:, 0] >> 4,
            (values[:, 0] & 15) << 4 | values[:, 1] >> 8,
            values[:, 1] & 255,
        ],
        axis=1,
    )
    strip = packed.astype(np.uint8).tobytes()
    pixels = read_image(make_tiff(list_tags(WIDTH, HEIGHT, (12,), 1), pixels=[[strip]]))
    assert np.abs(pixels[..., 0].astype(int) - GREY).max() <= 1


def test_subsampled_pixels_are_not_shifted() -> None:
    luma, blue, red = (np.asarray(band) for band in make_photo().convert("YCbCr").split())
    blocks = luma.reshape(HEIGHT // 2, 2, WIDTH // 2, 2).transpose(0, 2, 1, 3).reshape(-1, 4)
    chroma = np.stack([blue[::2, ::2].ravel(), red[::2, ::2].ravel()], axis=1)
    strip = np.concatenate([blocks, chroma], axis=1).tobytes()
    tags = [*list_tags(WIDTH, HEIGHT, (8, 8, 8), 6), (530, 3, (2, 2))]
    pixels = read_image(make_tiff(tags, pixels=[[strip]]))
    assert np.abs(pixels.astype(int) - PHOTO).mean() < 4


def test_values_with_a_sign_are_refused() -> None:
    tags = list_tags(WIDTH, HEIGHT, (8,), 1, t339=2)
    with pytest.raises(ImageError, match="form that cannot be read"):
        read_image(make_tiff(tags, pixels=[[GREY.tobytes()]]))
    tags = list_tags(WIDTH, HEIGHT, (32,), 1)
    values = np.full((HEIGHT, WIDTH), 2**32 - 5, "<u4")
    with pytest.raises(ImageError, match="form that cannot be read"):
        read_image(make_tiff(tags, pixels=[[values.tobytes()]]))


@pytest.mark.parametrize(
    "compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", None]
)
def test_the_metadata_of_a_tiff_do_no_harm(compression: str | None) -> None:
    from PIL import TiffImagePlugin

    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[700] = b"<x:xmpmeta>" + bytes(1_500_000)
    tags[33_723] = b"\x1c\2" * 999
    tags[37_500] = b"maker"
    options: dict[str, object] = {"tiffinfo": tags}
    if compression:
        options["compression"] = compression
    data = encode(Image.fromarray(PHOTO), "TIFF", **options)
    assert np.abs(read_image(data).astype(int) - PHOTO).mean() < 4

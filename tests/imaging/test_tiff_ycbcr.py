"""YCbCr pixels of a TIFF have the colours that the file declares, in each form of storage."""

from itertools import product

import numpy as np
import pytest

from qana.imaging import ImageError, read_image
from tests.imaging.photo_files import encode, list_tags, make_photo, make_tiff
from tests.imaging.tiff_pieces import COMPRESSIONS, add_fractions

BT601, BT709 = (0.299, 0.587, 0.114), (0.2125, 0.7154, 0.0721)
FULL, STUDIO = (0, 255, 128, 255, 128, 255), (15, 235, 128, 240, 128, 240)
SIZES = [(144, 96), (97, 75)]


def convert(
    photo: np.ndarray, weights: tuple[float, ...], reference: tuple[int, ...]
) -> np.ndarray:
    """Converts RGB to YCbCr, (H, W, 3) uint8 (TIFF 6.0, section 21)."""
    red, green, blue = (photo[..., at].astype(float) for at in range(3))
    luma = weights[0] * red + weights[1] * green + weights[2] * blue
    parts = (luma, (blue - luma) / (2 - 2 * weights[2]), (red - luma) / (2 - 2 * weights[0]))
    coded = [
        part * (reference[2 * at + 1] - reference[2 * at]) / span + reference[2 * at]
        for at, (part, span) in enumerate(zip(parts, (255, 127, 127), strict=True))
    ]
    return np.dstack(coded).round().clip(0, 255).astype(np.uint8)


def share_colours(values: np.ndarray, across: int, down: int) -> tuple[bytes, np.ndarray]:
    """Returns blocks of (H, W, 3) values with one colour each, packed and as (H, W, 3) values."""
    height, width = values.shape[:2]
    padded = np.pad(values, ((0, -height % down), (0, -width % across), (0, 0)), mode="edge")
    rows, columns = padded.shape[0] // down, padded.shape[1] // across
    blocks = padded.reshape(rows, down, columns, across, 3).transpose(0, 2, 1, 3, 4)
    luma = blocks[..., 0].reshape(rows, columns, -1)
    colour = blocks[:, :, 0, 0, 1:]
    spread = padded.copy()
    spread[..., 1:] = colour.repeat(down, axis=0).repeat(across, axis=1)
    packed = np.concatenate([luma, colour], axis=2).tobytes()
    return packed, np.ascontiguousarray(spread[:height, :width])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_the_declared_colours_are_heeded(
    compression: int, separate: bool, size: tuple[int, int]
) -> None:
    photo = np.asarray(make_photo(4, *size))
    top = 40
    tags = [tag for tag in list_tags(*size, (8,) * 3, 6, t259=compression) if tag[0] != 278]
    tags += [(278, 4, (top,)), (284, 3, (2 if separate else 1,)), (530, 3, (1, 1))]
    for order, weights, reference in product("<>", (BT601, BT709), (FULL, STUDIO)):
        values = convert(photo, weights, reference)
        planes = values.transpose(2, 0, 1) if separate else values[None]
        strips = [
            COMPRESSIONS[compression](plane[at : at + top].tobytes())
            for plane in planes
            for at in range(0, size[1], top)
        ]
        plain = make_tiff(tags, pixels=[strips], order=order)
        data = add_fractions(plain, order, {529: weights, 532: reference})
        assert np.abs(read_image(data).astype(int) - photo).max() <= 3
        if (weights, reference) == (BT601, FULL):
            np.testing.assert_array_equal(read_image(plain), read_image(data))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("blocks", list(product((1, 2, 4), (1, 2, 4))))
def test_pixels_may_share_their_colour(blocks: tuple[int, int], size: tuple[int, int]) -> None:
    photo = np.asarray(make_photo(4, *size))
    packed, spread = share_colours(convert(photo, BT709, STUDIO), *blocks)
    declared = {529: BT709, 532: STUDIO}
    tags = list_tags(*size, (8,) * 3, 6)
    plain = make_tiff([*tags, (530, 3, (1, 1))], pixels=[[spread.tobytes()]])
    expected = read_image(add_fractions(plain, "<", declared))
    for order, compression in product("<>", (1, 8)):
        strip = COMPRESSIONS[compression](packed)
        page = [*tags, (259, 3, (compression,)), (530, 3, blocks)]
        data = add_fractions(make_tiff(page, pixels=[[strip]], order=order), order, declared)
        np.testing.assert_array_equal(read_image(data), expected)


def test_colours_that_no_picture_can_have_count_as_none() -> None:
    photo = np.asarray(make_photo(4))
    tags = [*list_tags(144, 96, (8,) * 3, 6), (530, 3, (1, 1))]
    plain = make_tiff(tags, pixels=[[convert(photo, BT601, FULL).tobytes()]])
    for faulty in (
        {532: (0, 255, 0, 255, 0, 255)},
        {529: (0, 0, 0)},
        {532: (0,) * 6},
        {529: BT601[:2]},
    ):
        np.testing.assert_array_equal(
            read_image(add_fractions(plain, "<", faulty)), read_image(plain)
        )


@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_missing_pixels_are_damage(compression: int, separate: bool) -> None:
    values = convert(np.asarray(make_photo(4)), BT601, FULL)
    planes = values.transpose(2, 0, 1) if separate else values[None]
    strips = [COMPRESSIONS[compression](plane.tobytes()) for plane in planes]
    tags = list_tags(144, 96, (8,) * 3, 6, t259=compression, t284=2 if separate else 1)
    cut = [strip[: len(strip) // 2] for strip in strips]
    with pytest.raises(ImageError, match="damaged"):
        read_image(make_tiff([*tags, (530, 3, (1, 1))], pixels=[cut]))


def test_jpeg_pixels_of_another_kind_are_named() -> None:
    jpeg = encode(make_photo(4), "JPEG", subsampling=0)
    tags = [*list_tags(144, 96, (8,) * 3, 6, t259=7), (530, 3, (1, 1))]
    data = make_tiff(tags, pixels=[[jpeg]])
    assert read_image(add_fractions(data, "<", {529: BT601, 532: FULL})).shape == (96, 144, 3)
    for declared in ({529: BT709}, {532: STUDIO}):
        with pytest.raises(ImageError, match="JPEG pixels in YCbCr of another kind"):
            read_image(add_fractions(data, "<", declared))
    lossless = make_tiff(tags, pixels=[[jpeg.replace(b"\xff\xc0", b"\xff\xc3", 1)]])
    with pytest.raises(ImageError, match="a TIFF that holds a JPEG of the lossless kind"):
        read_image(lossless)


def test_separate_planes_with_shared_colours_are_refused() -> None:
    tags = [*list_tags(144, 96, (8,) * 3, 6, t284=2), (530, 3, (2, 2))]
    planes = [bytes(144 * 96), bytes(72 * 48), bytes(72 * 48)]
    with pytest.raises(ImageError, match="form that cannot be read"):
        read_image(make_tiff(tags, pixels=[planes]))

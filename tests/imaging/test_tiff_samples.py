"""TIFFs with planes, transparency, CIELAB pixels or an 8-bit colour map are read as they look."""

import struct
import zlib
from itertools import product

import numpy as np
import pytest
from PIL import Image, ImageCms

from qana.imaging import ImageError, read_image
from tests.imaging.photo_files import HEIGHT, WIDTH, list_tags, make_photo, make_tiff

PHOTO = np.asarray(make_photo(4))
GREY = np.asarray(make_photo(4).convert("L"))
INKS = np.dstack([255 - PHOTO, np.zeros((HEIGHT, WIDTH), np.uint8)])
ALPHA = np.tile(np.linspace(40, 255, WIDTH).astype(np.uint8), (HEIGHT, 1))
OTHER = np.random.default_rng(2).integers(0, 256, (HEIGHT, WIDTH), np.uint8)
COLOURS = {0: 255 - GREY, 1: GREY, 2: PHOTO, 5: INKS}
RIGHT = {0: GREY[..., None], 1: GREY[..., None], 2: PHOTO, 5: PHOTO}
TOP = 40
"""Rows of a strip."""


def encode_samples(
    samples: np.ndarray,
    photometric: int,
    extras: tuple[int, ...],
    separate: bool,
    order: str = "<",
    compression: int = 1,
    predictor: int = 1,
) -> bytes:
    """Returns a TIFF of (H, W, C) samples with 8 or 16 bits."""
    bits = samples.dtype.itemsize * 8
    count = samples.shape[2]
    tags = list_tags(WIDTH, HEIGHT, (bits,) * count, photometric, t284=2 if separate else 1)
    tags = [tag for tag in tags if tag[0] != 278] + [(278, 4, (TOP,)), (259, 3, (compression,))]
    if extras:
        tags.append((338, 3, extras))
    if predictor == 2:
        tags.append((317, 3, (2,)))
    planes = samples.transpose(2, 0, 1)[..., None] if separate else samples[None]
    strips = []
    for plane in planes:
        stored = plane.copy()
        if predictor == 2:
            stored[:, 1:] = plane[:, 1:] - plane[:, :-1]
        for top in range(0, HEIGHT, TOP):
            strip = stored[top : top + TOP].astype(f"{order}u{bits // 8}").tobytes()
            strips.append(zlib.compress(strip) if compression == 8 else strip)
    return make_tiff(tags, pixels=[strips], order=order)


def lay_on_white(colours: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    share = alpha[..., None] / 255
    return np.broadcast_to(colours * share + 255 * (1 - share), (HEIGHT, WIDTH, 3))


STORED = [(1, 1), (8, 1), (8, 2)]
"""Compression (none, Deflate) and predictor."""


@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("stored", STORED)
@pytest.mark.parametrize(("photometric", "bits"), list(product(COLOURS, (8, 16))))
def test_extra_samples_are_transparency_or_ignored(
    photometric: int, bits: int, stored: tuple[int, int], separate: bool
) -> None:
    colours = COLOURS[photometric].reshape(HEIGHT, WIDTH, -1)
    premultiplied = np.round(colours * (ALPHA[..., None] / 255)).astype(np.uint8)
    forms = {
        (0,): (colours, [OTHER], RIGHT[photometric]),
        (2,): (colours, [ALPHA], lay_on_white(RIGHT[photometric], ALPHA)),
        (1,): (premultiplied, [ALPHA], lay_on_white(RIGHT[photometric], ALPHA)),
        (2, 0): (colours, [ALPHA, OTHER], lay_on_white(RIGHT[photometric], ALPHA)),
        (0, 2): (colours, [OTHER, ALPHA], lay_on_white(RIGHT[photometric], ALPHA)),
    }
    for order, (extras, (base, others, expected)) in product("<>", forms.items()):
        samples = np.dstack([base, *others])
        deep = samples.astype(np.uint16) * 257 if bits == 16 else samples
        data = encode_samples(deep, photometric, extras, separate, order, *stored)
        pixels = read_image(data)
        assert np.abs(pixels - expected).max() <= 3, (order, extras)


@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("stored", STORED)
@pytest.mark.parametrize(("photometric", "bits"), list(product((8, 9), (8, 16))))
def test_cielab_has_its_colours(
    photometric: int, bits: int, stored: tuple[int, int], separate: bool
) -> None:
    lab = np.asarray(
        ImageCms.profileToProfile(
            Image.fromarray(PHOTO),
            ImageCms.createProfile("sRGB"),
            ImageCms.createProfile("LAB"),
            outputMode="LAB",
        )
    ).copy()
    if photometric == 9:
        lab[..., 1:] ^= 128
    for order, alpha in product("<>", (False, True)):
        samples = np.dstack([lab, np.full_like(ALPHA, 255)]) if alpha else lab
        deep = samples.astype(np.uint16) << 8 if bits == 16 else samples
        data = encode_samples(deep, photometric, (2,) * alpha, separate, order, *stored)
        assert np.abs(read_image(data).astype(int) - PHOTO).mean() < 1


@pytest.mark.parametrize(("bits", "predictor"), list(product((8, 16), (1, 2))))
def test_interleaved_samples_in_tiles(bits: int, predictor: int) -> None:
    samples = np.dstack([GREY, ALPHA]).astype(f"<u{bits // 8}") * (257 if bits == 16 else 1)
    side = 48
    tiles = []
    for top, left in product(range(0, HEIGHT, side), range(0, WIDTH, side)):
        tile = samples[top : top + side, left : left + side]
        stored = tile.copy()
        if predictor == 2:
            stored[:, 1:] = tile[:, 1:] - tile[:, :-1]
        tiles.append(zlib.compress(stored.tobytes()))
    tags = list_tags(WIDTH, HEIGHT, (bits, bits), 1, t259=8, t317=predictor, t322=side, t323=side)
    tags = [*[tag for tag in tags if tag[0] != 278], (338, 3, (1,))]
    premultiplied = make_tiff(tags, pixels=[tiles])
    for strips, pieces in ((273, 324), (279, 325)):
        head = struct.pack("<HHI", strips, 4, len(tiles))
        assert premultiplied.count(head) == 1
        premultiplied = premultiplied.replace(head, struct.pack("<HHI", pieces, 4, len(tiles)))
    expected = np.clip(GREY.astype(int) + 255 - ALPHA, 0, 255)
    assert np.abs(read_image(premultiplied)[..., 0] - expected).max() <= 1


@pytest.mark.parametrize("compression", [1, 8])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("scale", [1, 257])
def test_a_colour_map_may_have_values_of_eight_bits(
    scale: int, order: str, compression: int
) -> None:
    numbers = Image.fromarray(PHOTO).quantize(256)
    colours = np.zeros((256, 3), int)
    palette = np.array(numbers.getpalette()).reshape(-1, 3)
    colours[: len(palette)] = palette
    strip = np.asarray(numbers).tobytes()
    tags = list_tags(WIDTH, HEIGHT, (8,), 3, t259=compression)
    tags.append((320, 3, tuple((colours.T * scale).ravel().tolist())))
    strips = [zlib.compress(strip) if compression == 8 else strip]
    pixels = read_image(make_tiff(tags, pixels=[strips], order=order))
    np.testing.assert_array_equal(pixels, np.asarray(numbers.convert("RGB")))


def test_planes_without_all_strips_are_damaged() -> None:
    data = bytearray(encode_samples(np.dstack([GREY, ALPHA]), 1, (2,), separate=True))
    data[data.index(struct.pack("<HHI", 273, 4, 6)) + 4] = 5
    with pytest.raises(ImageError, match="damaged"):
        read_image(bytes(data))

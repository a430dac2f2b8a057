"""Every common format is decoded, and every unusable file raises one clear sentence."""

import io
import os
import struct
import threading
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from qana.imaging import ImageError, decode_image, read_image

WIDTH, HEIGHT = 160, 96


def picture() -> Image.Image:
    """Returns a picture that is red, green, blue and white in its four quarters."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    half_y, half_x = HEIGHT // 2, WIDTH // 2
    pixels[:half_y, :half_x, 0] = 220
    pixels[:half_y, half_x:, 1] = 220
    pixels[half_y:, :half_x, 2] = 220
    pixels[half_y:, half_x:] = 220
    return Image.fromarray(pixels)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def corners(pixels: np.ndarray) -> list[list[int]]:
    height, width = pixels.shape[:2]
    at = [(height // 4, width // 4), (height // 4, 3 * width // 4)]
    at += [(3 * height // 4, width // 4), (3 * height // 4, 3 * width // 4)]
    return [pixels[place].tolist() for place in at]


COLOURS = [[220, 0, 0], [0, 220, 0], [0, 0, 220], [220, 220, 220]]


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "RGB", {"quality": 95, "subsampling": 0}),
        ("JPEG", "CMYK", {"quality": 95}),
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("GIF", "P", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("BMP", "RGB", {}),
        ("TIFF", "RGB", {}),
        ("TIFF", "CMYK", {}),
        ("TIFF", "RGBA", {}),
        ("TIFF", "YCbCr", {}),
        ("TIFF", "RGB", {"compression": "tiff_lzw"}),
        ("MPO", "RGB", {"quality": 95, "subsampling": 0, "save_all": True}),
        ("HEIF", "RGB", {"quality": 95}),
        ("AVIF", "RGB", {"quality": 95}),
    ],
)
def test_formats_and_colour_models(kind: str, mode: str, options: dict[str, object]) -> None:
    image = picture()
    image = image.quantize(16) if mode == "P" else image.convert(mode)
    pixels = read_image(encoded(image, kind, **options))
    assert pixels.dtype == np.uint8
    assert pixels.shape == (HEIGHT, WIDTH, 3)
    np.testing.assert_allclose(corners(pixels), COLOURS, atol=16)


@pytest.mark.parametrize("mode", ["L", "LA", "1", "I;16", "I;16B", "I"])
def test_greys_of_every_depth_keep_their_brightness(mode: str) -> None:
    ramp = np.tile(np.linspace(0, 1, WIDTH), (HEIGHT, 1))
    if mode == "I;16B":
        deep = (ramp * 65_535).astype(">u2")
        image = Image.frombytes(mode, (WIDTH, HEIGHT), deep.tobytes())
    elif mode in ("I", "I;16"):
        deep = (ramp * 65_535).astype(np.int32 if mode == "I" else np.uint16)
        image = Image.fromarray(deep)
    else:
        image = Image.fromarray((ramp * 255).astype(np.uint8)).convert(mode)
    pixels = read_image(encoded(image, "TIFF" if mode in ("I", "I;16B") else "PNG"))
    expected = (ramp > 0.5) * 255.0 if mode == "1" else ramp * 255
    # A black-and-white picture is dithered, so only the mean of an area is kept.
    area = WIDTH if mode == "1" else 1
    levels = pixels.mean(axis=(0, 2)).reshape(-1, area).mean(axis=1)
    np.testing.assert_allclose(levels, expected.mean(axis=0).reshape(-1, area).mean(axis=1), atol=2)


@pytest.mark.parametrize("white", [1.0, 255.0, 65_535.0])
def test_a_dim_float_picture_stays_dim(white: float) -> None:
    ramp = np.tile(np.linspace(0.2, 0.6, WIDTH, dtype=np.float32), (HEIGHT, 1))
    pixels = read_image(encoded(Image.fromarray(ramp * np.float32(white)), "TIFF"))
    np.testing.assert_allclose([pixels[0, 0, 0], pixels[0, -1, 0]], [51, 153], atol=1)


def test_float_values_of_no_known_range_are_stretched() -> None:
    values = np.tile(np.linspace(-3, 1e6, WIDTH, dtype=np.float32), (HEIGHT, 1))
    pixels = read_image(encoded(Image.fromarray(values), "TIFF"))
    assert (pixels.min(), pixels.max()) == (0, 255)


def test_sixteen_bit_colour() -> None:
    deep = np.asarray(picture()).astype(np.uint16) * 257
    _, data = cv2.imencode(".png", deep[..., ::-1])
    assert corners(read_image(data.tobytes())) == COLOURS


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int, kind: str) -> None:
    upright = picture()
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = upright.transpose(undo) if undo is not None else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = read_image(encoded(stored, kind, exif=exif.tobytes()))
    assert pixels.shape == (HEIGHT, WIDTH, 3)
    np.testing.assert_allclose(corners(pixels), COLOURS, atol=30)


def test_transparency_is_laid_on_white() -> None:
    clear = Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0))
    assert read_image(encoded(clear, "PNG")).min() == 255
    half = Image.new("LA", (WIDTH, HEIGHT), (0, 128))
    assert read_image(encoded(half, "PNG"))[5, 5].tolist() == [127, 127, 127]
    index = picture().quantize(16)
    hole = index.getpixel((0, 0))
    pixels = read_image(encoded(index, "PNG", transparency=hole))
    assert corners(pixels) == [[255, 255, 255], *COLOURS[1:]]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_an_animation_gives_its_first_frame(kind: str) -> None:
    frames = [Image.new("RGB", (WIDTH, HEIGHT), colour) for colour in ("red", "blue")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    np.testing.assert_allclose(read_image(data)[5, 5], [255, 0, 0], atol=3)


def test_an_unusable_colour_profile_is_ignored() -> None:
    unfit = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (unfit, srgb, b"nonsense"):
        pixels = read_image(encoded(picture(), "PNG", icc_profile=profile))
        np.testing.assert_allclose(corners(pixels), COLOURS, atol=2)


@pytest.mark.parametrize("mode", ["RGB", "P"])
def test_a_colour_profile_is_applied(mode: str) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # A colour space with red and green swapped shows whether the profile is applied.
    swapped = srgb.replace(b"rXYZ", b"none").replace(b"gXYZ", b"rXYZ").replace(b"none", b"gXYZ")
    image = picture().quantize(16) if mode == "P" else picture()
    pixels = read_image(encoded(image, "PNG", icc_profile=swapped))
    red, green, blue, white = COLOURS
    np.testing.assert_allclose(corners(pixels), [green, red, blue, white], atol=3)


def test_a_large_photo_is_reduced() -> None:
    large = picture().resize((4000, 2400))
    pixels = read_image(encoded(large, "JPEG", quality=95))
    assert pixels.shape == (960, 1600, 3)
    np.testing.assert_allclose(corners(pixels), COLOURS, atol=16)


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


def test_a_path_a_text_and_a_file_object_give_the_same_photo(tmp_path: Path) -> None:
    data = encoded(picture(), "PNG")
    path = tmp_path / "photo.png"
    path.write_bytes(data)
    expected = decode_image(data)
    for source in (path, str(path), data, bytearray(data), memoryview(data), io.BytesIO(data)):
        np.testing.assert_array_equal(read_image(source), expected)
    with path.open("rb") as file:
        np.testing.assert_array_equal(read_image(file), expected)


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
    with pytest.raises(ImageError, match="cannot be opened"):
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


def test_threads_decode_their_own_photo() -> None:
    wrong = []

    def decode_often(level: int) -> None:
        data = encoded(Image.new("L", (WIDTH, HEIGHT), level), "PNG")
        for _ in range(20):
            if set(np.unique(read_image(data))) != {level}:
                wrong.append(level)

    levels = range(0, 250, 50)
    threads = [threading.Thread(target=decode_often, args=(level,)) for level in levels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong

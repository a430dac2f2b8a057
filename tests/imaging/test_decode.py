"""Every common format is decoded, whatever its colours, its depth and its source."""

import io
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from qana.imaging import decode_image, read_image
from tests.doubles.four_colours import COLOURS, HEIGHT, WIDTH, corners, encoded, picture


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


def test_a_path_a_text_and_a_file_object_give_the_same_photo(tmp_path: Path) -> None:
    data = encoded(picture(), "PNG")
    path = tmp_path / "photo.png"
    path.write_bytes(data)
    expected = decode_image(data)
    for source in (path, str(path), data, bytearray(data), memoryview(data), io.BytesIO(data)):
        np.testing.assert_array_equal(read_image(source), expected)
    with path.open("rb") as file:
        np.testing.assert_array_equal(read_image(file), expected)


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

"""Generates pictures: photos in every format and mode, mutated by structure or as bytes."""

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image, ImageCms

from qana.imaging import assess_quality, read_image, to_input
from qana.imaging.decode import WORKING_SIDE
from tools.fuzz import dicom, gif, heic, jpeg, png, raw, tiff, webp
from tools.fuzz.input_kinds import InputGenerator, Target
from tools.fuzz.random_generator import RandomGenerator

ASSETS = Path(__file__).parents[2] / "assets"
PHOTOS = 4
"""Number of photos of assets/samples, 300 x 225, and of assets/subset, 128 x 128."""
INPUT = 128
Mutation = Callable[[RandomGenerator, bytes], bytes]
FORMATS: dict[str, tuple[str, tuple[Mutation, ...], tuple[tuple[str, dict[str, object]], ...]]] = {
    "jpeg": (
        "JPEG",
        (jpeg.mutate,),
        (
            ("RGB", {}),
            ("RGB", {"progressive": True, "quality": 95, "subsampling": 0}),
            ("L", {"restart_marker_blocks": 4}),
            ("CMYK", {}),
        ),
    ),
    "mpo": ("MPO", (jpeg.mutate,), (("RGB", {"save_all": True}),)),
    "png": (
        "PNG",
        (png.mutate,),
        (("RGB", {}), ("RGBA", {}), ("P", {}), ("L", {}), ("LA", {}), ("1", {}), ("I;16", {})),
    ),
    "webp": (
        "WEBP",
        (webp.mutate,),
        (("RGB", {}), ("RGBA", {}), ("RGB", {"lossless": True, "method": 0})),
    ),
    "heic": ("HEIF", (heic.mutate,), (("RGB", {}), ("RGBA", {}), ("L", {}))),
    "avif": ("AVIF", (heic.mutate,), (("RGB", {"speed": 10}), ("RGBA", {"speed": 10}))),
    "tiff": (
        "TIFF",
        (tiff.mutate, tiff.mutate, tiff.mutate_directory),
        (
            ("RGB", {}),
            ("RGB", {"compression": "tiff_lzw"}),
            ("RGB", {"compression": "tiff_adobe_deflate"}),
            ("RGB", {"compression": "jpeg"}),
            ("L", {"compression": "packbits"}),
            ("1", {"compression": "group4"}),
            ("P", {"big_tiff": False}),
            ("CMYK", {}),
            ("YCbCr", {}),
            ("I;16", {}),
            ("I;16B", {}),
            ("F", {"compression": "tiff_adobe_deflate"}),
        ),
    ),
    "gif": ("GIF", (gif.mutate,), (("P", {}), ("L", {"interlace": 0}))),
    "bmp": (
        "BMP",
        (raw.overwrite_integer, raw.overwrite_integer, raw.truncate),
        (("RGB", {}), ("P", {}), ("1", {})),
    ),
    "dicom": (
        "DICOM",
        (dicom.mutate,),
        tuple(("RGB", {"form": form}) for form in range(len(dicom.FORMS))),
    ),
}
"""Name of the kind to Pillow's name, mutations of the structure, and modes with options."""


def make_picture_generator(name: str) -> InputGenerator:
    """Makes the generator of one format; see `tools.fuzz.input_kinds.InputKind`."""

    def make(rng: RandomGenerator, folder: Path) -> Target:
        data = _mutate_picture(rng, name)
        path = folder / f"photo.{name}"
        if from_file := rng.draw_bool(0.2):
            path.write_bytes(data)
        return lambda: _read_picture(path if from_file else data)

    return make


def encode_seed(name: str, form: int, photo: int) -> bytes:
    """Encodes a valid file from a photo.

    Args:
        name: format, a key of FORMATS.
        form: index of the mode and options.
        photo: index of the photo.
    """
    return _encode_seed(name, form % len(FORMATS[name][2]), photo % (2 * PHOTOS))


def _mutate_picture(rng: RandomGenerator, name: str) -> bytes:
    data = _draw_seed(rng, name)
    if rng.draw_bool(0.1):
        other = _draw_seed(rng, rng.choice(list(FORMATS)))
        return raw.splice(rng, data, other)
    if rng.draw_bool(0.15):
        for _ in range(rng.randint(1, 5)):
            data = raw.mutate(rng, data)
        return data
    # The first mutation may break the structure, so any further one works on bytes.
    data = rng.choice(FORMATS[name][1])(rng, data)
    return raw.mutate(rng, data) if rng.draw_bool(0.15) else data


def _draw_seed(rng: RandomGenerator, name: str) -> bytes:
    return encode_seed(name, rng.randrange(99), rng.randrange(2 * PHOTOS))


def _read_picture(source: bytes | Path) -> None:
    """Reads a picture as the app does, up to the input of the network."""
    pixels = read_image(source)
    sound = pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3
    if not sound or max(pixels.shape) > WORKING_SIDE or not pixels.flags.c_contiguous:
        raise AssertionError(f"the reader returned an array of {pixels.dtype} {pixels.shape}")
    assess_quality(pixels)
    if to_input(pixels, INPUT).shape != (INPUT, INPUT, 3):
        raise AssertionError("the input of the network has a wrong size")


@cache
def _encode_seed(name: str, form: int, photo: int) -> bytes:
    kind, _mutations, forms = FORMATS[name]
    mode, options = forms[form]
    if name == "heic":
        pillow_heif.register_heif_opener()
    paths = [*_list_photos("samples"), *_list_photos("subset")]
    image = _convert_mode(Image.open(paths[photo]).convert("RGB"), mode)
    if name == "dicom":
        return dicom.encode(image, form)
    options = dict(options)
    if name in ("jpeg", "mpo", "webp", "heic", "avif", "tiff", "png") and photo % 2:
        exif = Image.Exif()
        exif[0x0112] = 1 + (photo + form) % 8
        options["exif"] = exif.tobytes()
    if name in ("jpeg", "png", "webp", "heic", "tiff") and photo % 3 == 0 and mode == "RGB":
        options["icc_profile"] = _make_profile()
    if name in ("mpo", "gif", "png", "webp", "tiff") and photo % 4 == 3:
        options |= {"save_all": True, "append_images": [image.rotate(90)]}
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@cache
def _make_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _list_photos(folder: str) -> list[Path]:
    return sorted((ASSETS / folder).glob("*.jpg"))[:PHOTOS]


def _convert_mode(image: Image.Image, mode: str) -> Image.Image:
    if mode == "P":
        return image.quantize(64)
    if mode not in ("I;16", "I;16B"):
        return image.convert(mode)
    deep = np.asarray(image.convert("L")).astype(np.uint16) * 257
    return Image.frombytes(mode, image.size, deep.astype(">u2" if mode == "I;16B" else "<u2"))

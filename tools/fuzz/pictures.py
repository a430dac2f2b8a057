"""Way in: pictures. Real photos in every format and mode, mutated by structure and raw."""

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image, ImageCms

from qana.imaging import assess_quality, read_image, to_input
from qana.imaging.decode import WORKING_SIDE
from tools.fuzz import gif, heic, jpeg, png, raw, tiff, webp
from tools.fuzz.chance import Chance

ASSETS = Path(__file__).parents[2] / "assets"
PHOTOS = 4
"""Of assets/samples, 300 x 225, and as many of assets/subset, 128 x 128."""
INPUT = 128
Mutate = Callable[[Chance, bytes], bytes]
FORMATS: dict[str, tuple[str, tuple[Mutate, ...], tuple[tuple[str, dict[str, object]], ...]]] = {
    "jpeg": (
        "JPEG",
        (jpeg.mutated,),
        (
            ("RGB", {}),
            ("RGB", {"progressive": True, "quality": 95, "subsampling": 0}),
            ("L", {"restart_marker_blocks": 4}),
            ("CMYK", {}),
        ),
    ),
    "mpo": ("MPO", (jpeg.mutated,), (("RGB", {"save_all": True}),)),
    "png": (
        "PNG",
        (png.mutated,),
        (("RGB", {}), ("RGBA", {}), ("P", {}), ("L", {}), ("LA", {}), ("1", {}), ("I;16", {})),
    ),
    "webp": (
        "WEBP",
        (webp.mutated,),
        (("RGB", {}), ("RGBA", {}), ("RGB", {"lossless": True, "method": 0})),
    ),
    "heic": ("HEIF", (heic.mutated,), (("RGB", {}), ("RGBA", {}), ("L", {}))),
    "avif": ("AVIF", (heic.mutated,), (("RGB", {"speed": 10}), ("RGBA", {"speed": 10}))),
    "tiff": (
        "TIFF",
        (tiff.mutated, tiff.mutated, tiff.bent),
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
    "gif": ("GIF", (gif.mutated,), (("P", {}), ("L", {"interlace": 0}))),
    "bmp": ("BMP", (raw.numbered, raw.numbered, raw.cut), (("RGB", {}), ("P", {}), ("1", {}))),
}
"""Name of the way in to Pillow's name, mutations by structure, and modes with options."""


def making(name: str) -> Callable[[Chance, Path], Callable[[], None]]:
    """How inputs of one format are made; see `tools.fuzz.ways.Way`."""

    def make(chance: Chance, folder: Path) -> Callable[[], None]:
        data = _mutated(chance, name)
        path = folder / f"photo.{name}"
        if from_file := chance.happens(0.2):
            path.write_bytes(data)
        return lambda: _read(path if from_file else data)

    return make


def seed(name: str, form: int, photo: int) -> bytes:
    """A sound file: one of the forms of a format, of one photo."""
    return _seed(name, form % len(FORMATS[name][2]), photo % (2 * PHOTOS))


def _mutated(chance: Chance, name: str) -> bytes:
    data = _drawn(chance, name)
    if chance.happens(0.1):
        other = _drawn(chance, chance.choice(list(FORMATS)))
        return raw.spliced(chance, data, other)
    if chance.happens(0.15):
        for _ in range(chance.randint(1, 5)):
            data = raw.mutated(chance, data)
        return data
    # What one mutation leaves need not be a file of the format: the next ones are raw.
    data = chance.choice(FORMATS[name][1])(chance, data)
    return raw.mutated(chance, data) if chance.happens(0.15) else data


def _drawn(chance: Chance, name: str) -> bytes:
    return seed(name, chance.randrange(99), chance.randrange(2 * PHOTOS))


def _read(source: bytes | Path) -> None:
    """As the app reads a photo, up to the network's input."""
    pixels = read_image(source)
    sound = pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3
    if not sound or max(pixels.shape) > WORKING_SIDE or not pixels.flags.c_contiguous:
        raise AssertionError(f"an array of {pixels.dtype} {pixels.shape} came out")
    assess_quality(pixels)
    if to_input(pixels, INPUT).shape != (INPUT, INPUT, 3):
        raise AssertionError("the network's input is of another size")


@cache
def _seed(name: str, form: int, photo: int) -> bytes:
    kind, _mutations, forms = FORMATS[name]
    mode, options = forms[form]
    if name == "heic":
        pillow_heif.register_heif_opener()
    paths = [*_some("samples"), *_some("subset")]
    image = _in_mode(Image.open(paths[photo]).convert("RGB"), mode)
    options = dict(options)
    if name in ("jpeg", "mpo", "webp", "heic", "avif", "tiff", "png") and photo % 2:
        exif = Image.Exif()
        exif[0x0112] = 1 + (photo + form) % 8
        options["exif"] = exif.tobytes()
    if name in ("jpeg", "png", "webp", "heic", "tiff") and photo % 3 == 0 and mode == "RGB":
        options["icc_profile"] = _profile()
    if name in ("mpo", "gif", "png", "webp", "tiff") and photo % 4 == 3:
        options |= {"save_all": True, "append_images": [image.rotate(90)]}
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@cache
def _profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _some(folder: str) -> list[Path]:
    return sorted((ASSETS / folder).glob("*.jpg"))[:PHOTOS]


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    if mode == "P":
        return image.quantize(64)
    if mode not in ("I;16", "I;16B"):
        return image.convert(mode)
    deep = np.asarray(image.convert("L")).astype(np.uint16) * 257
    return Image.frombytes(mode, image.size, deep.astype(">u2" if mode == "I;16B" else "<u2"))

"""From any bytes to an RGB array, or one sentence that says why not."""

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from qana.errors import UserError

FORMATS = ("JPEG", "MPO", "PNG", "GIF", "WEBP", "TIFF", "BMP", "HEIF", "AVIF")
"""What cameras and browsers make. Pillow knows more, and each more is a way in for an attacker."""
MAX_BYTES = 25 * 2**20
MAX_PIXELS = 50_000_000
MAX_SIDE = 12_000
MIN_SIDE = 64
WORKING_SIDE = 1600
"""Larger photos are reduced to this long side: the network reads 128 pixels, and memory counts."""

# Above half its limit Pillow only warns, on stderr; a warning that is an error is caught below.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_SIXTEEN_BITS = 65_535


class ImageError(UserError):
    """A picture that cannot be read."""


UNREADABLE = "This file cannot be read as a photo: choose a JPEG, PNG, WebP or HEIC picture."
DAMAGED = "This photo is damaged or incomplete: save or send it again, or choose another."


def read_image(source: bytes | bytearray | memoryview | Path) -> np.ndarray:
    """Reads a photo of any common format.

    The orientation that the camera recorded is applied, an embedded colour profile is converted
    to sRGB, transparency is laid on white, 16 bits are scaled to 8, an animation gives its first
    frame. Nothing is written or logged.

    Args:
        source: the file's bytes, or its path.

    Returns:
        (H, W, 3) uint8 RGB, C-contiguous, long side at most 1600 pixels.

    Raises:
        ImageError: not a picture, damaged, too large (25 MB, 50 megapixels, 12,000 pixels a
            side), or smaller than 64 pixels. One sentence that says what to do.
    """
    data = _read_bytes(source)
    if not data:
        raise ImageError("This file is empty: choose another photo.")
    if len(data) > MAX_BYTES:
        raise ImageError("This file is larger than 25 MB: choose a smaller photo.")
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        _register_heif()
    try:
        with Image.open(io.BytesIO(data), formats=_openable()) as picture:
            _check_size(*picture.size)
            return _to_array(picture)
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Image.UnidentifiedImageError:
        raise ImageError(UNREADABLE) from None
    except Exception:  # decoders raise whatever their libraries do; none of it is the visitor's
        raise ImageError(DAMAGED) from None


def _read_bytes(source: bytes | bytearray | memoryview | Path) -> bytes:
    if not isinstance(source, Path):
        return bytes(source)
    try:
        if source.stat().st_size > MAX_BYTES:
            raise ImageError("This file is larger than 25 MB: choose a smaller photo.")
        return source.read_bytes()
    except IsADirectoryError:
        raise ImageError("This is a folder: give the photos in it.") from None
    except OSError:
        raise ImageError("This file cannot be opened: check its name and your rights.") from None


def _openable() -> list[str]:
    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


def _register_heif() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)


def _too_many_pixels() -> ImageError:
    return ImageError(
        "This picture has too many pixels (over 50 megapixels or 12,000 a side): choose a smaller "
        "one."
    )


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise _too_many_pixels()
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            f"This picture is only {width} x {height} pixels: choose one of at least "
            f"{MIN_SIDE} x {MIN_SIDE}."
        )


def _to_array(picture: Image.Image) -> np.ndarray:
    if picture.format in ("JPEG", "MPO"):
        # Decodes at a half, a quarter or an eighth, still at least the working side.
        picture.draft(picture.mode, (WORKING_SIDE, WORKING_SIDE))
    picture.load()
    profile = picture.info.get("icc_profile")
    upright = ImageOps.exif_transpose(picture)
    upright = upright if upright is not None else picture
    rgb = _to_srgb(_to_eight_bits(upright), profile)
    rgb.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX, reducing_gap=None)
    return np.ascontiguousarray(rgb, dtype=np.uint8)


def _to_eight_bits(picture: Image.Image) -> Image.Image:
    """Pillow clips 16-bit and float greys at 255 when converting; they are scaled here."""
    if not picture.mode.startswith(("I", "F")):
        return picture
    values = np.asarray(picture, dtype=np.float64)
    values = np.nan_to_num(values, posinf=0.0, neginf=0.0)
    if picture.mode == "F" or values.min() < 0 or values.max() > _SIXTEEN_BITS:
        low, high = values.min(), values.max()  # no fixed range: stretch what is there
    else:
        low, high = 0.0, _SIXTEEN_BITS if picture.mode != "I" or values.max() > 255 else 255.0
    scaled = (values - low) / max(high - low, 1e-12) * 255
    return Image.fromarray(np.round(scaled).astype(np.uint8), "L")


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if picture.has_transparency_data:
        white = Image.new("RGBA", picture.size, "white")
        return _to_srgb(
            Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB"), profile
        )
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a broken profile, or one of another colour model: the plain colours are closer
    return picture.convert("RGB")

"""From any bytes to an RGB array, or one sentence that says why not."""

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageFile, ImageOps

from qana.errors import UserError
from qana.imaging.guards import TimedReader, TooCostlyError, check_tiff

FORMATS = ("JPEG", "MPO", "PNG", "GIF", "WEBP", "TIFF", "BMP", "HEIF", "AVIF")
"""What cameras and browsers make. Pillow knows more, and each more is a way in for an attacker."""
MAX_BYTES = 25 * 2**20
MAX_PIXELS = 50_000_000
MAX_SIDE = 12_000
MIN_SIDE = 64
WORKING_SIDE = 1600
"""Larger photos are reduced to this long side: the network reads 128 pixels, and memory counts."""

# What Pillow warns of is refused below or does no harm, and must not reach stderr. Set once, for
# Pillow alone: `warnings.catch_warnings` in each call would mix up the threads of two visitors.
warnings.filterwarnings("ignore", module=r"PIL\.")

_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_READ_AHEAD = 512
"""Bytes a decoder gets at a time, few enough that the reader's clock is asked often: four
kilobytes can hold two seconds of scans of a JPEG."""


class ImageError(UserError):
    """A picture that cannot be read."""


UNREADABLE = "This file cannot be read as a photo: choose a JPEG, PNG, WebP or HEIC picture."
DAMAGED = "This photo is damaged or incomplete: save or send it again, or choose another."
TOO_LARGE = "This file is larger than 25 MB: choose a smaller photo."
TOO_MANY_PIXELS = (
    "This picture has too many pixels (over 50 megapixels or 12,000 a side): choose a smaller one."
)
TOO_COSTLY = "This file takes too long to read: save the photo as JPEG and choose that."


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
            side), smaller than 64 pixels, a strip that would be once reduced, or made to
            exhaust the reader. One sentence that says what to do.
    """
    data = _read_bytes(source)
    if not data:
        raise ImageError("This file is empty: choose another photo.")
    if len(data) > MAX_BYTES:
        raise ImageError(TOO_LARGE)
    try:
        if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
            _register_heif()
        check_tiff(data)
        with Image.open(TimedReader(data), formats=_openable()) as picture:
            _check_size(*picture.size)
            return _to_array(picture)
    except ImageError:
        raise
    except TooCostlyError:
        raise ImageError(TOO_COSTLY) from None
    except Image.DecompressionBombError:
        raise ImageError(TOO_MANY_PIXELS) from None
    except Image.UnidentifiedImageError:
        raise ImageError(UNREADABLE) from None
    except Exception:  # decoders raise whatever their libraries do; none of it is the visitor's
        raise ImageError(DAMAGED) from None


def _read_bytes(source: bytes | bytearray | memoryview | Path) -> bytes:
    if not isinstance(source, Path):
        return bytes(source)
    if source.is_dir():
        raise ImageError("This is a folder: give the photos in it.")
    try:
        if not source.is_file():  # a pipe or a device may never end
            raise FileNotFoundError
        with source.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        raise ImageError("This file cannot be opened: check its name and your rights.") from None


def _openable() -> list[str]:
    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


def _register_heif() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise ImageError(TOO_MANY_PIXELS)
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            f"This picture is only {width} x {height} pixels: choose one of at least "
            f"{MIN_SIDE} x {MIN_SIDE}."
        )
    if min(width, height) * WORKING_SIDE < MIN_SIDE * max(width, height):
        raise ImageError("This picture is a narrow strip: crop it to the spot and choose that.")


def _to_array(picture: ImageFile.ImageFile) -> np.ndarray:
    picture.decodermaxblock = _READ_AHEAD
    if picture.format in ("JPEG", "MPO"):
        # Decodes at a half, a quarter or an eighth, still at least the working side.
        picture.draft(picture.mode, (WORKING_SIDE, WORKING_SIDE))
    picture.load()
    profile = picture.info.get("icc_profile")
    # Reduced before anything else: each further step would copy up to 200 MB.
    small = _reducible(picture)
    small.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX, reducing_gap=None)
    ImageOps.exif_transpose(small, in_place=True)
    return np.ascontiguousarray(_to_srgb(_to_eight_bits(small), profile), dtype=np.uint8)


def _reducible(picture: Image.Image) -> Image.Image:
    """The picture in a mode whose pixels can be averaged: no palette, no colour that is a hole."""
    if picture.mode not in ("RGBA", "LA") and picture.has_transparency_data:
        return picture.convert("RGBA")
    if picture.mode in ("1", "P"):
        return picture.convert("L" if picture.mode == "1" else "RGB")
    return picture


def _to_eight_bits(picture: Image.Image) -> Image.Image:
    """Pillow clips 16-bit and float greys at 255 when converting; they are scaled here."""
    if not picture.mode.startswith(("I", "F")):
        return picture
    values = np.nan_to_num(np.asarray(picture, dtype=np.float64), posinf=0.0, neginf=0.0)
    low, high = _grey_range(picture.mode, float(values.min()), float(values.max()))
    scaled = (values - low) / max(high - low, 1e-12) * 255
    return Image.fromarray(np.round(scaled).astype(np.uint8), "L")


def _grey_range(mode: str, lowest: float, highest: float) -> tuple[float, float]:
    """What is black and what is white; only 16-bit modes say so themselves."""
    if mode.startswith("I;16"):
        return 0.0, 65_535.0
    customary = (1.0, 255.0, 65_535.0) if mode == "F" else (255.0, 65_535.0)
    white = next((white for white in customary if highest <= white), None)
    return (lowest, highest) if lowest < 0 or white is None else (0.0, white)


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if picture.mode in ("RGBA", "LA"):
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture).convert("RGB")
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

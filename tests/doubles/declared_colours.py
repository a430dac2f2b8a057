"""Encodes photos in files that declare their colours."""

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from PIL import Image, ImageCms

from qana.imaging import decode_image

SAMPLES = sorted((Path(__file__).parents[2] / "assets" / "samples").glob("*.jpg"))
TO_BT2020 = [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]
"""From linear BT.709 (ITU-R BT.2087-0, table 1)."""
TO_P3 = [[0.8225, 0.1774, 0.0], [0.0332, 0.9669, 0.0], [0.0171, 0.0724, 0.9108]]
"""From linear BT.709 to Display P3 (SMPTE EG 432-1)."""
TO_BT601 = [[0.9578, 0.0422, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0119, 0.9881]]
"""From linear BT.709 to BT.601 with 625 lines."""
TO_XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
"""From linear BT.709 to CIE XYZ (IEC 61966-2-1)."""
MATRICES = {1: np.eye(3), 5: TO_BT601, 9: TO_BT2020, 10: TO_XYZ, 12: TO_P3}


def photo(number: int = 0, size: tuple[int, int] | None = None) -> Image.Image:
    image = Image.open(SAMPLES[number % len(SAMPLES)]).convert("RGB")
    return image.resize(size) if size else image


def light_of(image: Image.Image) -> np.ndarray:
    values = np.asarray(image) / 255.0
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def encode_transfer(light: np.ndarray, transfer: int | float) -> np.ndarray:
    """Encodes light, where 1 is white, by a code of H.273; a float is the exponent of gAMA."""
    light = np.clip(light, 0.0, None)
    if isinstance(transfer, float) or transfer in (4, 5, 8):
        return light ** {4: 1 / 2.2, 5: 1 / 2.8, 8: 1.0}.get(transfer, transfer)
    if transfer in (7, 9, 10, 17):
        return encode_rare_transfer(light, transfer)
    if transfer == 13:
        return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    if transfer in (1, 6, 11, 12, 14, 15):
        return np.where(light < 0.018, light * 4.5, 1.099 * light**0.45 - 0.099)
    if transfer == 16:
        power = (light * 203 / 10_000) ** 0.1593017578125
        return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    assert transfer == 18
    display = light * 203 / 1000
    luminance = np.maximum(display @ [0.2627, 0.6780, 0.0593], 1e-9)[..., None]
    scene = display * luminance ** (1 / 1.2 - 1)
    high = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), high)


def encode_rare_transfer(light: np.ndarray, transfer: int) -> np.ndarray:
    """Encodes light by SMPTE ST 240, a logarithm, or SMPTE ST 428-1."""
    if transfer == 7:
        return np.where(light < 0.0228, light * 4, 1.1115 * light**0.45 - 0.1115)
    if transfer == 17:
        return (48 * light / 52.37) ** (1 / 2.6)
    decades, least = {9: (2.0, 0.01), 10: (2.5, 10**0.5 / 1000)}[transfer]
    return np.where(light < least, 0.0, 1 + np.log10(np.maximum(light, 1e-9)) / decades)


def values_in(image: Image.Image, matrix: object, transfer: int | float) -> np.ndarray:
    return np.clip(encode_transfer(light_of(image) @ np.asarray(matrix).T, transfer), 0.0, 1.0)


def eight_bits(values: np.ndarray) -> Image.Image:
    return Image.fromarray(np.round(values * 255).astype(np.uint8))


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def encode_png(values: np.ndarray, *chunks: tuple[bytes, bytes], depth: int = 8) -> bytes:
    height, width = values.shape[:2]
    deep = np.round(values * (2**depth - 1)).astype(">u2" if depth == 16 else np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in deep)
    colour_type = 2 if values.ndim == 3 else 0
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)),
        *chunks,
        (b"IDAT", zlib.compress(rows, 1)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def gama(exponent: float) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", round(exponent * 100_000))


def chrm(points: tuple[float, ...]) -> tuple[bytes, bytes]:
    return b"cHRM", struct.pack(">8I", *(round(point * 100_000) for point in points))


def cicp(primaries: int, transfer: int, matrix: int = 0, full: int = 1) -> tuple[bytes, bytes]:
    return b"cICP", bytes((primaries, transfer, matrix, full))


def encode_heic(values: np.ndarray, primaries: int, transfer: int, depth: int = 8) -> bytes:
    nclx = {
        "color_primaries": primaries,
        "transfer_characteristics": transfer,
        "matrix_coefficients": 9 if primaries == 9 else 6,
        "full_range_flag": 1,
    }
    height, width = values.shape[:2]
    deep = np.round(values * (255 if depth == 8 else 65_535))
    raw = deep.astype(np.uint8 if depth == 8 else "<u2").tobytes()
    file = pillow_heif.from_bytes("RGB" if depth == 8 else "RGB;16", (width, height), raw)
    buffer = io.BytesIO()
    pillow_heif.options.SAVE_HDR_TO_12_BIT = depth == 12
    file.save(buffer, quality=97, chroma=444, save_nclx_profile=True, **nclx)
    pillow_heif.options.SAVE_HDR_TO_12_BIT = False
    return buffer.getvalue()


def encode_avif(values: np.ndarray, primaries: int, transfer: int, depth: int = 8) -> bytes:
    """Encodes a file that declares sRGB, as the encoders always do, and changes the declaration."""
    if depth == 10:
        deep = np.round(values[..., ::-1] * 1023).astype(np.uint16)
        options = [cv2.IMWRITE_AVIF_DEPTH, 10, cv2.IMWRITE_AVIF_QUALITY, 97]
        data = cv2.imencode(".avif", deep, options)[1].tobytes()
    else:
        buffer = io.BytesIO()
        eight_bits(values).save(buffer, "AVIF", quality=97, subsampling="4:4:4", speed=10)
        data = buffer.getvalue()
    assert data.count(b"nclx") == 1
    at = data.index(b"nclx") + 4
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


def encode(image: Image.Image, container: str, depth: int, primaries: int, transfer: int) -> bytes:
    values = values_in(image, MATRICES[primaries], transfer)
    if container == "HEIC":
        return encode_heic(values, primaries, transfer, depth)
    if container == "AVIF":
        return encode_avif(values, primaries, transfer, depth)
    return encode_png(values, cicp(primaries, transfer), depth=depth)


def difference(data: bytes, image: Image.Image) -> float:
    return float(np.abs(decode_image(data).astype(float) - np.asarray(image)).mean())


def swap_channels_profile() -> bytes:
    """Returns an sRGB profile with the primaries of red and green exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)

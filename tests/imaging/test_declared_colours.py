"""Photos that declare their colours in any form are read as the same photo in sRGB."""

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from qana.imaging import decode_image
from qana.imaging.item_properties import CodePoints, read_code_points

SAMPLES = sorted((Path(__file__).parents[2] / "assets" / "samples").glob("*.jpg"))
TO_BT2020 = [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]
"""From linear BT.709 (ITU-R BT.2087-0, table 1)."""
TO_P3 = [[0.8225, 0.1774, 0.0], [0.0332, 0.9669, 0.0], [0.0171, 0.0724, 0.9108]]
"""From linear BT.709 to Display P3 (SMPTE EG 432-1)."""
TO_ADOBE = [[0.71513, 0.28487, 0.0], [0.0, 1.0, 0.0], [0.0, 0.04116, 0.95884]]
"""From linear BT.709 (Adobe RGB (1998) Color Image Encoding)."""
TO_BT601 = [[0.9578, 0.0422, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0119, 0.9881]]
"""From linear BT.709 to BT.601 with 625 lines."""
MATRICES = {1: np.eye(3), 5: TO_BT601, 9: TO_BT2020, 12: TO_P3}
ADOBE_CHRM = (0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
SRGB_CHRM = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
P3_CHRM = (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)


def photo(number: int = 0, size: tuple[int, int] | None = None) -> Image.Image:
    image = Image.open(SAMPLES[number % len(SAMPLES)]).convert("RGB")
    return image.resize(size) if size else image


def light_of(image: Image.Image) -> np.ndarray:
    values = np.asarray(image) / 255.0
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def encode_transfer(light: np.ndarray, transfer: int | float) -> np.ndarray:
    """Encodes light, where 1 is white, by a code of H.273; a float is the exponent of gAMA."""
    light = np.clip(light, 0.0, None)
    if isinstance(transfer, float):
        return light**transfer
    if transfer == 13:
        return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    if transfer in (1, 6, 14, 15):
        return np.where(light < 0.018, light * 4.5, 1.099 * light**0.45 - 0.099)
    if transfer in (4, 5, 8):
        return light ** {4: 1 / 2.2, 5: 1 / 2.8, 8: 1.0}[transfer]
    if transfer == 16:
        power = (light * 203 / 10_000) ** 0.1593017578125
        return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    assert transfer == 18
    display = light * 203 / 1000
    luminance = np.maximum(display @ [0.2627, 0.6780, 0.0593], 1e-9)[..., None]
    scene = display * luminance ** (1 / 1.2 - 1)
    high = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), high)


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


CONTAINERS = [
    ("HEIC", 8),
    ("HEIC", 10),
    ("HEIC", 12),
    ("AVIF", 8),
    ("AVIF", 10),
    ("PNG", 8),
    ("PNG", 16),
]
SDR = [(12, 13), (9, 13), (9, 14), (9, 15), (12, 1), (12, 4), (1, 5), (5, 13), (9, 8)]


@pytest.mark.parametrize(("container", "depth"), CONTAINERS)
@pytest.mark.parametrize(("primaries", "transfer"), SDR)
def test_code_points(container: str, depth: int, primaries: int, transfer: int) -> None:
    image = photo(primaries + transfer, (160 + 8 * transfer, 128))
    data = encode(image, container, depth, primaries, transfer)
    # 8 bits of linear light or of a gamut twice as large leave coarse steps in the shadows.
    assert difference(data, image) < (4.0 if transfer == 8 else 2.0)


@pytest.mark.parametrize(("container", "depth"), CONTAINERS)
@pytest.mark.parametrize(("primaries", "transfer"), [(9, 16), (12, 16), (1, 16), (9, 18)])
def test_hdr_without_highlights_is_the_photo_in_sdr(
    container: str, depth: int, primaries: int, transfer: int
) -> None:
    image = photo(depth + primaries, (224, 160))
    tolerance = 4.0  # in 8 bits, PQ has 148 levels up to white
    assert difference(encode(image, container, depth, primaries, transfer), image) < tolerance


@pytest.mark.parametrize("transfer", [16, 18])
@pytest.mark.parametrize("peak", [1.5, 3.0, 4.9])
def test_highlights_are_compressed_and_the_skin_stays(transfer: int, peak: float) -> None:
    image = photo(3, (240, 180))
    light = light_of(image) * 0.3
    light[:20, :20] = peak  # a reflection, 305 to 1,000 cd/m2
    values = np.clip(encode_transfer(light @ np.asarray(TO_BT2020).T, transfer), 0, 1)
    pixels = decode_image(encode_heic(values, 9, transfer, 10)).astype(float)
    expected = encode_transfer(light, 13) * 255
    assert pixels[:16, :16].min() > 245
    assert np.abs(pixels - expected)[24:, 24:].mean() < 12
    ramp = np.tile(np.linspace(0, peak, 256)[None, :, None], (64, 1, 3))
    ramp = decode_image(encode_png(encode_transfer(ramp, transfer), cicp(9, transfer)))
    assert (np.diff(ramp[32, :, 1].astype(int)) >= 0).all()
    assert ramp[32, 128:].min() > 200


@pytest.mark.parametrize("exponent", [1.0, 0.55556, 0.5, 0.38462, 0.35714])
@pytest.mark.parametrize("depth", [8, 16])
def test_png_gamma(exponent: float, depth: int) -> None:
    image = photo(2, (200, 150))
    data = encode_png(values_in(image, np.eye(3), exponent), gama(exponent), depth=depth)
    assert difference(data, image) < (4.0 if exponent == 1.0 else 1.5)


@pytest.mark.parametrize(
    ("matrix", "points", "exponent"),
    [(TO_ADOBE, ADOBE_CHRM, 0.45471), (TO_P3, P3_CHRM, 0.45455), (TO_P3, P3_CHRM, 0.55556)],
)
def test_png_primaries(matrix: object, points: tuple[float, ...], exponent: float) -> None:
    image = photo(1, (200, 150))
    data = encode_png(values_in(image, matrix, exponent), gama(exponent), chrm(points))
    assert difference(data, image) < 1.5
    data = encode_png(values_in(image, matrix, 13), chrm(points))
    assert difference(data, image) < 1.5


def test_png_white_point_stays_white() -> None:
    points = (0.3457, 0.3585, 0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001)  # ProPhoto, D50
    pixels = decode_image(encode_png(np.ones((80, 80, 3)), gama(0.55556), chrm(points)))
    assert pixels.min() == 255


def test_grey_png_with_gamma() -> None:
    ramp = np.tile(np.linspace(0, 1, 256), (80, 1))
    pixels = decode_image(encode_png(ramp ** (1 / 1.8), gama(1 / 1.8), depth=16))
    np.testing.assert_allclose(pixels[0, 64:, 0], encode_transfer(ramp[0, 64:], 13) * 255, atol=2)


def test_precedence_in_png() -> None:
    image = photo(4, (200, 150))
    plain = values_in(image, np.eye(3), 13)
    wide = values_in(image, TO_P3, 13)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    iccp = (b"iCCP", b"x\0\0" + zlib.compress(srgb))
    others = [gama(1.0), chrm(ADOBE_CHRM)]
    assert difference(encode_png(wide, cicp(12, 13), iccp, *others), image) < 1.5
    assert difference(encode_png(plain, iccp, *others), image) < 1.5
    assert difference(encode_png(plain, (b"sRGB", b"\0"), *others), image) == 0
    assert difference(encode_png(plain, cicp(1, 13), *others), image) == 0
    # Chunks that PNG does not allow count as none.
    assert difference(encode_png(wide, cicp(9, 16, 9), cicp(2, 2)), image) > 1.5
    assert difference(encode_png(plain, cicp(9, 16, 9), (b"sRGB", b"\0")), image) == 0


def test_narrow_range_in_png() -> None:
    image = photo(5, (200, 150))
    narrow = (values_in(image, TO_P3, 13) * 219 + 16) / 255
    assert difference(encode_png(narrow, cicp(12, 13, 0, 0)), image) < 1.5


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG", "TIFF", "MPO"])
@pytest.mark.parametrize("byte_order", ["<", ">"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_exif_adobe_rgb(kind: str, byte_order: str, orientation: int) -> None:
    image = photo(6, (240, 180))
    adobe = eight_bits(values_in(image, TO_ADOBE, 256 / 563))
    pixels = decode_image(save(adobe, kind, encode_exif(65_535, "R03", byte_order, orientation)))
    expected = image.rotate(-90, expand=True) if orientation == 6 else image
    assert np.abs(pixels.astype(float) - np.asarray(expected)).mean() < 2


def test_exif_that_does_not_name_adobe_rgb() -> None:
    image = photo(6, (240, 180))
    plain = decode_image(save(image, "JPEG", b""))
    for space, index in ((1, "R98"), (65_535, "R98"), (1, "R03"), (65_535, "THM"), (7, "R03")):
        pixels = decode_image(save(image, "JPEG", encode_exif(space, index)))
        assert (pixels == plain).all()
    assert (decode_image(save(image, "JPEG", encode_exif(2, "R98"))) != plain).any()


def test_a_profile_precedes_exif_and_exif_follows_a_broken_profile() -> None:
    image = photo(7, (240, 180))
    exif = encode_exif(65_535, "R03")
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = decode_image(save(image, "JPEG", b""))
    assert np.abs(decode_image(save(image, "JPEG", exif, srgb)).astype(int) - plain).max() <= 1
    adobe = decode_image(save(image, "JPEG", exif))
    assert (decode_image(save(image, "JPEG", exif, b"broken")) == adobe).all()


def save(image: Image.Image, kind: str, exif: bytes, profile: bytes | None = None) -> bytes:
    options: dict[str, object] = {"quality": 97}
    if kind == "JPEG":
        options["subsampling"] = 0
    if kind == "WEBP":
        options = {"lossless": True}
    if kind == "MPO":
        options |= {"save_all": True, "append_images": [image], "subsampling": 0}
    if kind == "TIFF":
        options = {}
    if exif:
        parsed = Image.Exif()
        parsed.load(exif)
        options["exif"] = parsed if kind == "TIFF" else exif
    buffer = io.BytesIO()
    image.save(buffer, kind, icc_profile=profile, **options)
    data = buffer.getvalue()
    if kind == "TIFF":  # Pillow copies the offset of the third directory, not the directory
        entry = struct.Struct("<HHII").pack
        index = struct.pack("<H", 1) + struct.pack("<HHI4s", 1, 2, 4, exif[-8:-4]) + bytes(4)
        assert entry(0xA005, 4, 1, 68) in data
        data = data.replace(entry(0xA005, 4, 1, 68), entry(0xA005, 4, 1, len(data))) + index
    return data


def encode_exif(space: int, index: str, byte_order: str = ">", orientation: int = 1) -> bytes:
    """Encodes EXIF with three directories: of the picture, of EXIF and of interoperability."""

    def directory(*entries: bytes) -> bytes:
        pack = struct.Struct(f"{byte_order}H").pack
        return pack(len(entries)) + b"".join(entries) + bytes(4)

    def short(tag: int, value: int) -> bytes:
        return struct.pack(f"{byte_order}HHIHxx", tag, 3, 1, value)

    def offset(tag: int, value: int) -> bytes:
        return struct.pack(f"{byte_order}HHII", tag, 4, 1, value)

    text = struct.pack(f"{byte_order}HHI4s", 1, 2, 4, index.encode())
    start = b"II*\0" if byte_order == "<" else b"MM\0*"
    picture = directory(short(0x0112, orientation), offset(0x8769, 38))
    return (
        b"Exif\0\0"
        + start
        + struct.pack(f"{byte_order}I", 8)
        + picture
        + directory(short(0xA001, space), offset(0xA005, 68))
        + directory(text)
    )


@pytest.mark.parametrize("sample", SAMPLES[:4], ids=lambda path: path.stem)
def test_declared_srgb_changes_no_pixel(sample: Path) -> None:
    image = Image.open(sample)
    exact = np.asarray(image.convert("RGB"))
    assert (decode_image(sample.read_bytes()) == exact).all()
    exif = encode_exif(1, "R98")
    plain = save(image, "JPEG", b"")
    assert (decode_image(save(image, "JPEG", exif)) == decode_image(plain)).all()
    values = exact / 255
    for chunks in (
        [(b"sRGB", b"\0"), gama(0.45455), chrm(SRGB_CHRM)],
        [gama(0.45455), chrm(SRGB_CHRM)],
        [gama(0.45455)],
        [chrm(SRGB_CHRM)],
        [cicp(1, 13)],
        [cicp(2, 2)],
    ):
        assert (decode_image(encode_png(values, *chunks)) == exact).all()


@pytest.mark.parametrize("points", [(1, 13), (2, 2), (1, 1), (6, 6), (5, 6), (2, 6)])
def test_standard_video_in_heic_and_avif_counts_as_srgb(points: tuple[int, int]) -> None:
    image = photo(0, (200, 160))
    values = np.asarray(image) / 255
    for encoder in (encode_heic, encode_avif):
        pixels = decode_image(encoder(values, *points))
        assert (pixels == decode_image(encoder(values, 1, 13))).all()


def test_damaged_declarations_change_no_pixel() -> None:
    image = photo(0, (200, 160))
    values = np.asarray(image) / 255
    line = (0.3127, 0.329, 0.64, 0.33, 0.64, 0.33, 0.15, 0.06)
    for chunks in (
        [chrm((0.0,) * 8)],
        [chrm(line)],
        [chrm((0.3127, 0.0, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06))],
        [gama(0.0)],
        [(b"gAMA", b"\xff" * 4)],
        [cicp(0, 0)],
        [cicp(200, 200)],
        [(b"cICP", b"\x09")],
    ):
        assert difference(encode_png(values, *chunks), image) == 0
    plain = decode_image(encode_avif(values, 1, 13))
    for old, new in ((b"colr", b"free"), (b"nclx", b"none")):
        damaged = encode_avif(values, 12, 13).replace(old, new)
        assert (decode_image(damaged) == plain).all()


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("wide", [0, 1])
@pytest.mark.parametrize("long_size", [False, True])
def test_code_points_of_the_primary_item(version: int, wide: int, long_size: bool) -> None:
    def box(kind: bytes, body: bytes, *, long: bool = False) -> bytes:
        if long:
            return struct.pack(">I4sQ", 1, kind, len(body) + 16) + body
        return struct.pack(">I4s", len(body) + 8, kind) + body

    def nclx(primaries: int, transfer: int) -> bytes:
        return box(b"colr", b"nclx" + struct.pack(">HHHB", primaries, transfer, 6, 128))

    item, index = (">H", ">I")[version], (">B", ">H")[wide]
    highest = (0x80, 0x8000)[wide]
    items = {7: [1, 2], 3: [1, 4, 3 | highest], 9: [5]}
    body = bytes((version, 0, 0, wide)) + struct.pack(">I", len(items))
    for number, indices in items.items():
        body += struct.pack(item, number) + bytes((len(indices),))
        body += b"".join(struct.pack(index, one) for one in indices)
    profile = box(b"colr", b"prof" + bytes(20))
    boxes = box(b"ispe", bytes(12)) + nclx(9, 16) + nclx(12, 13) + profile + nclx(1, 13)
    container = box(b"iprp", box(b"ipco", boxes, long=long_size) + box(b"ipma", body))
    primary = box(b"pitm", bytes((version, 0, 0, 0)) + struct.pack(item, 3))
    data = box(b"ftyp", b"avif") + box(b"meta", bytes(4) + primary + container)
    assert read_code_points(data) == CodePoints(12, 13)
    for end in range(len(data)):
        assert read_code_points(data[:end]) in (None, CodePoints(12, 13))


def test_large_pictures_are_reduced_before_their_colours_are_converted() -> None:
    image = photo(1).resize((2400, 1800))
    values = values_in(image, TO_P3, 13)
    pixels = decode_image(encode_avif(values, 12, 13))
    assert pixels.shape == (1200, 1600, 3)
    reduced = np.asarray(image.resize((1600, 1200), Image.Resampling.BOX)).astype(float)
    assert np.abs(pixels - reduced).mean() < 2

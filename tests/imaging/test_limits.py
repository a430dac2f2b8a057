"""No file exhausts time, memory, disk or log."""

import io
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from qana.imaging import ImageError, read_image

LONG, SHORT = 8320, 6240
DECODE_AND_MEASURE = """
import sys, time
from pathlib import Path
from qana.imaging import ImageError, read_image
start = time.thread_time()
try:
    print(read_image(Path(sys.argv[1])).shape)
except ImageError as error:
    print(error)
print(time.thread_time() - start)
status = Path("/proc/self/status")
lines = status.read_text().splitlines() if status.exists() else []
print(*[line.split()[1] for line in lines if line.startswith("VmHWM")] or ["0"])
"""


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(*entries: tuple[int, int, int, int], rest: bytes = b"") -> bytes:
    """Returns a little-endian TIFF of 100 x 100 grey pixels with further directory entries."""
    all_entries = [(256, 4, 1, 100), (257, 4, 1, 100), (258, 3, 1, 8), *entries]
    all_entries.sort(key=lambda entry: entry[0])
    body = b"".join(struct.pack("<HHII", *entry) for entry in all_entries)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(all_entries)) + body + bytes(4) + rest


def many_scans() -> bytes:
    data = encoded(Image.new("L", (7000, 7000), 9), "JPEG", progressive=True)
    last, end = data.rfind(b"\xff\xda"), data.rfind(b"\xff\xd9")
    return data[:last] + data[last:end] * 1500 + data[end:]


def many_scans_of_a_huge_picture() -> bytes:
    data = encoded(Image.new("L", (17_000, 12_000), 9), "JPEG", progressive=True)
    last, end = data.rfind(b"\xff\xda"), data.rfind(b"\xff\xd9")
    return data[:last] + data[last:end] * 200 + data[end:]


def many_profiles() -> bytes:
    body = b"iCCP" + b"x\0\0" + zlib.compress(bytes(1_000_000))
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    data = encoded(Image.new("RGB", (100, 100)), "PNG")
    return data[:33] + chunk * 20_000 + data[33:]


def huge_tile() -> bytes:
    tile = ((322, 4, 1, 40_000), (323, 4, 1, 40_000), (324, 4, 1, 160), (325, 4, 1, 20))
    return tiff((259, 3, 1, 8), (262, 3, 1, 1), *tile, rest=zlib.compress(bytes(10**7)))


def huge_tile_named_twice() -> bytes:
    tile = ((322, 4, 1, 40_000), (323, 4, 1, 40_000), (322, 4, 1, 16), (323, 4, 1, 16))
    return tiff((262, 3, 1, 1), *tile, (324, 4, 1, 160), (325, 4, 1, 20), rest=bytes(999))


def many_pieces() -> bytes:
    count = 5_000_000
    pieces = ((262, 3, 1, 1), (273, 4, count, 200), (278, 4, 1, 1), (279, 4, 1, 100))
    return tiff(*pieces, rest=bytes(4 * count + 200))


@pytest.mark.parametrize(
    "make",
    [
        many_scans,
        many_scans_of_a_huge_picture,
        many_profiles,
        huge_tile,
        huge_tile_named_twice,
        many_pieces,
    ],
)
def test_a_decompression_bomb_is_refused(make: Callable[[], bytes]) -> None:
    data = make()
    start = time.thread_time()
    with pytest.raises(ImageError, match="takes too long to read"):
        read_image(data)
    assert time.thread_time() - start < 5


def test_every_tiff_signature_is_checked() -> None:
    from PIL import TiffImagePlugin

    assert len(TiffImagePlugin.PREFIXES) == 6
    for signature in TiffImagePlugin.PREFIXES:
        with pytest.raises(ImageError):
            read_image(signature + huge_tile_named_twice()[4:])
    reasons = {b"II\0*": "swapped", b"MM*\0": "swapped", b"II+\0": "BigTIFF", b"MM\0+": "BigTIFF"}
    for signature, reason in reasons.items():
        with pytest.raises(ImageError, match=reason):
            read_image(signature + many_pieces()[4:])


@pytest.mark.parametrize(
    ("mode", "kind", "options"),
    [
        ("F", "TIFF", {"compression": "tiff_adobe_deflate"}),
        ("CMYK", "TIFF", {"compression": "tiff_adobe_deflate"}),
        ("RGBA", "PNG", {"compress_level": 1}),
        ("RGB", "WEBP", {"method": 0}),
        ("CMYK", "JPEG", {"progressive": True}),
    ],
)
def test_the_largest_picture_stays_below_a_gigabyte(
    tmp_path: Path, mode: str, kind: str, options: dict[str, object]
) -> None:
    (tmp_path / "large").write_bytes(encoded(Image.new(mode, (LONG, SHORT)), kind, **options))
    shape, seconds, kilobytes = _decode_in_process(tmp_path / "large").stdout.splitlines()
    assert shape == "(1200, 1600, 3)"
    assert float(seconds) < 5
    assert int(kilobytes) < 1_000_000


SIZES = [(8160, 6144), (8192, 6144), (9248, 6936), (12_032, 9024), (16_384, 12_288)]
"""Of cameras with 50, 64, 108 and 200 nominal megapixels."""


@pytest.mark.parametrize(
    ("size", "turned"), [(size, bool(at % 2)) for at, size in enumerate(SIZES)]
)
def test_the_photos_of_cameras_with_many_pixels_are_read(
    tmp_path: Path, size: tuple[int, int], turned: bool
) -> None:
    photo = Image.radial_gradient("L").resize(size[::-1] if turned else size).convert("RGB")
    photo.save(tmp_path / "large", "JPEG", subsampling=2)
    shape, seconds, kilobytes = _decode_in_process(tmp_path / "large").stdout.splitlines()
    assert "1600" in shape
    assert float(seconds) < 4
    assert int(kilobytes) < 1_000_000


@pytest.mark.parametrize(
    ("kind", "size", "options", "sentence"),
    [
        ("JPEG", (17_100, 4000), {}, "17,000 a side"),
        ("JPEG", (16_900, 12_900), {}, "205 megapixels"),
        ("JPEG", (16_384, 12_288), {"progressive": True, "subsampling": 2}, "progressive"),
        ("PNG", (9000, 6000), {}, "52 megapixels"),
        ("PNG", (12_100, 3000), {}, "12,000 a side"),
    ],
)
def test_a_larger_picture_is_refused_before_it_is_decoded(
    kind: str, size: tuple[int, int], options: dict[str, object], sentence: str
) -> None:
    data = encoded(Image.new("RGB", size), kind, **options)
    start = time.thread_time()
    with pytest.raises(ImageError, match=sentence):
        read_image(data)
    assert time.thread_time() - start < 1


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0nonsense",
        b"Exif\0\0II*\0\x08\0\0\0\xff\0" + bytes(20),  # promises more tags than there are
        b"Exif\0\0" + tiff((272, 2, 5000, 200)),  # a camera's name longer than the file
    ],
)
def test_broken_exif_data_is_ignored_without_a_warning(tmp_path: Path, exif: bytes) -> None:
    data = encoded(Image.new("RGB", (120, 90)), "JPEG", exif=exif)
    (tmp_path / "photo.jpg").write_bytes(data)
    done = _decode_in_process(tmp_path / "photo.jpg")
    assert done.stdout.startswith("(90, 120, 3)")
    assert done.stderr == ""


def test_nothing_is_written_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    refused: list[bytes] = []
    image = Image.new("RGB", (120, 90))
    for data in (encoded(image, "JPEG"), encoded(image, "TIFF", compression="tiff_lzw"), b"none"):
        try:
            read_image(data)
        except ImageError:
            refused.append(data)
    assert refused == [b"none"]
    assert not list(tmp_path.iterdir())


def _decode_in_process(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", DECODE_AND_MEASURE, str(path)]
    root = Path(__file__).parents[2]
    return subprocess.run(command, capture_output=True, text=True, cwd=root, check=True)

"""DICOM files that are damaged, too large or no picture are refused by a sentence."""

import io
import logging
import struct
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from qana.imaging import ImageError, decode_image, read_image
from qana.imaging.dicom.decoding import is_dicom
from qana.imaging.dicom.frame_process import MISSING_PACKAGE
from tests.doubles.dicom_doubles import (
    DEFLATED,
    J2K_LOSSLESS,
    JPEG,
    LOSSLESS,
    LS,
    NATIVE,
    RLE,
    SAMPLES,
    read_sample,
)
from tools.fuzz.dicom_files import (
    PATIENT,
    Form,
    deflate,
    make_data_set,
    make_file,
    make_values,
    write,
)


def test_a_missing_decoder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_file(read_sample(16), Form(LS))
    missing = subprocess.CompletedProcess((), MISSING_PACKAGE, b"", b"")
    monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_options: missing)
    with pytest.raises(ImageError, match=r"JPEG-LS.*install the package python-gdcm"):
        read_image(data)


def test_what_is_no_picture_is_refused_by_name() -> None:
    for identifier, name in (
        ("1.2.840.10008.5.1.4.1.1.88.11", "Basic Text SR"),
        ("1.2.840.10008.5.1.4.1.1.9.1.1", "12-lead ECG Waveform"),
        ("1.2.840.10008.5.1.4.1.1.104.1", "Encapsulated PDF"),
    ):
        data = Dataset()
        data.SOPClassUID = identifier
        data.PatientName = PATIENT
        data.TextValue = PATIENT
        with pytest.raises(ImageError) as refusal:
            read_image(write(data, Form()))
        assert "DICOM" in str(refusal.value)
        assert name in str(refusal.value)


def test_encodings_and_colours_that_are_not_read_are_named() -> None:
    photo = read_sample(6)
    files = {
        "MPEG4": make_renamed(photo, "1.2.840.10008.1.2.4.102"),
        "JPEG XL": make_renamed(photo, "1.2.840.10008.1.2.4.102").replace(b".4.102", b".4.110"),
        "CMYK": make_file(photo, Form(), PhotometricInterpretation="CMYK"),
        "32 bits": make_file(photo, Form(), BitsAllocated=32),
    }
    for name, data in files.items():
        with pytest.raises(ImageError) as refusal:
            read_image(data)
        message = str(refusal.value)
        assert "DICOM" in message
        assert name in message.replace("MPEG-4", "MPEG4")


def make_renamed(photo: np.ndarray, syntax: str) -> bytes:
    """Returns a file with a frame that no decoder knows, under a transfer syntax."""
    data = make_data_set(photo, Form(JPEG, "YBR_FULL"), [make_values(photo, Form())])
    data.PixelData = encapsulate([b"\0\0\1\xb3" + bytes(2000)])
    data["PixelData"].is_undefined_length = True
    return write(data, Form(syntax))


@pytest.mark.parametrize(
    "tags",
    [
        {"Rows": 60_000, "Columns": 60_000},
        {"Rows": 12_500, "Columns": 100},
        {"Rows": 8_000, "Columns": 8_000},
    ],
)
def test_the_declared_size_is_limited(tags: dict[str, int]) -> None:
    for syntax in (NATIVE, RLE, JPEG, J2K_LOSSLESS, LS):
        name = "YBR_FULL" if syntax == JPEG else "RGB"
        with pytest.raises(ImageError, match="too many pixels"):
            read_image(make_file(read_sample(7), Form(syntax, name), **tags))


@pytest.mark.parametrize("syntax", [NATIVE, RLE, LOSSLESS, LS, J2K_LOSSLESS])
def test_a_wrong_size_is_damage(syntax: str) -> None:
    with pytest.raises(ImageError):
        read_image(make_file(read_sample(8), Form(syntax), Rows=7000, Columns=7000))


@pytest.mark.parametrize("frames", [2, 100_000, 2**31 - 1])
def test_a_wrong_number_of_frames_does_no_harm(frames: int) -> None:
    photo = read_sample(9)
    for form in (Form(), Form(RLE), Form(LOSSLESS)):
        found = read_image(make_file(photo, form, NumberOfFrames=frames))
        np.testing.assert_array_equal(found, photo)


def test_bombs_end_soon() -> None:
    header = make_file(read_sample(), Form(DEFLATED), PatientID="1")[:400]
    start = header.index(b"1.2.840.10008.1.2.1.99") + 22
    length_at = header.index(b"\2\0\0\0UL\4\0") + 8
    end = length_at + 4 + struct.unpack_from("<I", header, length_at)[0]
    assert start < end
    element = struct.pack("<HH2sHI", 0x0008, 0x0005, b"UN", 0, 2**31) + bytes(10**6)
    zeros = deflate(element + bytes(200_000_000))
    nested = struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, 0xFFFFFFFF)
    nested += struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    small = struct.pack("<HH2sH", 0x0009, 0x0010, b"LO", 0)
    plain = make_file(read_sample(), Form())
    plain_end = plain.index(b"\x08\0\x16\0")
    for data in (
        header[:end] + zeros,
        plain[:plain_end] + nested * 900_000,
        plain[:plain_end] + small * 2_500_000,
        header[:end] + deflate(nested * 500_000),
    ):
        began = time.thread_time()
        with pytest.raises(ImageError):
            read_image(data)
        assert time.thread_time() - began < 4


def test_damaged_files_raise_one_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(3)
    for form in (Form(), Form(RLE), Form(JPEG, "YBR_FULL"), Form(DEFLATED)):
        data = make_file(read_sample(10), form)
        for _ in range(25):
            damaged = bytearray(data)
            for at in rng.integers(0, min(len(data), 1200), 4):
                damaged[at] ^= 1 << rng.integers(8)
            try:
                read_image(bytes(damaged[: rng.integers(len(data) // 2, len(data))]))
            except ImageError as refusal:
                assert "\n" not in str(refusal)
                assert PATIENT not in str(refusal)
    assert capfd.readouterr() == ("", "")


def test_no_data_of_the_patient_is_logged(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    data = make_file(read_sample(11), Form()).replace(b"4711", b"\xff\xfe\xfd\xfc")
    data = data.replace(b"XC", b"\xff\xff")
    with warnings.catch_warnings(record=True) as raised, caplog.at_level(logging.DEBUG):
        read_image(data)
    assert capfd.readouterr() == ("", "")
    assert not [one for one in caplog.records if one.name.startswith("pydicom")]
    assert not any(PATIENT in str(one.message) for one in raised)


def test_a_jpeg_does_not_load_the_package() -> None:
    code = (
        "import sys, qana; qana.read_image(sys.argv[1]); "
        "sys.exit(bool({'pydicom', 'gdcm'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(SAMPLES[0])], check=False, timeout=60)
    assert done.returncode == 0


def test_other_formats_are_not_taken_for_dicom() -> None:
    photo = Image.fromarray(read_sample())
    for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF"):
        buffer = io.BytesIO()
        photo.save(buffer, kind)
        assert not is_dicom(buffer.getvalue())
        decode_image(buffer.getvalue())

"""DICOM files of every kind are read, and what is no picture is refused by its name."""

import io
import logging
import struct
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_fragments
from pydicom.sequence import Sequence
from pydicom.uid import (
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from qana.imaging import ImageError, decode_image, read_image
from qana.imaging.dicom import is_dicom
from qana.imaging.frame_process import MISSING_PACKAGE
from tools.fuzz.dicom_files import (
    PATIENT,
    Form,
    deflate,
    make_data_set,
    make_file,
    make_palette_image,
    make_values,
    write,
)

SAMPLES = sorted((Path(__file__).parents[2] / "assets" / "samples").glob("*.jpg"))
NATIVE, IMPLICIT = str(ExplicitVRLittleEndian), str(ImplicitVRLittleEndian)
BIG, DEFLATED = str(ExplicitVRBigEndian), str(DeflatedExplicitVRLittleEndian)
JPEG, LOSSLESS = str(JPEGBaseline8Bit), str(JPEGLosslessSV1)
RLE, LS = str(RLELossless), str(JPEGLSLossless)
J2K, J2K_LOSSLESS = str(JPEG2000), str(JPEG2000Lossless)


def read_sample(number: int = 0, size: tuple[int, int] = (150, 112)) -> np.ndarray:
    image = Image.open(SAMPLES[number % len(SAMPLES)]).convert("RGB").resize(size)
    return np.asarray(image)


def expect(photo: np.ndarray, form: Form) -> np.ndarray:
    """Returns the photo as the colours of a form can hold it."""
    if form.photometric.startswith("MONOCHROME"):
        return np.asarray(Image.fromarray(photo).convert("L").convert("RGB"))
    if form.photometric == "PALETTE COLOR":
        index, colours = make_palette_image(photo)
        return colours[index]
    if form.photometric.startswith("YBR_FULL"):
        return np.asarray(Image.fromarray(photo).convert("YCbCr").convert("RGB"))
    return photo


EXACT = [
    *(Form(syntax) for syntax in (NATIVE, IMPLICIT, BIG, DEFLATED, RLE)),
    *(Form(syntax, planar=1) for syntax in (NATIVE, BIG, DEFLATED)),
    *(Form(syntax, bits=16) for syntax in (NATIVE, IMPLICIT, BIG, RLE)),
    Form(bits=16, stored=12, photometric="MONOCHROME2"),
    Form(bits=16, signed=True, photometric="MONOCHROME2"),
    *(Form(NATIVE, "YBR_FULL", planar=planar) for planar in (0, 1)),
    Form(RLE, "YBR_FULL"),
    *(
        Form(syntax, name, bits=bits)
        for syntax in (NATIVE, BIG, RLE)
        for name in ("MONOCHROME1", "MONOCHROME2")
        for bits in (8, 16)
    ),
    *(Form(syntax, "PALETTE COLOR") for syntax in (NATIVE, IMPLICIT, BIG, RLE)),
    *(Form(syntax, frames=3) for syntax in (NATIVE, DEFLATED, RLE, J2K_LOSSLESS)),
    *(Form(syntax, preamble=False) for syntax in (NATIVE, IMPLICIT, DEFLATED, RLE)),
    *(Form(J2K_LOSSLESS, name) for name in ("RGB", "YBR_RCT", "YBR_FULL", "MONOCHROME2")),
    *(Form(LOSSLESS, name) for name in ("RGB", "YBR_FULL", "MONOCHROME1")),
    *(Form(syntax, bits=16) for syntax in (LOSSLESS, J2K_LOSSLESS)),
    *(Form(syntax, "MONOCHROME2", bits=16) for syntax in (LOSSLESS, LS, J2K_LOSSLESS)),
    *(Form(LS, name) for name in ("RGB", "MONOCHROME2")),
    Form(LS, "MONOCHROME2", bits=16, stored=12),
]


@pytest.mark.parametrize("form", EXACT, ids=str)
def test_lossless_pixels_are_equal(form: Form) -> None:
    photo = read_sample(EXACT.index(form))
    data = make_file(photo, form)
    assert is_dicom(data)
    np.testing.assert_array_equal(read_image(data), expect(photo, form))


LOSSY = [
    *(Form(JPEG, name) for name in ("YBR_FULL", "YBR_FULL_422", "RGB", "MONOCHROME1")),
    Form(JPEG, "YBR_FULL_422", frames=4),
    Form(str(JPEGExtended12Bit), "MONOCHROME2", bits=16, stored=12),
    Form(NATIVE, "YBR_FULL_422"),
    Form(IMPLICIT, "YBR_FULL_422", frames=2),
    *(Form(J2K, name) for name in ("YBR_ICT", "RGB", "MONOCHROME2")),
]


@pytest.mark.parametrize("form", LOSSY, ids=str)
def test_lossy_pixels_are_close(form: Form) -> None:
    photo = read_sample(LOSSY.index(form))
    found = read_image(make_file(photo, form)).astype(int)
    difference = np.abs(found - expect(photo, form))
    assert found.shape == photo.shape
    assert difference.mean() < 4


def test_a_jpeg_with_its_own_marker_is_read_as_the_marker_says() -> None:
    photo = read_sample(1)
    buffer = io.BytesIO()
    Image.fromarray(photo).save(buffer, "JPEG", quality=97, subsampling=0)
    data = make_data_set(photo, Form(JPEG), [photo])
    data.PixelData = encapsulate([buffer.getvalue()])
    data["PixelData"].is_undefined_length = True
    found = read_image(write(data, Form(JPEG))).astype(int)
    assert np.abs(found - photo).mean() < 2


@pytest.mark.parametrize("split", [1000, 3001])
def test_a_frame_in_several_fragments(split: int) -> None:
    photo = read_sample(2)
    for form in (Form(JPEG, "YBR_FULL", frames=2), Form(RLE)):
        data = make_data_set(photo, form, [make_values(photo, form)] * form.frames)
        frames = list(generate_fragments(data.PixelData))[1:]
        count = -(-max(map(len, frames)) // split)
        data.PixelData = encapsulate(frames, fragments_per_frame=count, has_bot=False)
        data["PixelData"].is_undefined_length = True
        found = read_image(write(data, form)).astype(int)
        assert np.abs(found - expect(photo, form)).mean() < 3


@pytest.mark.parametrize("place", ["picture", "optical path"])
def test_the_colour_profile_is_heeded(place: str) -> None:
    photo = read_sample(3)
    profile = swap_channels_profile()
    path = Dataset()
    path.ICCProfile = profile
    tags = (
        {"ICCProfile": profile} if place == "picture" else {"OpticalPathSequence": Sequence([path])}
    )
    found = read_image(make_file(photo, Form(), **tags))
    buffer = io.BytesIO()
    Image.fromarray(photo).save(buffer, "PNG", icc_profile=profile)
    np.testing.assert_array_equal(found, read_image(buffer.getvalue()))
    assert np.abs(found.astype(int) - photo).mean() > 3


def swap_channels_profile() -> bytes:
    """Returns an sRGB profile with the primaries of red and green exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize("syntax", [NATIVE, IMPLICIT, BIG])
def test_a_file_without_any_header(syntax: str) -> None:
    photo = read_sample(12)
    data = make_file(photo, Form(syntax))
    order = ">HH" if syntax == BIG else "<HH"
    bare = data[data.index(struct.pack(order, 0x0008, 0x0016)) :]
    assert is_dicom(bare)
    np.testing.assert_array_equal(read_image(bare), photo)


@pytest.mark.parametrize("undefined", [True, False])
def test_the_icon_is_not_the_picture(undefined: bool) -> None:
    photo = read_sample(13)
    icon = make_data_set(photo[:64, :64], Form(), [photo[:64, :64]])
    for form in (Form(), Form(IMPLICIT), Form(JPEG, "YBR_FULL")):
        data = make_data_set(photo, form, [make_values(photo, form)])
        icons = Sequence([icon])
        icon.is_undefined_length_sequence_item = undefined
        data.add_new(0x00880200, "SQ", icons)
        data[0x00880200].is_undefined_length = undefined
        found = read_image(write(data, form))
        assert found.shape == photo.shape


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1.98", "1.2.840.10008.1.2.8.1"])
def test_frames_in_fragments_without_a_codec(syntax: str) -> None:
    photo = read_sample(14)
    data = make_data_set(photo, Form(), [photo])
    frame = deflate(photo.tobytes()) if syntax.endswith("8.1") else photo.tobytes()
    data.PixelData = encapsulate([frame + b"\0" * (len(frame) % 2)])
    data["PixelData"].is_undefined_length = True
    # pydicom writes no unknown names, so one of about the same length stands for them.
    content = write(data, Form(JPEG))
    at = content.index(JPEG.encode())
    name = syntax.encode().ljust(len(JPEG), b"\0")
    np.testing.assert_array_equal(
        read_image(content[:at] + name + content[at + len(name) :]), photo
    )


@pytest.mark.parametrize("bits", [8, 16])
def test_a_palette_of_eight_bits(bits: int) -> None:
    photo = read_sample(15)
    colours = make_palette_image(photo)[1].astype("u1" if bits == 8 else "<u2")
    tags: dict[str, object] = {}
    for at, name in enumerate(("Red", "Green", "Blue")):
        tags[f"{name}PaletteColorLookupTableDescriptor"] = [256, 0, bits]
        tags[f"{name}PaletteColorLookupTableData"] = colours[:, at].tobytes()
    form = Form(photometric="PALETTE COLOR")
    np.testing.assert_array_equal(read_image(make_file(photo, form, **tags)), expect(photo, form))


def test_a_missing_decoder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_file(read_sample(16), Form(LS))
    missing = subprocess.CompletedProcess((), MISSING_PACKAGE, b"", b"")
    monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_options: missing)
    with pytest.raises(ImageError, match=r"JPEG-LS.*install the package python-gdcm"):
        read_image(data)


def test_a_window_is_applied_to_greys() -> None:
    photo = np.clip(read_sample(4) // 4 + 90, 0, 255).astype(np.uint8)
    data = make_file(photo, Form(photometric="MONOCHROME2"), WindowCenter=128, WindowWidth=64)
    grey = np.asarray(Image.fromarray(photo).convert("L")).astype(float)
    wanted = np.round(np.clip((grey - 127.5) / 63 + 0.5, 0, 1) * 255)
    np.testing.assert_array_equal(read_image(data)[..., 0], wanted)


def test_a_large_jpeg_2000_is_decoded_at_a_lower_resolution() -> None:
    photo = np.asarray(Image.fromarray(read_sample(5)).resize((4000, 2400)))
    data = make_file(photo, Form(J2K, "YBR_ICT"))
    start = time.thread_time()
    found = read_image(data)
    assert time.thread_time() - start < 1
    assert found.shape == (960, 1600, 3)
    small = np.asarray(Image.fromarray(photo).resize((1600, 960), Image.Resampling.BOX)).astype(int)
    assert np.abs(found - small).mean() < 4


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

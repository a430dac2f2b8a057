"""DICOM files of kinds that hold no photo of skin are refused by the name of the kind."""

import struct

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID_dictionary

from qana.imaging import ImageError, read_image
from tests.doubles.dicom_doubles import (
    BIG,
    IMPLICIT,
    J2K_LOSSLESS,
    JPEG,
    LS,
    NATIVE,
    RLE,
    expect,
    read_sample,
)
from tools.fuzz.dicom_files import PHOTO_CLASS, Form, make_data_set, make_file, make_values, write

STORAGE = "1.2.840.10008.5.1.4.1.1."
PHOTOS = ("77.1", "77.2", "77.1.4", "77.1.4.1", "77.1.7", "7", "7.1", "7.2", "7.3", "7.4")
OTHERS = [
    identifier
    for identifier, (name, kind, *_rest) in UID_dictionary.items()
    if kind == "SOP Class"
    and identifier.startswith(STORAGE)
    and identifier.removeprefix(STORAGE) not in PHOTOS
    and "Image" in name
]


@pytest.mark.parametrize("kind", OTHERS)
def test_other_pictures_are_named(kind: str) -> None:
    number = OTHERS.index(kind)
    form = (
        Form(NATIVE, "MONOCHROME2", bits=16, stored=12),
        Form(JPEG, "YBR_FULL_422", frames=3),
        Form(IMPLICIT),
        Form(RLE, "MONOCHROME1"),
        Form(BIG, planar=1),
    )[number % 5]
    size = (150 + 2 * number, 120)
    data = make_file(read_sample(number, size), form, SOPClassUID=kind)
    with pytest.raises(ImageError, match="not a photo of skin") as refusal:
        read_image(data)
    assert f"({UID_dictionary[kind][0].replace(' Storage', '')})" in str(refusal.value)


@pytest.mark.parametrize(
    "kind", [*(STORAGE + number for number in PHOTOS), "1.3.6.1.4.1.5962.301.9", ""]
)
@pytest.mark.parametrize("syntax", [NATIVE, J2K_LOSSLESS])
def test_photos_and_unknown_kinds_are_read(kind: str, syntax: str) -> None:
    photo = read_sample(len(kind))
    data = make_file(photo, Form(syntax), SOPClassUID=kind or PHOTO_CLASS)
    if not kind:
        at = data.index(struct.pack("<HH2s", 0x0008, 0x0016, b"UI"))
        (length,) = struct.unpack_from("<H", data, at + 6)
        data = data[:at] + data[at + 8 + length :]
    np.testing.assert_array_equal(read_image(data), photo)


@pytest.mark.parametrize("syntax", [NATIVE, IMPLICIT, BIG])
def test_the_kind_may_be_in_the_header_alone(syntax: str) -> None:
    order = ">" if syntax == BIG else "<"
    data = make_file(read_sample(3), Form(syntax), SOPClassUID=f"{STORAGE}77.1.6")
    tag = struct.pack(f"{order}HH", 0x0008, 0x0016)
    at = data.index(tag)
    length = (
        8 + struct.unpack_from(f"{order}{'I' if syntax == IMPLICIT else '2xH'}", data, at + 4)[0]
    )
    with pytest.raises(ImageError, match="VL Whole Slide Microscopy Image"):
        read_image(data[:at] + data[at + 8 + length :])


def test_a_list_of_files_is_named() -> None:
    data = Dataset()
    data.SOPClassUID = "1.2.840.10008.1.3.10"
    data.FileSetID = "DISC"
    content = write(data, Form())
    at = content.index(struct.pack("<HH", 0x0008, 0x0016))
    (length,) = struct.unpack_from("<H", content, at + 6)
    for directory in (content, content[:at] + content[at + 8 + length :]):
        with pytest.raises(ImageError, match="DICOMDIR"):
            read_image(directory)


@pytest.mark.parametrize("name", ["FloatPixelData", "DoubleFloatPixelData"])
def test_floating_point_pixels_are_named(name: str) -> None:
    photo = read_sample(4)
    form = Form(photometric="MONOCHROME2")
    data = make_data_set(photo, form, [photo[..., 0]])
    del data.PixelData
    data.BitsAllocated = 32 if name.startswith("Float") else 64
    values = (photo[..., 0] / 255).astype(np.float32 if name.startswith("Float") else np.float64)
    setattr(data, name, values.tobytes())
    with pytest.raises(ImageError, match="floating-point values"):
        read_image(write(data, form))


@pytest.mark.parametrize("syntax", ["1.2.840.113619.5.2", "1.3.46.670589.33.1.4", "1.2.3"])
@pytest.mark.parametrize("form", [Form(), Form(IMPLICIT), Form(BIG), Form(RLE)], ids=str)
def test_private_encodings_are_named(syntax: str, form: Form) -> None:
    data = rename_syntax(make_file(read_sample(5), form), form.syntax, syntax)
    with pytest.raises(ImageError, match="private encoding"):
        read_image(data)


def test_a_jpeg_under_a_private_encoding_is_read() -> None:
    form = Form(JPEG, "YBR_FULL")
    photo = read_sample(6)
    data = rename_syntax(make_file(photo, form), JPEG, "1.2.3.4")
    assert np.abs(read_image(data).astype(int) - expect(photo, form)).mean() < 4


@pytest.mark.parametrize("syntax", [J2K_LOSSLESS, JPEG, LS])
@pytest.mark.parametrize(
    ("begin", "name"),
    [
        (b"\xff\x0a", "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"\0\0\1\xba", "a video"),
        (b"nothing", "damaged or incomplete"),
    ],
)
def test_a_frame_is_named_by_its_bytes(syntax: str, begin: bytes, name: str) -> None:
    photo = read_sample(7)
    form = Form(JPEG, "YBR_FULL")
    data = make_data_set(photo, form, [make_values(photo, form)])
    data.PixelData = encapsulate([begin + bytes(1000 + len(begin) % 2)])
    data["PixelData"].is_undefined_length = True
    with pytest.raises(ImageError, match=name):
        read_image(rename_syntax(write(data, form), JPEG, syntax))


def rename_syntax(data: bytes, old: str, new: str) -> bytes:
    """Replaces the transfer syntax, and corrects the length of the header."""
    start = data.index(struct.pack("<HH2s", 0x0002, 0x0010, b"UI"))
    (length,) = struct.unpack_from("<H", data, start + 6)
    name = new.encode() + b"\0" * (len(new) % 2)
    assert data[start + 8 :].startswith(old.encode())
    changed = bytearray(
        data[: start + 6] + struct.pack("<H", len(name)) + name + data[start + 8 + length :]
    )
    (total,) = struct.unpack_from("<I", data, 140)
    struct.pack_into("<I", changed, 140, total + len(name) - length)
    return bytes(changed)

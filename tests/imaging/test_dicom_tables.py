"""Lookup tables of DICOM files: palettes in segments, and tables and windows of greys."""

import struct
import time

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from qana.imaging import ImageError, read_image
from qana.imaging.dicom.tables import read_lookup_table
from tests.doubles.dicom_doubles import BIG, IMPLICIT, NATIVE, RLE, expect, read_sample
from tools.fuzz.dicom_files import Form, make_data_set, make_palette_image, make_values, write

CHANNELS = ("Red", "Green", "Blue")


def make_segments(values: list[int], bits: int, order: str) -> bytes:
    """Returns segments: parts, and lines of two entries where the values allow them."""
    words: list[int] = []
    for at in range(0, len(values), 50):
        part = values[at : at + 48]
        words += [0, len(part), *part]
        rest = values[at + 48 : at + 50]
        if rest:
            middle = round(part[-1] + (rest[-1] - part[-1]) / 2)
            words += [1, 2, rest[-1]] if rest[0] == middle else [0, len(rest), *rest]
    if bits == 16:
        return struct.pack(f"{order}{len(words)}H", *words)
    content = bytes(words) + b"\0" * (len(words) % 2)
    return np.frombuffer(content, "<u2").astype(f"{order}u2").tobytes()


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("syntax", [NATIVE, IMPLICIT, BIG, RLE])
@pytest.mark.parametrize("number", [1, 2])
def test_a_palette_in_segments(bits: int, syntax: str, number: int) -> None:
    photo = read_sample(number, (150 + 2 * number, 112))
    form = Form(syntax, "PALETTE COLOR")
    data = make_data_set(photo, form, [make_values(photo, form)])
    colours = make_palette_image(photo)[1].astype(int) * (257 if bits == 16 else 1)
    for at, name in enumerate(CHANNELS):
        delattr(data, f"{name}PaletteColorLookupTableData")
        setattr(data, f"{name}PaletteColorLookupTableDescriptor", [256, 0, bits])
        content = make_segments(colours[:, at].tolist(), bits, ">" if syntax == BIG else "<")
        setattr(data, f"Segmented{name}PaletteColorLookupTableData", content)
    np.testing.assert_array_equal(read_image(write(data, form)), expect(photo, form))


def test_segments_that_copy_segments() -> None:
    words = [0, 2, 0, 1000, 1, 8, 9000, 2, 1, 8, 0, 0, 1, 7]
    content = struct.pack("<14H", *words)  # the copy begins at byte 8: the line to 9,000
    table = read_lookup_table((19, 5, 16), content, "<", signed=False, segmented=True)
    line = list(range(2000, 9001, 1000))
    assert table.entries.tolist() == [0, 1000, *line, *[9000] * 8, 7]
    assert table.apply(np.array([0, 5, 6, 7, 999])).tolist() == [0, 0, 1000, 2000, 7]
    packed = bytes((0, 2, 0, 10, 1, 4, 50, 2, 2, 0, 0, 0, 0, 0))
    short = read_lookup_table((12, 0, 8), packed, "<", signed=False, segmented=True)
    assert short.entries.tolist() == [0, 10, 20, 30, 40, 50, 0, 10, 20, 30, 40, 50]


@pytest.mark.parametrize(
    "words",
    [[1, 4, 9], [2, 1, 0, 0], [3, 1, 0], [0, 1, 5, 2, 1, 6, 0], [0, 0] * 70_000, [0, 0, 1, 1]],
)
def test_damaged_segments_end_soon(words: list[int]) -> None:
    photo = read_sample(3)
    form = Form(NATIVE, "PALETTE COLOR")
    data = make_data_set(photo, form, [make_values(photo, form)])
    for name in CHANNELS:
        delattr(data, f"{name}PaletteColorLookupTableData")
        content = struct.pack(f"<{len(words)}H", *words)
        element = (0x0028, 0x1221 + CHANNELS.index(name))
        data.add_new(element, "OW", content)
    began = time.thread_time()
    with pytest.raises(ImageError, match="damaged"):
        read_image(write(data, form))
    assert time.thread_time() - began < 2


def make_grey_file(
    values: np.ndarray, form: Form, tables: dict[str, tuple[list[int], np.ndarray]], **tags: object
) -> bytes:
    """Returns a file of greys with the first number and the entries of its tables."""
    data = make_data_set(values, form, [values])
    for name, (first, entries) in tables.items():
        item = Dataset()
        bits = 8 * entries.dtype.itemsize
        item.LUTDescriptor = [len(entries), *first, bits]
        order = ">u2" if form.syntax == BIG else "<u2"
        item.add_new(0x00283006, "OW", entries.astype(order).tobytes())
        setattr(data, name, Sequence([item]))
    for name, value in tags.items():
        setattr(data, name, value)
    return write(data, form)


def grey_of(number: int) -> np.ndarray:
    return np.asarray(Image.fromarray(read_sample(number)).convert("L"))


@pytest.mark.parametrize("syntax", [NATIVE, IMPLICIT, BIG])
@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
def test_the_table_of_greys(syntax: str, photometric: str) -> None:
    grey = grey_of(4)
    falling = np.arange(255, -1, -1).astype(np.uint8)
    inverted = photometric == "MONOCHROME1"
    values = (grey if inverted else 255 - grey) + np.uint16(300)
    form = Form(syntax, photometric, bits=16)
    entries = falling.astype(np.uint16) * 257
    data = make_grey_file(values.astype(np.uint16), form, {"VOILUTSequence": ([300], entries)})
    np.testing.assert_array_equal(read_image(data)[..., 0], grey)
    data = make_grey_file(values.astype(np.uint16), form, {"ModalityLUTSequence": ([300], entries)})
    np.testing.assert_array_equal(read_image(data)[..., 0], grey)


@pytest.mark.parametrize(
    ("photometric", "shape", "inverted"),
    [
        ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME1", "INVERSE", True),
        ("MONOCHROME2", "IDENTITY", False),
        ("MONOCHROME1", "IDENTITY", True),
    ],
)
def test_the_shape_of_the_presentation(photometric: str, shape: str, inverted: bool) -> None:
    grey = grey_of(5)
    form = Form(NATIVE, photometric)
    data = make_grey_file(255 - grey if inverted else grey, form, {}, PresentationLUTShape=shape)
    np.testing.assert_array_equal(read_image(data)[..., 0], grey)


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
def test_the_window_has_a_function(function: str) -> None:
    grey = grey_of(6)
    form = Form(NATIVE, "MONOCHROME2")
    tags = {"WindowCenter": 120, "WindowWidth": 90, "VOILUTFunction": function}
    found = read_image(make_grey_file(grey, form, {}, **tags))[..., 0].astype(int)
    level = grey.astype(float)
    share = {
        "LINEAR": np.clip((level - 119.5) / 89 + 0.5, 0, 1),
        "LINEAR_EXACT": np.clip((level - 120) / 90 + 0.5, 0, 1),
        "SIGMOID": 1 / (1 + np.exp(-4 * (level - 120) / 90)),
    }[function]
    assert np.abs(found - share * 255).max() <= 0.51

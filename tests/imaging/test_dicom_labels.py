"""DICOM files that name YBR_FULL_422 but hold three values for each pixel."""

import numpy as np
import pytest
from PIL import Image

from qana.imaging import read_image
from tests.doubles.dicom_doubles import (
    BIG,
    DEFLATED,
    IMPLICIT,
    J2K_LOSSLESS,
    LS,
    NATIVE,
    RLE,
    SAMPLES,
    expect,
    read_sample,
)
from tools.fuzz.dicom_files import Form, make_data_set, make_file, make_values, write

FORMS = [
    *((syntax, planar) for syntax in (NATIVE, IMPLICIT, BIG, DEFLATED) for planar in (0, 1)),
    *((syntax, 0) for syntax in (RLE, LS, J2K_LOSSLESS)),
]
LABEL = "YBR_FULL_422"


@pytest.mark.parametrize("stored", ["RGB", "YBR_FULL"])
@pytest.mark.parametrize(("syntax", "planar"), FORMS)
@pytest.mark.parametrize("size", [(150, 112), (151, 111)])
def test_the_values_decide(stored: str, syntax: str, planar: int, size: tuple[int, int]) -> None:
    photo = read_sample(FORMS.index((syntax, planar)), size)
    form = Form(syntax, stored, planar=planar)
    data = make_file(photo, form, PhotometricInterpretation=LABEL)
    np.testing.assert_array_equal(read_image(data), expect(photo, form))


@pytest.mark.parametrize("number", range(0, len(SAMPLES), 3))
@pytest.mark.parametrize("stored", ["RGB", "YBR_FULL"])
def test_every_sample_is_told_apart(number: int, stored: str) -> None:
    photo = read_sample(number, (240, 180))
    form = Form(NATIVE, stored)
    data = make_file(photo, form, PhotometricInterpretation=LABEL)
    np.testing.assert_array_equal(read_image(data), expect(photo, form))


@pytest.mark.parametrize("frames", [1, 2, 3, 6])
@pytest.mark.parametrize("stored", ["RGB", LABEL])
def test_several_frames(frames: int, stored: str) -> None:
    photo = read_sample(frames, (150, 112))
    form = Form(NATIVE, stored, frames=frames)
    data = make_file(photo, form, PhotometricInterpretation=LABEL)
    found = read_image(data).astype(int)
    assert np.abs(found - photo).mean() < (3 if stored == LABEL else 1e-9)


def test_bytes_after_the_pixels_do_not_count() -> None:
    photo = read_sample(5, (150, 112))
    form = Form(NATIVE, LABEL)
    data = make_file(photo, form)
    plain = read_image(data)
    for rest in (150 * 112, 150 * 112 + 1):
        np.testing.assert_array_equal(read_image(data + bytes(rest)), plain)


def test_greys_in_three_values() -> None:
    grey = np.asarray(Image.fromarray(read_sample(6)).convert("L").convert("RGB"))
    for stored in ("RGB", "YBR_FULL"):
        form = Form(NATIVE, stored)
        data = make_data_set(grey, form, [make_values(grey, form)])
        data.PhotometricInterpretation = LABEL
        found = read_image(write(data, form)).astype(int)
        assert np.abs(found - grey).max() <= 1

"""DICOM pictures whose pixels are not square are stretched, and the colour space is heeded."""

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from qana.imaging import ImageError, read_image
from tests.doubles.declared_colours import TO_P3, eight_bits, swap_channels_profile, values_in
from tests.doubles.dicom_doubles import IMPLICIT, J2K_LOSSLESS, JPEG, NATIVE, RLE, read_sample
from tests.imaging.test_png_and_exif_colours import TO_ADOBE
from tools.fuzz.dicom_files import Form, make_data_set, make_file, make_values, write

TO_ROMM = [[0.5293, 0.3300, 0.1407], [0.0983, 0.8735, 0.0283], [0.0169, 0.1177, 0.8655]]
"""From linear BT.709, adapted to D50 (ISO 22028-2)."""
FORMS = [
    *(Form(syntax) for syntax in (NATIVE, IMPLICIT, RLE, J2K_LOSSLESS)),
    Form(JPEG, "YBR_FULL"),
    Form(NATIVE, "MONOCHROME2"),
    Form(NATIVE, "PALETTE COLOR"),
    Form(NATIVE, frames=2),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.syntax}-{form.photometric}")
@pytest.mark.parametrize(
    ("tag", "height", "width"),
    [
        ("PixelAspectRatio", 2, 1),
        ("PixelAspectRatio", 3, 4),
        ("PixelSpacing", "0.05", "0.1"),
        ("NominalScannedPixelSpacing", "0.3", "0.2"),
        ("ImagerPixelSpacing", "1", "1.5"),
    ],
)
def test_pixels_become_square(form: Form, tag: str, height: int | str, width: int | str) -> None:
    ratio = float(height) / float(width)
    size = (round(240 * min(1, ratio)), round(180 / max(1, ratio)))
    whole = Image.fromarray(read_sample(FORMS.index(form), (240, 180)))
    stored = np.asarray(whole.resize(size))
    data = make_file(stored, form, **{tag: [height, width]})
    found = Image.fromarray(read_image(data))
    assert abs(found.width - 240) <= 2
    assert abs(found.height - 180) <= 2
    expected = whole.convert("L").convert("RGB") if "MONO" in form.photometric else whole
    difference = np.asarray(found.resize((60, 45))).astype(int) - np.asarray(
        expected.resize((60, 45))
    )
    assert np.abs(difference).mean() < 6


def test_the_spacing_of_all_frames_counts() -> None:
    measures = Dataset()
    measures.PixelSpacing = ["0.2", "0.1"]
    group = Dataset()
    group.PixelMeasuresSequence = Sequence([measures])
    photo = read_sample(1, (160, 80))
    data = make_data_set(photo, Form(), [photo])
    data.SharedFunctionalGroupsSequence = Sequence([group])
    assert read_image(write(data, Form())).shape == (160, 160, 3)


@pytest.mark.parametrize(
    "value",
    [[1, 1], [0, 1], [1, 0], [-2, 1], [1000, 1], [1, 1, 2], [3], []],
)
def test_square_and_impossible_pixels_change_nothing(value: list[int]) -> None:
    photo = read_sample(2)
    data = make_file(photo, Form(), PixelAspectRatio=value, PixelSpacing=["0.1", "0.1004"])
    np.testing.assert_array_equal(read_image(data), photo)


def test_a_large_picture_is_stretched_within_the_limits() -> None:
    photo = np.asarray(Image.fromarray(read_sample(3)).resize((2400, 1200)))
    assert read_image(make_file(photo, Form(), PixelAspectRatio=[2, 1])).shape == (1600, 1600, 3)
    form = Form(JPEG, "YBR_FULL")
    found = read_image(make_file(photo, form, PixelAspectRatio=[1, 2]))
    assert found.shape == (400, 1600, 3)
    narrow = np.asarray(Image.fromarray(read_sample(3)).resize((600, 80)))
    with pytest.raises(ImageError, match="narrow strip"):
        read_image(make_file(narrow, Form(), PixelAspectRatio=[1, 8]))


@pytest.mark.parametrize(
    ("term", "matrix", "transfer"),
    [
        ("ADOBERGB", TO_ADOBE, 256 / 563),
        ("ROMMRGB", TO_ROMM, 1 / 1.8),
        ("DISPLAYP3", TO_P3, 13),
        ("SRGB", np.eye(3), 13),
        ("UNHEARD", np.eye(3), 13),
    ],
)
@pytest.mark.parametrize("form", [Form(), Form(IMPLICIT), Form(JPEG, "YBR_FULL")], ids=str)
def test_the_colour_space_is_heeded(
    term: str, matrix: object, transfer: int | float, form: Form
) -> None:
    image = Image.fromarray(read_sample(len(term), (240, 180)))
    stored = np.asarray(eight_bits(values_in(image, matrix, transfer)))
    found = read_image(make_file(stored, form, ColorSpace=term)).astype(int)
    assert np.abs(found - np.asarray(image)).mean() < (1.5 if form.syntax != JPEG else 3)


def test_a_profile_precedes_the_colour_space() -> None:
    photo = read_sample(6)
    profile = swap_channels_profile()
    both = make_file(photo, Form(), ICCProfile=profile, ColorSpace="ADOBERGB")
    alone = make_file(photo, Form(), ICCProfile=profile)
    np.testing.assert_array_equal(read_image(both), read_image(alone))


def test_values_of_greys_are_stretched_after_the_palette() -> None:
    photo = read_sample(7, (200, 100))
    form = Form(NATIVE, "MONOCHROME1")
    data = make_data_set(photo, form, [make_values(photo, form)])
    data.PixelAspectRatio = [2, 1]
    plain = read_image(write(make_data_set(photo, form, [make_values(photo, form)]), form))
    expected = Image.fromarray(plain).resize((200, 200), Image.Resampling.BICUBIC)
    found = read_image(write(data, form)).astype(int)
    assert np.abs(found - np.asarray(expected)).max() <= 1

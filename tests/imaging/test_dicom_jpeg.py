"""JPEG frames of DICOM files: complete or not, and upright whatever their EXIF says."""

import numpy as np
import pytest
from PIL import Image
from pydicom.encaps import encapsulate

from qana.imaging import ImageError, read_image
from tests.doubles.declared_colours import eight_bits, values_in
from tests.doubles.dicom_doubles import JPEG, read_sample
from tests.imaging.photo_files import encode
from tests.imaging.test_png_and_exif_colours import TO_ADOBE, encode_exif
from tools.fuzz.dicom_files import Form, make_data_set, write

SIZES = [(150, 112), (333, 250), (640, 481)]


def wrap(frame: bytes, photo: np.ndarray, frames: int = 1, fragments: int = 1) -> bytes:
    """Returns a DICOM file of a JPEG."""
    form = Form(JPEG, "YBR_FULL_422", frames=frames)
    data = make_data_set(photo, form, [photo] * frames)
    data.PixelData = encapsulate([frame] * frames, fragments_per_frame=fragments)
    data["PixelData"].is_undefined_length = True
    return write(data, form)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("source", ["exif", "xmp"])
def test_the_pixels_are_upright(orientation: int, source: str) -> None:
    photo = read_sample(orientation, SIZES[orientation % 3])
    image = Image.fromarray(photo)
    options: dict[str, object] = {"quality": 95, "subsampling": 0}
    plain = encode(image, "JPEG", **options)
    text = f'<x tiff:Orientation="{orientation}"/>'.encode()
    options[source] = encode_exif(1, "R98", orientation=orientation) if source == "exif" else text
    turned = encode(image, "JPEG", **options)
    found = read_image(wrap(turned, photo))
    np.testing.assert_array_equal(found, read_image(wrap(plain, photo)))
    assert np.abs(found.astype(int) - photo).mean() < 3


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("frames", "fragments"), [(1, 1), (1, 3), (2, 1)])
def test_a_lost_end_marker(
    progressive: bool, size: tuple[int, int], frames: int, fragments: int
) -> None:
    photo = read_sample(frames, size)
    jpeg = encode(Image.fromarray(photo), "JPEG", quality=94, progressive=progressive)
    whole = read_image(wrap(jpeg, photo))
    found = read_image(wrap(jpeg[:-2], photo, frames, fragments))
    np.testing.assert_array_equal(found, whole)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("share", [0.4, 0.5, 0.8])
@pytest.mark.parametrize("filler", ["nothing", "marker", "zeros and marker"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_frame_that_is_cut_is_damaged(
    size: tuple[int, int], share: float, filler: str, progressive: bool
) -> None:
    photo = read_sample(7, size)
    jpeg = encode(Image.fromarray(photo), "JPEG", quality=94, progressive=progressive)
    frame = jpeg[: int(len(jpeg) * share)]
    if filler.startswith("zeros"):
        frame = frame.ljust(len(jpeg) - 2, b"\0")
    frame += b"" if filler == "nothing" else b"\xff\xd9"
    with pytest.raises(ImageError, match="damaged or incomplete"):
        read_image(wrap(frame, photo))


def test_a_cut_frame_of_greys_is_damaged() -> None:
    photo = read_sample(8)
    jpeg = encode(Image.fromarray(photo).convert("L"), "JPEG", quality=94)
    form = Form(JPEG, "MONOCHROME2")
    for frame, sound in ((jpeg, True), (jpeg[:-2], True), (jpeg[: len(jpeg) // 2], False)):
        data = make_data_set(photo, form, [photo[..., 0]])
        data.PixelData = encapsulate([frame if sound else frame + b"\xff\xd9"])
        data["PixelData"].is_undefined_length = True
        if sound:
            read_image(write(data, form))
        else:
            with pytest.raises(ImageError, match="damaged or incomplete"):
                read_image(write(data, form))


def test_the_colours_of_exif_are_heeded() -> None:
    image = Image.fromarray(read_sample(9, (240, 180)))
    adobe = eight_bits(values_in(image, TO_ADOBE, 256 / 563))
    exif = encode_exif(65_535, "R03", orientation=6)
    frame = encode(adobe, "JPEG", quality=97, subsampling=0, exif=exif)
    found = read_image(wrap(frame, np.asarray(image))).astype(int)
    assert np.abs(found - np.asarray(image)).mean() < 2

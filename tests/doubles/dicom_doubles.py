"""Names of transfer syntaxes, and samples as the pixels of DICOM files."""

from pathlib import Path

import numpy as np
from PIL import Image
from pydicom.uid import (
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from tools.fuzz.dicom_files import Form, make_palette_image

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

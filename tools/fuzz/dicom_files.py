"""Makes DICOM files of many kinds from an array, with pydicom, Pillow and GDCM."""

import io
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import gdcm
import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import (
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

from tools.fuzz.dicom_rle import encode_rle

PATIENT = "Doe^Jane"
PHOTO_CLASS = "1.2.840.10008.5.1.4.1.1.77.1.4"
"""VL Photographic Image Storage."""


@dataclass(frozen=True)
class Form:
    """How a picture is stored.

    Attributes:
        syntax: transfer syntax.
        photometric: photometric interpretation.
        bits: bits allocated.
        planar: planar configuration.
        frames: number of frames; those after the first are upside down.
        preamble: whether the file has a preamble and its signature.
        stored: bits stored; None for all bits.
        signed: whether values are signed.
    """

    syntax: str = str(ExplicitVRLittleEndian)
    photometric: str = "RGB"
    bits: int = 8
    planar: int = 0
    frames: int = 1
    preamble: bool = True
    stored: int | None = None
    signed: bool = False


def make_file(photo: np.ndarray, form: Form, **tags: object) -> bytes:
    """Returns a DICOM file of an (H, W, 3) uint8 photo; `tags` replace or add elements."""
    values = make_values(photo, form)
    frames = [values] + [values[::-1] for _ in range(form.frames - 1)]
    data = make_data_set(photo, form, frames)
    for name, value in tags.items():
        setattr(data, name, value)
    return write(data, form)


def make_values(photo: np.ndarray, form: Form) -> np.ndarray:
    """Converts a photo to the values that a form stores."""
    stored = form.stored or form.bits
    if form.photometric.startswith("MONOCHROME"):
        values = np.asarray(Image.fromarray(photo).convert("L")).astype(np.int64)
        values = 255 - values if form.photometric == "MONOCHROME1" else values
    elif form.photometric == "PALETTE COLOR":
        return make_palette_image(photo)[0]
    elif form.photometric.startswith("YBR_FULL"):
        values = np.asarray(Image.fromarray(photo).convert("YCbCr")).astype(np.int64)
    else:
        values = photo.astype(np.int64)
    if form.bits == 16:
        values = np.round(values / 255 * (2**stored - 1)).astype(np.int64)
        if form.signed:
            values = (values - 2 ** (stored - 1)) & (2**stored - 1)
    return values.astype(np.uint16 if form.bits == 16 else np.uint8)


def make_palette_image(photo: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the indices and the (256, 3) colours of a photo in 256 colours."""
    image = Image.fromarray(photo).quantize(256)
    colours = np.zeros((256, 3), np.uint8)
    stored = np.asarray(image.getpalette(), np.uint8).reshape(-1, 3)
    colours[: len(stored)] = stored
    return np.asarray(image), colours


def make_data_set(photo: np.ndarray, form: Form, frames: list[np.ndarray]) -> Dataset:
    """Returns a data set with the values of the frames, see `make_values`."""
    data = Dataset()
    data.SOPClassUID = PHOTO_CLASS
    data.SOPInstanceUID = "1.2.3.4"
    data.Modality = "XC"
    data.PatientName = PATIENT
    data.PatientID = "4711"
    data.SamplesPerPixel = 1 if frames[0].ndim == 2 else 3
    data.PhotometricInterpretation = form.photometric
    if data.SamplesPerPixel == 3:
        data.PlanarConfiguration = form.planar
    if form.frames > 1:
        data.NumberOfFrames = form.frames
    data.Rows, data.Columns = photo.shape[:2]
    data.BitsAllocated = form.bits
    data.BitsStored = form.stored or form.bits
    data.HighBit = data.BitsStored - 1
    data.PixelRepresentation = int(form.signed)
    if form.photometric == "PALETTE COLOR":
        for at, name in enumerate(("Red", "Green", "Blue")):
            setattr(data, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
            column = make_palette_image(photo)[1][:, at].astype(np.uint16) * 257
            order = ">u2" if form.syntax == ExplicitVRBigEndian else "<u2"
            content = column.astype(order).tobytes()
            setattr(data, f"{name}PaletteColorLookupTableData", content)
    if UID(form.syntax).is_encapsulated and form.syntax != DeflatedExplicitVRLittleEndian:
        data.PixelData = encapsulate([encode_frame(frame, form) for frame in frames])
        data["PixelData"].VR = "OB"
        data["PixelData"].is_undefined_length = True
    else:
        data.PixelData = b"".join(store_frame(frame, form) for frame in frames)
        data["PixelData"].VR = "OB" if form.bits == 8 else "OW"
        if len(data.PixelData) % 2:
            data.PixelData += b"\0"
    return data


def store_frame(values: np.ndarray, form: Form) -> bytes:
    """Stores a frame without compression."""
    if form.photometric == "YBR_FULL_422":
        height, width = values.shape[:2]
        pairs = values.reshape(height, width // 2, 2, 3)
        stored = np.concatenate([pairs[..., 0], pairs[:, :, 0, 1:]], axis=-1)
        return stored.tobytes()
    if form.planar == 1:
        values = values.transpose(2, 0, 1)
    big = form.syntax == ExplicitVRBigEndian
    return values.astype(">u2" if big and form.bits == 16 else values.dtype).tobytes()


def encode_frame(values: np.ndarray, form: Form) -> bytes:
    """Compresses a frame."""
    if form.syntax == RLELossless:
        return encode_rle(values)
    if form.syntax in (JPEGBaseline8Bit,):
        return encode_jpeg(values, form)
    if form.syntax in (JPEG2000, JPEG2000Lossless) and form.bits == 8:
        return encode_jpeg_2000(values, form)
    return encode_with_gdcm(values, form)


def encode_jpeg(values: np.ndarray, form: Form) -> bytes:
    """Encodes JPEG; of photometric interpretation RGB without a marker and without transform."""
    buffer = io.BytesIO()
    options = {"quality": 97, "subsampling": "4:2:2" if "422" in form.photometric else 0}
    if values.ndim == 2:
        Image.fromarray(values).save(buffer, "JPEG", quality=97)
        return buffer.getvalue()
    height, width = values.shape[:2]
    image = Image.frombytes("YCbCr", (width, height), values.tobytes())
    image.save(buffer, "JPEG", **options)
    return remove_jfif(buffer.getvalue())


def remove_jfif(jpeg: bytes) -> bytes:
    """Removes the marker after which a reader would convert the colours."""
    assert jpeg[2:4] == b"\xff\xe0"
    return jpeg[:2] + jpeg[4 + int.from_bytes(jpeg[4:6]) :]


def encode_jpeg_2000(values: np.ndarray, form: Form) -> bytes:
    """Encodes JPEG 2000 with 8 bits."""
    buffer = io.BytesIO()
    image = Image.fromarray(values)
    lossless = form.syntax == JPEG2000Lossless
    options = {} if lossless else {"quality_mode": "dB", "quality_layers": [45]}
    transform = int(form.photometric in ("YBR_RCT", "YBR_ICT"))
    image.save(buffer, "JPEG2000", no_jp2=True, irreversible=not lossless, mct=transform, **options)
    return buffer.getvalue()


def encode_with_gdcm(values: np.ndarray, form: Form) -> bytes:
    """Encodes lossless JPEG, JPEG with 12 bits, JPEG-LS and deep JPEG 2000, by way of files."""
    name = "RGB" if values.ndim == 3 else "MONOCHROME2"
    plain = Form(photometric=name, bits=form.bits, stored=form.stored)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "picture.dcm")
        Path(path).write_bytes(write(make_data_set(values, plain, [values]), plain))
        reader = gdcm.ImageReader()
        reader.SetFileName(path)
        assert reader.Read()
        change = gdcm.ImageChangeTransferSyntax()
        kind = gdcm.TransferSyntax.GetTSType(str(form.syntax))
        change.SetTransferSyntax(gdcm.TransferSyntax(kind))
        change.SetInput(reader.GetImage())
        assert change.Change()
        writer = gdcm.ImageWriter()
        writer.SetFileName(path)
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        assert writer.Write()
        return get_frame(pydicom.dcmread(path).PixelData, 0, number_of_frames=1)


def write(data: Dataset, form: Form) -> bytes:
    """Writes a data set as a file."""
    syntax = UID(form.syntax)
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID = data.SOPClassUID
    meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    meta.ImplementationClassUID = "1.2.3.5"
    data.file_meta = meta
    data.preamble = b"\0" * 128
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, data, enforce_file_format=True)
    content = buffer.getvalue()
    return content if form.preamble else content[132:]


def deflate(content: bytes) -> bytes:
    """Deflates bytes as the transfer syntax of deflated files does."""
    compressor = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(content) + compressor.flush()

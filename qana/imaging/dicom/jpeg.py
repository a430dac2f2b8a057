"""Decodes the JPEG and JPEG-LS frames of DICOM files."""

import struct
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, JpegImagePlugin

from qana.imaging.declared_colours import SPACE_KEY, read_exif_space
from qana.imaging.dicom.codecs import decode_with_gdcm
from qana.imaging.dicom.colour import convert_values
from qana.imaging.dicom.file import DicomPicture
from qana.imaging.jpeg.completeness import load_jpeg
from qana.imaging.jpeg.number_of_lines import fill_in_height
from qana.imaging.jpeg.scans import end_jpeg
from qana.imaging.jpeg.segments import clean_jpeg
from qana.imaging.limits import TimedReader, check_size

_JPEG_EXTENDED, _JPEG_LOSSLESS = "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57"
_JPEG_LS = "1.2.840.10008.1.2.4.81"


@dataclass(frozen=True)
class JpegHeader:
    """The header of a JPEG or JPEG-LS stream (ITU-T T.81, Annex B).

    Attributes:
        process: low byte of the frame marker: 0xC0 to 0xC2 lossy, 0xC3 lossless, 0xF7 JPEG-LS.
        bits: bits per sample.
        size: width and height, pixels.
        components: identifiers of the components.
        names_colours: whether a marker, of JFIF or Adobe, says what the components are.
    """

    process: int
    bits: int
    size: tuple[int, int]
    components: bytes
    names_colours: bool


def decode_jpeg(picture: DicomPicture, reduced_to: int) -> Image.Image:
    """Decodes a JPEG or JPEG-LS frame.

    Args:
        picture: the picture of the frame.
        reduced_to: longer side that the picture is reduced to afterwards, pixels.

    Returns:
        The loaded picture. Its orientation in EXIF is dropped, because the pixels of DICOM are
        upright as they are.

    Raises:
        ImageError: this installation lacks the decoder.
        TooCostlyError: decoding takes too much time or memory.
        Exception: the frame is damaged or incomplete.
    """
    picture = replace(picture, frame=memoryview(fill_in_height(bytes(picture.frame))))
    header = _read_jpeg_header(picture.frame)
    check_size(*header.size, reduced_to)
    if header.process == 0xF7:
        return decode_with_gdcm(picture, _JPEG_LS, header.bits, len(header.components))
    if header.process == 0xC3:
        return decode_with_gdcm(picture, _JPEG_LOSSLESS, header.bits, len(header.components))
    if header.bits > 8:
        return decode_with_gdcm(picture, _JPEG_EXTENDED, header.bits, len(header.components))
    photometric = str(picture.tags.PhotometricInterpretation)
    is_rgb = (
        photometric == "RGB"
        and len(header.components) == 3
        and not header.names_colours
        and header.components != b"RGB"
    )
    frame = TimedReader(end_jpeg(clean_jpeg(bytes(picture.frame))))
    with Image.open(frame, formats=["JPEG"]) as jpeg:
        if not isinstance(jpeg, JpegImagePlugin.JpegImageFile):
            raise TypeError("no JPEG")
        # Without a marker, libjpeg takes three components for YCbCr. Asked for YCbCr, it leaves
        # them.
        load_jpeg(jpeg, "YCbCr" if is_rgb else jpeg.mode, reduced_to)
        if jpeg.mode == "L":
            decoded = convert_values(np.asarray(jpeg), picture, photometric)
        else:
            decoded = Image.merge("RGB", jpeg.split()) if is_rgb else jpeg.copy()
        decoded.info = {SPACE_KEY: read_exif_space(jpeg)}
        if profile := jpeg.info.get("icc_profile"):
            decoded.info["icc_profile"] = profile
    return decoded


def _read_jpeg_header(frame: memoryview) -> JpegHeader:
    at, names_colours = 2, False
    while True:
        start, marker, length = struct.unpack_from(">BBH", frame, at)
        if start != 0xFF:
            raise ValueError("no marker")
        if marker == 0xFF:  # fill bytes
            at += 1
            continue
        if marker in (*range(0xC0, 0xC4), 0xF7, *range(0xC5, 0xC8), *range(0xC9, 0xCC)):
            bits, height, width, count = struct.unpack_from(">BHHB", frame, at + 4)
            components = bytes(frame[at + 10 : at + 10 + 3 * count : 3])
            return JpegHeader(marker, bits, (width, height), components, names_colours)
        content = bytes(frame[at + 4 : at + 9])
        names_colours |= (marker, content) in ((0xE0, b"JFIF\0"), (0xEE, b"Adobe"))
        at += 2 + length

"""Decodes the first frame of a DICOM picture to stored values."""

import json
import struct
import subprocess
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from qana.errors import ImageError
from qana.imaging.dicom_colour import convert_values, expand_422
from qana.imaging.dicom_file import DicomPicture
from qana.imaging.dicom_kinds import (
    DEFLATED_FRAMES,
    ENCAPSULATED,
    PRIVATE_ENCODING,
    is_private_encoding,
    name_identifier,
)
from qana.imaging.frame_process import MAX_SECONDS, MISSING_PACKAGE
from qana.imaging.limits import MAX_PIXELS, TimedReader, TooCostlyError, check_size

_RLE = "1.2.840.10008.1.2.5"
_JPEG_EXTENDED, _JPEG_LOSSLESS = "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57"
_JPEG_LS, _JPEG_2000 = "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.91"
_HIGH_THROUGHPUT = "1.2.840.10008.1.2.4.20"
"""Beginning of the identifiers of High-Throughput JPEG 2000, which GDCM does not read."""
_BLOCK_BYTES = 512
_WALL_SECONDS = MAX_SECONDS if sys.platform == "win32" else 4 * MAX_SECONDS
"""Windows limits no processor time; elsewhere other processes may take most of the processor."""
_SCRIPT = Path(__file__).with_name("frame_process.py")


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


def decode_frame(picture: DicomPicture, reduced_to: int) -> Image.Image:
    """Decodes the first frame to a picture.

    Args:
        picture: a picture of checked size.
        reduced_to: longer side that the picture is reduced to afterwards, pixels. Decoders may
            return any size from that on.

    Returns:
        The picture in mode L or RGB, perhaps not yet loaded.

    Raises:
        ImageError: the encoding is not read. The message names it.
        TooCostlyError: decoding takes too much time or memory.
        Exception: the frame is damaged; each decoder raises exceptions of its own.
    """
    start = bytes(picture.frame[:12])
    if not picture.compressed or picture.transfer_syntax == ENCAPSULATED:
        return _decode_uncompressed(picture, np.frombuffer(picture.frame, np.uint8))
    if start.startswith(b"\xff\xd8\xff"):
        return _decode_jpeg(picture, reduced_to)
    if start.startswith(b"\xff\x4f\xff\x51") or start[4:6] == b"jP":
        return _decode_jpeg_2000(picture, reduced_to)
    if picture.transfer_syntax == _RLE:
        return _decode_rle(picture)
    if picture.transfer_syntax == DEFLATED_FRAMES:
        frame = zlib.decompressobj(-zlib.MAX_WBITS).decompress(picture.frame, 6 * MAX_PIXELS)
        return _decode_uncompressed(picture, np.frombuffer(frame, np.uint8))
    if is_private_encoding(picture.transfer_syntax):
        raise ImageError(PRIVATE_ENCODING)
    name = name_identifier(picture.transfer_syntax)
    raise ImageError(
        f"This DICOM file holds {name}, which is not read: export the picture uncompressed or as "
        "JPEG."
    )


def _read_layout(picture: DicomPicture) -> tuple[int, int, int, int]:
    """Returns rows, columns, samples per pixel and bytes per sample."""
    tags = picture.tags
    allocated = int(tags.BitsAllocated)
    if allocated not in (8, 16):
        raise ImageError(
            f"This DICOM file has {allocated} bits per value, which is not read: export the "
            "picture with 8 bits."
        )
    return int(tags.Rows), int(tags.Columns), int(tags.SamplesPerPixel), allocated // 8


def _decode_uncompressed(picture: DicomPicture, frame: np.ndarray) -> Image.Image:
    rows, columns, samples, width = _read_layout(picture)
    photometric = str(picture.tags.PhotometricInterpretation)
    if picture.swapped and width == 1:
        frame = frame[: len(frame) // 2 * 2].reshape(-1, 2)[:, ::-1].reshape(-1)
    if photometric == "YBR_FULL_422":
        values = expand_422(frame[: rows * columns * 2], rows, columns)
        return convert_values(values, picture, photometric)
    count = rows * columns * samples
    kind = np.dtype("u1" if width == 1 else ">u2" if picture.big_endian else "<u2")
    values = np.ascontiguousarray(frame[: count * width]).view(kind)
    if samples == 1:
        values = values.reshape(rows, columns)
    elif int(picture.tags.get("PlanarConfiguration") or 0) == 1:
        values = values.reshape(samples, rows, columns).transpose(1, 2, 0)
    else:
        values = values.reshape(rows, columns, samples)
    native = np.ascontiguousarray(values, dtype=kind.newbyteorder("="))
    return convert_values(native, picture, photometric)


def _decode_rle(picture: DicomPicture) -> Image.Image:
    """Decodes run-length encoding: each byte of each sample in a segment (PS3.5, Annex G)."""
    rows, columns, samples, width = _read_layout(picture)
    count, *offsets = struct.unpack_from("<16I", picture.frame)
    if count != samples * width:
        raise ValueError("wrong number of segments")
    planes = []
    for start, end in zip(offsets[:count], [*offsets[1:count], len(picture.frame)], strict=True):
        # One long row: some writers let a run continue in the next row.
        plane = Image.new("L", (rows * columns, 1))
        plane.frombytes(bytes(picture.frame[start:end]), "packbits", "L")
        planes.append(np.asarray(plane).reshape(rows, columns))
    if width == 2:  # the high byte comes first
        planes = [planes[at].astype(np.uint16) << 8 | planes[at + 1] for at in range(0, count, 2)]
    values = planes[0] if samples == 1 else np.stack(planes, axis=-1)
    return convert_values(values, picture, str(picture.tags.PhotometricInterpretation))


def _decode_jpeg(picture: DicomPicture, reduced_to: int) -> Image.Image:
    header = _read_jpeg_header(picture.frame)
    check_size(*header.size, reduced_to)
    if header.process == 0xF7:
        return _decode_with_gdcm(picture, _JPEG_LS, header.bits, len(header.components))
    if header.process == 0xC3:
        return _decode_with_gdcm(picture, _JPEG_LOSSLESS, header.bits, len(header.components))
    if header.bits > 8:
        return _decode_with_gdcm(picture, _JPEG_EXTENDED, header.bits, len(header.components))
    photometric = str(picture.tags.PhotometricInterpretation)
    jpeg: Any = Image.open(TimedReader(bytes(picture.frame)), formats=["JPEG"])
    jpeg.info.pop("exif", None)  # in DICOM, the pixels are upright as they are
    jpeg.decodermaxblock = _BLOCK_BYTES
    is_rgb = (
        photometric == "RGB"
        and len(header.components) == 3
        and not header.names_colours
        and header.components != b"RGB"
    )
    if jpeg.mode != "L" and not is_rgb:
        return jpeg  # the caller loads it at the size that it needs
    # Without a marker, libjpeg takes three components for YCbCr. Asked for YCbCr, it leaves them.
    jpeg.draft("YCbCr" if is_rgb else "L", (reduced_to, reduced_to))
    if is_rgb:
        return Image.merge("RGB", jpeg.split())
    return convert_values(np.asarray(jpeg), picture, photometric)


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


def _decode_jpeg_2000(picture: DicomPicture, reduced_to: int) -> Image.Image:
    """Decodes JPEG 2000 (ITU-T T.800, Annex A: SIZ at the start, then COD among others)."""
    frame = bytes(picture.frame)
    at = frame.index(b"\xff\x4f\xff\x51")
    (samples,) = struct.unpack_from(">H", frame, at + 40)
    bits = (frame[at + 42] & 0x7F) + 1
    photometric = str(picture.tags.PhotometricInterpretation)
    if bits > 8 and not picture.transfer_syntax.startswith(_HIGH_THROUGHPUT):
        return _decode_with_gdcm(picture, _JPEG_2000, bits, samples)
    cod = frame.index(b"\xff\x52", at)
    levels = 0 if photometric == "PALETTE COLOR" else frame[cod + 9]
    request = {"decoder": "openjpeg", "reduced_to": reduced_to, "levels": levels}
    answer, pixels = _run_decoder(picture, request)
    decoded = Image.frombytes(answer["mode"], tuple(answer["size"]), pixels)
    if decoded.mode == "RGB":
        is_transformed = frame[cod + 8] == 1 or not photometric.startswith("YBR_FULL")
        values = np.asarray(decoded)
        return convert_values(values, picture, "RGB" if is_transformed else photometric)
    if decoded.mode.startswith("I;16"):
        return convert_values(np.asarray(decoded), picture, photometric)
    return convert_values(np.asarray(decoded.convert("L")), picture, photometric)


def _decode_with_gdcm(picture: DicomPicture, syntax: str, bits: int, samples: int) -> Image.Image:
    if samples not in (1, 3):
        raise ValueError("wrong number of components")
    request = {"decoder": "gdcm", "transfer_syntax": syntax, "bits": bits, "samples": samples}
    _answer, pixels = _run_decoder(picture, request)
    rows, columns = int(picture.tags.Rows), int(picture.tags.Columns)
    shape = (rows, columns) if samples == 1 else (rows, columns, samples)
    values = np.frombuffer(pixels, "u1" if bits <= 8 else "<u2").reshape(shape)
    return convert_values(values, picture, str(picture.tags.PhotometricInterpretation))


def _run_decoder(picture: DicomPicture, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Runs `frame_process` and returns its answer and the pixels."""
    request |= {"rows": int(picture.tags.Rows), "columns": int(picture.tags.Columns)}
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(_SCRIPT), json.dumps(request)],
            input=bytes(picture.frame),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TooCostlyError from None
    if done.returncode == MISSING_PACKAGE:
        name = name_identifier(picture.transfer_syntax)
        raise ImageError(
            f"This DICOM file holds {name}, which this installation does not read: install the "
            "package python-gdcm, or export the picture as JPEG."
        )
    if done.returncode < 0:
        raise TooCostlyError
    if done.returncode:
        raise ValueError("the frame cannot be decoded")
    line, _end, pixels = done.stdout.partition(b"\n")
    return json.loads(line), pixels

"""Decodes JPEG 2000, JPEG-LS, lossless and deep JPEG frames of DICOM files in another process."""

import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from qana.errors import ImageError
from qana.imaging.dicom.colour import convert_values
from qana.imaging.dicom.file import DicomPicture
from qana.imaging.dicom.frame_process import MAX_SECONDS, MISSING_PACKAGE
from qana.imaging.dicom.kinds import name_identifier
from qana.imaging.limits import TooCostlyError

_JPEG_2000 = "1.2.840.10008.1.2.4.91"
_HIGH_THROUGHPUT = "1.2.840.10008.1.2.4.20"
"""Beginning of the identifiers of High-Throughput JPEG 2000, which GDCM does not read."""
_WALL_SECONDS = MAX_SECONDS if sys.platform == "win32" else 4 * MAX_SECONDS
"""Windows limits no processor time; elsewhere other processes may take most of the processor."""
_SCRIPT = Path(__file__).with_name("frame_process.py")


def decode_jpeg_2000(picture: DicomPicture, reduced_to: int) -> Image.Image:
    """Decodes JPEG 2000 (ITU-T T.800, Annex A: SIZ at the start, then COD among others).

    Args:
        picture: the picture of the frame.
        reduced_to: longer side that the picture is reduced to afterwards, pixels.

    Raises:
        TooCostlyError: decoding takes too much time or memory.
        ValueError: the frame is damaged.
    """
    frame = bytes(picture.frame)
    at = frame.index(b"\xff\x4f\xff\x51")
    (samples,) = struct.unpack_from(">H", frame, at + 40)
    bits = (frame[at + 42] & 0x7F) + 1
    photometric = str(picture.tags.PhotometricInterpretation)
    if bits > 8 and not picture.transfer_syntax.startswith(_HIGH_THROUGHPUT):
        return decode_with_gdcm(picture, _JPEG_2000, bits, samples)
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


def decode_with_gdcm(picture: DicomPicture, syntax: str, bits: int, samples: int) -> Image.Image:
    """Decodes a frame with GDCM.

    Args:
        picture: the picture of the frame.
        syntax: transfer syntax of the frame itself.
        bits: bits per sample.
        samples: samples per pixel.

    Raises:
        ImageError: this installation lacks GDCM.
        TooCostlyError: decoding takes too much time or memory.
        ValueError: the frame is damaged.
    """
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

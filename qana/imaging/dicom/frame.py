"""Decodes the first frame of a DICOM picture to stored values."""

import struct
import zlib

import numpy as np
from PIL import Image

from qana.errors import ImageError
from qana.imaging.dicom.codecs import decode_jpeg_2000
from qana.imaging.dicom.colour import convert_values, expand_422
from qana.imaging.dicom.file import DicomPicture
from qana.imaging.dicom.jpeg import decode_jpeg
from qana.imaging.dicom.kinds import (
    DEFLATED_FRAMES,
    ENCAPSULATED,
    UNKNOWN_ENCODING,
    is_unknown_encoding,
    name_identifier,
)
from qana.imaging.limits import MAX_PIXELS
from qana.imaging.signatures import find_refused_format

_RLE = "1.2.840.10008.1.2.5"
_READ = tuple(
    f"1.2.840.10008.1.2.4.{number}" for number in (50, 51, 57, 70, 80, 81, 90, 91, 201, 202, 203)
)
"""Transfer syntaxes of JPEG, JPEG-LS and JPEG 2000, whose frames begin with their marker."""
_BEGIN = 4096
"""Bytes in which a format is recognized."""


def decode_frame(picture: DicomPicture, reduced_to: int) -> Image.Image:
    """Decodes the first frame to a picture.

    Args:
        picture: a picture of checked size.
        reduced_to: longer side that the picture is reduced to afterwards, pixels. Decoders may
            return any size from that on.

    Returns:
        The loaded picture in mode L or RGB. Its `info` has only what the frame says of its colours.

    Raises:
        ImageError: the encoding is not read. The message names it.
        TooCostlyError: decoding takes too much time or memory.
        Exception: the frame is damaged; each decoder raises exceptions of its own.
    """
    start = bytes(picture.frame[:12])
    if not picture.compressed or picture.transfer_syntax == ENCAPSULATED:
        return _decode_uncompressed(picture, np.frombuffer(picture.frame, np.uint8))
    if start.startswith(b"\xff\xd8\xff"):
        return decode_jpeg(picture, reduced_to)
    if start.startswith(b"\xff\x4f\xff\x51") or start[4:6] == b"jP":
        return decode_jpeg_2000(picture, reduced_to)
    if picture.transfer_syntax == _RLE:
        return _decode_rle(picture)
    if picture.transfer_syntax == DEFLATED_FRAMES:
        frame = zlib.decompressobj(-zlib.MAX_WBITS).decompress(picture.frame, 6 * MAX_PIXELS)
        return _decode_uncompressed(picture, np.frombuffer(frame, np.uint8))
    raise ImageError(_describe_unread(picture))


def _describe_unread(picture: DicomPicture) -> str:
    """Returns a sentence that names what a frame holds, by its transfer syntax or its bytes.

    Raises:
        ValueError: the frame is damaged, because pictures of its transfer syntax are read.
    """
    syntax = picture.transfer_syntax
    is_unknown, is_read = is_unknown_encoding(syntax), syntax.startswith(_READ)
    if not is_unknown and not is_read:
        name: str | None = name_identifier(syntax)
    else:
        name = find_refused_format(bytes(picture.frame[:_BEGIN]))
    if name is None and is_read:
        raise ValueError("the frame does not begin as its encoding does")
    if name is None:
        return UNKNOWN_ENCODING
    return (
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
    if photometric == "YBR_FULL_422" and not _has_full_colours(picture, rows * columns):
        values = expand_422(frame[: rows * columns * 2], rows, columns)
        return convert_values(values, picture, "YBR_FULL")
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


def _has_full_colours(picture: DicomPicture, pixels: int) -> bool:
    """Returns whether each pixel has three bytes, although the file names YBR_FULL_422.

    Programs that decompress JPEG often leave this term, which would mean two bytes for each pixel.
    """
    frames = 1 if picture.compressed else int(picture.tags.get("NumberOfFrames") or 1)
    length = len(picture.frame) if picture.compressed else picture.length
    full = 3 * pixels * frames
    return full <= length <= full + 1  # an odd number of bytes is padded


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

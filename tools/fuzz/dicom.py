"""Generates DICOM files and mutates their elements (DICOM PS3.5, Section 7; PS3.10)."""

import struct

import numpy as np
from PIL import Image

from tools.fuzz import raw
from tools.fuzz.dicom_files import Form, deflate, make_file
from tools.fuzz.random_generator import RandomGenerator

_SYNTAX = "1.2.840.10008.1.2"
FORMS = (
    Form(),
    Form(planar=1),
    Form(bits=16),
    Form(preamble=False, frames=2),
    Form(photometric="YBR_FULL_422"),
    Form(photometric="PALETTE COLOR"),
    Form(photometric="MONOCHROME1", bits=16, stored=12),
    Form(_SYNTAX),
    Form(f"{_SYNTAX}.2", bits=16),
    Form(f"{_SYNTAX}.1.99"),
    Form(f"{_SYNTAX}.5"),
    Form(f"{_SYNTAX}.5", "MONOCHROME2", bits=16),
    Form(f"{_SYNTAX}.4.50", "YBR_FULL_422", frames=2),
    Form(f"{_SYNTAX}.4.50", "RGB"),
    Form(f"{_SYNTAX}.4.70"),
    Form(f"{_SYNTAX}.4.70", bits=16),
    Form(f"{_SYNTAX}.4.80"),
    Form(f"{_SYNTAX}.4.90", "YBR_RCT"),
    Form(f"{_SYNTAX}.4.91", "YBR_ICT"),
    Form(f"{_SYNTAX}.4.90", bits=16),
)
_SYNTAXES = tuple(sorted({form.syntax for form in FORMS} | {f"{_SYNTAX}.4.102", f"{_SYNTAX}.8.1"}))
_PHOTOMETRIC = (
    *("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT", "YBR_PARTIAL_420", "CMYK"),
    *("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"),
)
_NUMBERS = (0x0002, 0x0006, 0x0010, 0x0011, 0x0100, 0x0101, 0x0102, 0x0103)
"""Elements of group 0028 with one number: samples, planar configuration, rows, columns, bits."""
_PIXELS = struct.pack("<HH", 0x7FE0, 0x0010)


def encode(image: Image.Image, form: int) -> bytes:
    """Encodes a photo.

    Args:
        image: the photo, with an even width.
        form: index in FORMS.
    """
    return make_file(np.asarray(image.convert("RGB")), FORMS[form])


def mutate(rng: RandomGenerator, data: bytes) -> bytes:
    """Applies one random mutation to the elements of a file."""
    changes = (
        _mutate_number,
        _mutate_number,
        _mutate_frames,
        _mutate_photometric,
        _mutate_syntax,
        _mutate_length,
        _mutate_header,
        _mutate_pixels,
        _mutate_pixels,
        _insert_elements,
        _inflate_zeros,
        _remove_preamble,
    )
    return rng.choice(changes)(rng, data)


def _overwrite(data: bytes, at: int, what: bytes) -> bytes:
    return data[:at] + what + data[at + len(what) :]


def _find(data: bytes, group: int, element: int) -> int:
    """Returns where an element begins, in either byte order, or -1."""
    little = data.find(struct.pack("<HH", group, element))
    return little if little >= 0 else data.find(struct.pack(">HH", group, element))


def _mutate_number(rng: RandomGenerator, data: bytes) -> bytes:
    at = _find(data, 0x0028, rng.choice(_NUMBERS))
    value = rng.choice((0, 1, 2, 3, 8, 12, 16, 64, 7000, 12_000, rng.draw_integer(2)))
    return _overwrite(data, at + 8, struct.pack("<H", value)) if at >= 0 else data


def _mutate_frames(rng: RandomGenerator, data: bytes) -> bytes:
    """Declares any number of frames, before the element of the rows."""
    text = rng.choice((b"0 ", b"-1", b"9 ", b"2147483647 ", b"1.5e9 ", b"many"))
    at = _find(data, 0x0028, 0x0010)
    element = struct.pack("<HH2sH", 0x0028, 0x0008, b"IS", len(text)) + text
    return data[:at] + element + data[at:] if at >= 0 else data


def _mutate_photometric(rng: RandomGenerator, data: bytes) -> bytes:
    at = _find(data, 0x0028, 0x0004)
    if at < 0:
        return data
    (length,) = struct.unpack_from("<H", data, at + 6)
    term = rng.choice(_PHOTOMETRIC).encode()
    term += b" " * (len(term) % 2)
    head = data[:at] + struct.pack("<HH2sH", 0x0028, 0x0004, b"CS", len(term))
    return head + term + data[at + 8 + length :]


def _mutate_syntax(rng: RandomGenerator, data: bytes) -> bytes:
    """Names another transfer syntax than the file has."""
    at = _find(data, 0x0002, 0x0010)
    if at < 0:
        return data
    (length,) = struct.unpack_from("<H", data, at + 6)
    name = rng.choice(_SYNTAXES).encode()[:length]
    return _overwrite(data, at + 8, name + b"\0" * (length - len(name)))


def _mutate_length(rng: RandomGenerator, data: bytes) -> bytes:
    """Changes the length of the pixels, of a fragment or of another element."""
    at = rng.choice((data.find(_PIXELS), data.rfind(b"\xfe\xff\x00\xe0"), _find(data, 0x0028, 2)))
    value = rng.choice((0, 1, 2, 0xFFFFFFFF, 0xFFFFFFFE, rng.draw_integer(4)))
    place = at + rng.choice((4, 8))
    return _overwrite(data, place, struct.pack("<I", value)) if at >= 0 else data


def _mutate_header(rng: RandomGenerator, data: bytes) -> bytes:
    end = data.find(_PIXELS)
    end = end if end > 0 else min(len(data), 1500)
    start = min(132, end)
    return data[:start] + raw.mutate(rng, data[start:end]) + data[end:]


def _mutate_pixels(rng: RandomGenerator, data: bytes) -> bytes:
    """Mutates the start of the pixels or of the compressed frame, or all of it."""
    at = max(data.find(_PIXELS), 0)
    start = at + rng.choice((0, 12, 28))
    end = start + rng.choice((200, len(data)))
    return data[:start] + raw.mutate(rng, data[start:end]) + data[end:]


def _insert_elements(rng: RandomGenerator, data: bytes) -> bytes:
    """Inserts nested sequences or many small elements."""
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    nested = struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, 0xFFFFFFFF) + item
    small = struct.pack("<HH2sH", 0x0008, 0x0070, b"LO", 0)
    at = _find(data, 0x0028, 0x0002)
    piece = rng.choice((nested, small, item)) * rng.choice((1, 30, 900, 200_000))
    return data[:at] + piece + data[at:] if at >= 0 else data


def _inflate_zeros(rng: RandomGenerator, data: bytes) -> bytes:
    """Puts up to 200 MB of zeros into a deflated file."""
    name = f"{_SYNTAX}.1.99".encode()
    at = data.find(name)
    start = data.find(struct.pack("<HH", 0x0008, 0x0016))
    end = start if start > 0 else at + 200
    count = rng.choice((1000, 10**6, 2 * 10**8))
    return data[:end] + deflate(data[end : end + 600] + bytes(count))


def _remove_preamble(rng: RandomGenerator, data: bytes) -> bytes:
    """Removes the preamble, the signature or the header of the file."""
    start = data.find(struct.pack("<HH", 0x0008, 0x0016))
    return data[rng.choice((128, 132, max(start, 0))) :]

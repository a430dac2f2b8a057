"""Removes what the pixels of a PNG do not need, so that faults in it cannot harm."""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from qana.imaging.limits import TooCostlyError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPE = 25
"""Offset of the colour type in IHDR, the first chunk."""
MAX_CHUNKS = 16_384
"""Largest number of chunks besides those with pixels. Each costs time, and photos have under 50."""
MAX_PIXEL_CHUNKS = 262_144
MAX_TEXT = 16 * 2**20
"""Largest XMP text in which an orientation is looked for, bytes."""
_KEPT = {
    **{b"tRNS": 1, b"iCCP": 3, b"sRGB": 1, b"cICP": 4, b"gAMA": 4, b"cHRM": 32, b"eXIf": 8},
}
"""Ancillary chunks that change how the pixels look, with their least length in bytes. A PNG has
each once."""
_TRANSPARENCY_LENGTHS = {0: (2, 2), 2: (6, 6), 3: (1, 256)}
"""Least and largest length of tRNS for grey, RGB and palette pixels; others have none."""
_MAX_PROFILE_NAME = 79
MAX_PROFILE = 16 * 2**20
"""Largest ICC profile, bytes. Those of printers and scanners have up to a few megabytes."""
_MAX_PILLOW_PROFILE = 2**20
LARGE_PROFILE = b"icCP"
"""Private chunk for a profile that is too large for Pillow, which would refuse the whole file. It
has the form of iCCP."""
_EXIF_TEXT = b"Raw profile type exif\0"
_APP1_TEXT = b"Raw profile type APP1\0"
"""Keywords of texts in which ImageMagick writes EXIF data, the second one also XMP."""
_EXIF_START = b"Exif\0\0"
_MAX_APP1_TEXTS = 8
"""Texts with the second keyword that are looked at. Each costs time, and photos have under 4."""
_MAX_EXIF_TEXT = 2**19
_XMP = b"XML:com.adobe.xmp\0"
_ORIENTATION = re.compile(rb"""tiff:Orientation(?:\s*=\s*["']|>)\s*([1-8])""")


class _Chunk(NamedTuple):
    name: bytes
    body: memoryview
    whole: memoryview
    sound: bool


def clean_png(data: bytes) -> bytes:
    """Keeps the chunks of a PNG that hold pixels, colours, transparency or the orientation.

    Comments, previews, other frames and ancillary chunks with a wrong checksum, length or form are
    removed, as browsers do (PNG specification, third edition, section 13.1: a decoder may skip a
    faulty ancillary chunk).

    Args:
        data: content of a file. A file of another format is returned as it is.

    Returns:
        A PNG with the same first frame.

    Raises:
        TooCostlyError: the file has more chunks than any photo.
    """
    if not data.startswith(SIGNATURE):
        return data
    kept: list[bytes | memoryview] = [SIGNATURE]
    found: set[bytes] = set()
    others = pixels = app1_texts = 0
    colour_type = data[_COLOUR_TYPE] if len(data) > _COLOUR_TYPE else 0
    for chunk in _split_chunks(data):
        if chunk.name == b"IDAT":
            pixels += 1
        else:
            others += 1
        if others > MAX_CHUNKS or pixels > MAX_PIXEL_CHUNKS:
            raise TooCostlyError
        critical = not chunk.name[0] & 0x20
        if critical:
            kept.append(chunk.whole)
        elif chunk.name in _KEPT and chunk.sound and chunk.name not in found:
            if _is_usable(chunk, colour_type):
                found.add(chunk.name)
                kept += _rename_profile(chunk) if chunk.name == b"iCCP" else [chunk.whole]
        elif chunk.sound and (keyword := _find_keyword(chunk)) and keyword not in found:
            reduced = _reduce_text(chunk)
            kept += reduced
            app1_texts += keyword == _APP1_TEXT
            if reduced or keyword != _APP1_TEXT or app1_texts == _MAX_APP1_TEXTS:
                found.add(keyword)
    return b"".join(kept)


def _is_usable(chunk: _Chunk, colour_type: int) -> bool:
    """Returns whether an ancillary chunk has the form that its kind needs.

    Pillow refuses the whole file for the others.
    """
    if len(chunk.body) < _KEPT[chunk.name]:
        return False
    if chunk.name == b"tRNS":
        least, largest = _TRANSPARENCY_LENGTHS.get(colour_type, (1, 0))
        return least <= len(chunk.body) <= largest
    if chunk.name == b"iCCP":  # a name, a zero, and 0 for Deflate
        name, zero, rest = bytes(chunk.body[: _MAX_PROFILE_NAME + 2]).partition(b"\0")
        return len(name) <= _MAX_PROFILE_NAME and zero + rest[:1] == bytes(2)
    return True


def _rename_profile(chunk: _Chunk) -> list[bytes | memoryview]:
    """Renames a profile that is too large for Pillow, and leaves out one that is too large at all.

    Pillow skips a profile that cannot be decompressed.
    """
    size = len(decompress_profile(bytes(chunk.body), MAX_PROFILE + 1))
    if size <= _MAX_PILLOW_PROFILE:
        return [chunk.whole]
    return [encode_chunk(LARGE_PROFILE, bytes(chunk.body))] if size <= MAX_PROFILE else []


def decompress_profile(body: bytes, limit: int = MAX_PROFILE) -> bytes:
    """Decompresses the profile in the body of iCCP; returns nothing if it is damaged."""
    try:
        return zlib.decompressobj().decompress(body.partition(b"\0")[2][1:], limit)
    except zlib.error:
        return b""


def encode_chunk(name: bytes, body: bytes) -> bytes:
    """Encodes a chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _split_chunks(data: bytes) -> Iterator[_Chunk]:
    """Splits a PNG up to its end chunk. A last chunk that is cut off is kept as it is."""
    view = memoryview(data)
    at = len(SIGNATURE)
    while at < len(data):
        header = bytes(view[at : at + 8])
        if len(header) < 8:
            return
        length, name = struct.unpack(">I4s", header)
        end = at + 12 + length
        body = view[at + 8 : end - 4]
        sound = end <= len(data) and (
            name == b"IDAT"
            or zlib.crc32(view[at + 4 : end - 4]) == int.from_bytes(view[end - 4 : end])
        )
        yield _Chunk(name, body, view[at:end], sound)
        if name == b"IEND":
            return
        at = end


def _find_keyword(chunk: _Chunk) -> bytes | None:
    """Finds the keyword of a text that may hold an orientation."""
    begin = bytes(chunk.body[:40])
    if chunk.name in (b"iTXt", b"tEXt", b"zTXt"):
        keywords = (_EXIF_TEXT, _APP1_TEXT, _XMP)
        return next((keyword for keyword in keywords if begin.startswith(keyword)), None)
    return None


def _reduce_text(chunk: _Chunk) -> list[bytes | memoryview]:
    """Reduces a text with a keyword of `_find_keyword` to its EXIF data or its orientation."""
    text = _read_text(chunk, MAX_TEXT)
    keyword = _find_keyword(chunk)
    if keyword != _XMP:
        if len(text) > _MAX_EXIF_TEXT:
            return []
        # Pillow knows this keyword alone, and the texts have the same form.
        is_exif = keyword == _EXIF_TEXT or _decode_hexadecimal(text).startswith(_EXIF_START)
        return [encode_chunk(b"tEXt", _EXIF_TEXT + text)] if is_exif else []
    orientation = _ORIENTATION.search(text)
    if orientation is None or chunk.name != b"iTXt":
        return []
    short = b'<x tiff:Orientation="' + orientation.group(1) + b'"/>'
    return [encode_chunk(b"iTXt", _XMP + bytes(4) + short)]


def _decode_hexadecimal(text: bytes) -> bytes:
    """Decodes the digits after the name and the length of a raw profile."""
    try:
        return bytes.fromhex(b"".join(text.split(b"\n")[3:]).decode("ascii"))
    except ValueError:
        return b""


def _read_text(chunk: _Chunk, limit: int) -> bytes:
    """Reads the text after the keyword, decompressed where it is compressed."""
    body = bytes(chunk.body)
    _keyword, _, rest = body.partition(b"\0")
    if chunk.name == b"iTXt":
        packed = rest[:1] == b"\1"
        rest = rest[2:].split(b"\0", 2)[-1]
    else:
        packed, rest = chunk.name == b"zTXt", rest[1:] if chunk.name == b"zTXt" else rest
    if not packed:
        return rest[:limit]
    try:
        return zlib.decompressobj().decompress(rest, limit)
    except zlib.error:
        return b""

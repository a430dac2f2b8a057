"""Encodes the strips of TIFFs, and tags with fractions, for the tests of decoding."""

import struct
import zlib
from collections.abc import Callable

from qana.imaging.tiff.directory import TiffDirectories, TiffTag, encode_directory


def encode_lzw(data: bytes) -> bytes:
    """Returns LZW with plain values only: after each 250 the table is cleared."""
    codes = []
    for at in range(0, len(data), 250):
        codes += [256, *data[at : at + 250]]
    bits = "".join(f"{code:09b}" for code in [*codes, 257])
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8)


def encode_packbits(data: bytes) -> bytes:
    pieces = (data[at : at + 100] for at in range(0, len(data), 100))
    return b"".join(bytes([len(piece) - 1]) + piece for piece in pieces)


COMPRESSIONS: dict[int, Callable[[bytes], bytes]] = {
    1: bytes,
    5: encode_lzw,
    8: zlib.compress,
    32_773: encode_packbits,
}
"""Encoders by the number of their compression: none, LZW, Deflate, PackBits."""


def add_fractions(data: bytes, order: str, tags: dict[int, tuple[float, ...]]) -> bytes:
    """Adds tags with fractions to the first page of a TIFF."""
    (start,) = struct.unpack_from(f"{order}I", data, 4)
    entries, _following = TiffDirectories(data).read(start)
    content = bytearray(data) + bytes(len(data) % 2)
    for tag, values in tags.items():
        field = struct.pack(f"{order}I", len(content))
        entries.append(TiffTag(tag, 5, len(values), field))
        for value in values:
            content += struct.pack(f"{order}II", round(value * 10_000), 10_000)
    struct.pack_into(f"{order}I", content, 4, len(content))
    return bytes(content) + encode_directory(order, sorted(entries, key=lambda entry: entry.tag))

"""Mutates the chunks of a PNG and corrects their checksums, so that decoders go on."""

import struct
import zlib

from tools.fuzz import colours, raw, tiff
from tools.fuzz.random_generator import RandomGenerator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_BOMB_BYTES = 60_000_000
"""Largest decompressed size of a small chunk, bytes."""
Chunk = tuple[bytes, bytes]
"""Name and data."""


def split_chunks(data: bytes) -> list[Chunk]:
    """Splits a PNG into its chunks."""
    found, at = [], len(SIGNATURE)
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        found.append((name, data[at + 8 : at + 8 + length]))
        at += length + 12
    return found


def encode_chunk(name: bytes, body: bytes) -> bytes:
    """Encodes a chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def mutate(rng: RandomGenerator, data: bytes) -> bytes:
    """Applies one random mutation to the chunks."""
    parts = split_chunks(data)
    change = rng.choice(
        (
            _mutate_header,
            _mutate_pixels,
            _mutate_body,
            _mutate_palette,
            _add_colours,
            _mutate_texts,
            _mutate_animation,
            _mutate_name,
        )
    )
    encoded = [encode_chunk(*part) for part in change(rng, parts)]
    if rng.draw_bool(0.2):
        encoded = raw.shuffle_pieces(rng, encoded)
    if rng.draw_bool(0.1):  # a wrong length or checksum
        at = rng.randrange(len(encoded))
        encoded[at] = raw.overwrite_integer(rng, encoded[at])
    return SIGNATURE + b"".join(encoded)


def make_bomb(rng: RandomGenerator) -> bytes:
    """Makes a decompression bomb: a small stream that decompresses to many bytes."""
    return zlib.compress(bytes([rng.draw_integer(1)]) * rng.randint(1, MAX_BOMB_BYTES), 1)


def _mutate_header(rng: RandomGenerator, parts: list[Chunk]) -> list[Chunk]:
    """Changes size, bit depth, color type, compression, filter or interlacing."""
    fields = list(struct.unpack(">IIBBBBB", parts[0][1]))
    for at in rng.draw_items(range(7), 3):
        likely = ((64, 12_000), (64, 12_000), (1, 2, 4, 8, 16), (0, 2, 3, 4, 6), (0,), (0,), (0, 1))
        size = 4 if at < 2 else 1
        fields[at] = rng.choice((rng.choice(likely[at]), rng.draw_integer(size)))
    parts[0] = (b"IHDR", struct.pack(">IIBBBBB", *fields))
    if rng.draw_bool(0.2):  # as many pixels as such a header may need
        parts = [part for part in parts if part[0] != b"IDAT"]
        parts.insert(-1, (b"IDAT", make_bomb(rng)))
    return parts


def _mutate_pixels(rng: RandomGenerator, parts: list[Chunk]) -> list[Chunk]:
    """Changes the pixels before or after compression, truncates them or splits them."""
    packed = b"".join(body for name, body in parts if name == b"IDAT")
    others = [part for part in parts if part[0] != b"IDAT"]
    what = rng.randrange(4)
    if what == 0:
        packed = raw.mutate(rng, packed)
    elif what == 1:
        packed = zlib.compress(raw.mutate(rng, zlib.decompress(packed)), 1)
    elif what == 2:
        packed = zlib.compress(zlib.decompress(packed), 1)[: rng.randint(0, len(packed))]
    size = rng.choice((max(1, len(packed)), 1000, 7 if len(packed) < 50_000 else 100))
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
    return [*others[:-1], *((b"IDAT", piece) for piece in pieces), *others[-1:]]


def _mutate_body(rng: RandomGenerator, parts: list[Chunk]) -> list[Chunk]:
    at = rng.randrange(len(parts))
    parts[at] = (parts[at][0], raw.mutate(rng, parts[at][1]))
    return parts


def _mutate_palette(rng: RandomGenerator, parts: list[Chunk]) -> list[Chunk]:
    """Inserts palettes and other color chunks of any length at any position."""
    for name in rng.draw_items((b"PLTE", b"tRNS", b"bKGD", b"hIST", b"sBIT", b"gAMA", b"cHRM"), 3):
        parts.insert(rng.randint(1, len(parts) - 1), (name, rng.draw_bytes(800)))
    return parts


def _add_colours(rng: RandomGenerator, parts: list[Chunk]) -> list[Chunk]:
    """Inserts one to three chunks that declare colors, mostly before the pixels."""
    for _ in range(rng.randint(1, 3)):
        at = 1 if rng.draw_bool(0.8) else rng.randint(1, len(parts) - 1)
        parts.insert(at, colours.draw_chunk(rng))
    return parts


def _mutate_texts(rng: RandomGenerator, parts: list[Chunk]) -> list[Chunk]:
    """Inserts texts, color profiles or EXIF data, once or thousands of times."""
    packed = rng.choice((zlib.compress(rng.draw_bytes(3000)), rng.draw_bytes(50)))
    if rng.draw_bool(0.1):
        packed = make_bomb(rng)
    exif = tiff.encode_tiff(rng.choice("<>"), [(0x0112, 3, 1, rng.draw_integer(2))])
    encoded = rng.choice(
        (
            (b"tEXt", b"Comment\0" + rng.draw_bytes(3000)),
            (b"zTXt", b"Comment\0" + bytes([rng.draw_integer(1)]) + packed),
            (b"iTXt", b"XML:com.adobe.xmp\0" + bytes((1, rng.draw_integer(1))) + b"\0\0" + packed),
            (b"iCCP", b"profile\0" + bytes([rng.draw_integer(1)]) + packed),
            (b"iCCP", b"profile\0\0" + packed),
            (b"eXIf", raw.mutate(rng, exif)),
            (b"eXIf", colours.draw_exif(rng)),
        )
    )
    count = rng.choice((1, 1, 3, 3000))
    return [parts[0], *[encoded] * min(count, 1 + 3_000_000 // len(encoded[1])), *parts[1:]]


def _mutate_animation(rng: RandomGenerator, parts: list[Chunk]) -> list[Chunk]:
    frames = rng.draw_integer(4)
    width, height, left, top = (rng.choice((0, 64, rng.draw_integer(4))) for _ in range(4))
    control = struct.pack(">IIIIIHHBB", 0, width, height, left, top, 1, 10, 3, rng.draw_integer(1))
    begin = (b"acTL", struct.pack(">II", frames, rng.draw_integer(4)))
    frame = (b"fdAT", rng.draw_bytes(99))
    return [parts[0], begin, (b"fcTL", control), *parts[1:-1], frame, *parts[-1:]]


def _mutate_name(rng: RandomGenerator, parts: list[Chunk]) -> list[Chunk]:
    at = rng.randrange(len(parts))
    name = rng.choice((b"abcd", b"ABCD", b"IDAT", b"IEND", b"\0\0\0\0", rng.randbytes(4)))
    parts[at] = (name, parts[at][1])
    return parts

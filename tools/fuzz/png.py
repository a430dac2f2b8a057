"""PNG by its chunks; checksums are made anew, so that what lies behind them is reached."""

import struct
import zlib

from tools.fuzz import raw, tiff
from tools.fuzz.chance import Chance

MARK = b"\x89PNG\r\n\x1a\n"
BOMB = 60_000_000
"""Bytes that a small chunk unpacks to at most."""
Chunk = tuple[bytes, bytes]
"""Name and body."""


def chunks(data: bytes) -> list[Chunk]:
    """Every chunk of a PNG."""
    found, at = [], len(MARK)
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        found.append((name, data[at + 8 : at + 8 + length]))
        at += length + 12
    return found


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def mutated(chance: Chance, data: bytes) -> bytes:
    """A PNG with one thing about its chunks changed."""
    parts = chunks(data)
    change = chance.choice((_header, _pixels, _body, _palette, _texts, _animation, _name))
    made = [chunk(*part) for part in change(chance, parts)]
    if chance.happens(0.2):
        made = raw.shuffled(chance, made)
    if chance.happens(0.1):  # a wrong length or checksum
        at = chance.randrange(len(made))
        made[at] = raw.numbered(chance, made[at])
    return MARK + b"".join(made)


def bomb(chance: Chance) -> bytes:
    """A small stream that unpacks to much."""
    return zlib.compress(bytes([chance.integer(1)]) * chance.randint(1, BOMB), 1)


def _header(chance: Chance, parts: list[Chunk]) -> list[Chunk]:
    """Size, depth, colour kind, compression, filter, interlace."""
    fields = list(struct.unpack(">IIBBBBB", parts[0][1]))
    for at in chance.some(range(7), 3):
        likely = ((64, 12_000), (64, 12_000), (1, 2, 4, 8, 16), (0, 2, 3, 4, 6), (0,), (0,), (0, 1))
        size = 4 if at < 2 else 1
        fields[at] = chance.choice((chance.choice(likely[at]), chance.integer(size)))
    parts[0] = (b"IHDR", struct.pack(">IIBBBBB", *fields))
    if chance.happens(0.2):  # with as many pixels as such a header may need
        parts = [part for part in parts if part[0] != b"IDAT"]
        parts.insert(-1, (b"IDAT", bomb(chance)))
    return parts


def _pixels(chance: Chance, parts: list[Chunk]) -> list[Chunk]:
    """The packed pixels: changed before or after packing, cut, or in a thousand pieces."""
    packed = b"".join(body for name, body in parts if name == b"IDAT")
    others = [part for part in parts if part[0] != b"IDAT"]
    what = chance.randrange(4)
    if what == 0:
        packed = raw.mutated(chance, packed)
    elif what == 1:
        packed = zlib.compress(raw.mutated(chance, zlib.decompress(packed)), 1)
    elif what == 2:
        packed = zlib.compress(zlib.decompress(packed), 1)[: chance.randint(0, len(packed))]
    size = chance.choice((max(1, len(packed)), 1000, 7 if len(packed) < 50_000 else 100))
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
    return [*others[:-1], *((b"IDAT", piece) for piece in pieces), *others[-1:]]


def _body(chance: Chance, parts: list[Chunk]) -> list[Chunk]:
    at = chance.randrange(len(parts))
    parts[at] = (parts[at][0], raw.mutated(chance, parts[at][1]))
    return parts


def _palette(chance: Chance, parts: list[Chunk]) -> list[Chunk]:
    """Palettes and transparency of any length, where they belong and where they do not."""
    for name in chance.some((b"PLTE", b"tRNS", b"bKGD", b"hIST", b"sBIT", b"gAMA", b"cHRM"), 3):
        parts.insert(chance.randint(1, len(parts) - 1), (name, chance.noise(800)))
    return parts


def _texts(chance: Chance, parts: list[Chunk]) -> list[Chunk]:
    """Texts, colour profiles and camera data, packed or not, few or thousands."""
    packed = chance.choice((zlib.compress(chance.noise(3000)), chance.noise(50)))
    if chance.happens(0.1):
        packed = bomb(chance)
    exif = tiff.written(chance.choice("<>"), [(0x0112, 3, 1, chance.integer(2))])
    made = chance.choice(
        (
            (b"tEXt", b"Comment\0" + chance.noise(3000)),
            (b"zTXt", b"Comment\0" + bytes([chance.integer(1)]) + packed),
            (b"iTXt", b"XML:com.adobe.xmp\0" + bytes((1, chance.integer(1))) + b"\0\0" + packed),
            (b"iCCP", b"profile\0" + bytes([chance.integer(1)]) + packed),
            (b"iCCP", b"profile\0\0" + packed),
            (b"eXIf", raw.mutated(chance, exif)),
        )
    )
    count = chance.choice((1, 1, 3, 3000))
    return [parts[0], *[made] * min(count, 1 + 3_000_000 // len(made[1])), *parts[1:]]


def _animation(chance: Chance, parts: list[Chunk]) -> list[Chunk]:
    frames = chance.integer(4)
    width, height, left, top = (chance.choice((0, 64, chance.integer(4))) for _ in range(4))
    control = struct.pack(">IIIIIHHBB", 0, width, height, left, top, 1, 10, 3, chance.integer(1))
    begin = (b"acTL", struct.pack(">II", frames, chance.integer(4)))
    frame = (b"fdAT", chance.noise(99))
    return [parts[0], begin, (b"fcTL", control), *parts[1:-1], frame, *parts[-1:]]


def _name(chance: Chance, parts: list[Chunk]) -> list[Chunk]:
    at = chance.randrange(len(parts))
    name = chance.choice((b"abcd", b"ABCD", b"IDAT", b"IEND", b"\0\0\0\0", chance.randbytes(4)))
    parts[at] = (name, parts[at][1])
    return parts

"""WebP by its RIFF chunks: picture headers, the extended header, animation, profiles."""

import struct

from tools.fuzz import raw
from tools.fuzz.chance import Chance

Chunk = tuple[bytes, bytes]
"""Name and body."""
NAMES = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF", b"XMP ", b"none")


def chunks(data: bytes) -> list[Chunk]:
    """Every chunk of the outermost level."""
    found, at = [], 12
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        found.append((name, data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    return found


def written(parts: list[bytes]) -> bytes:
    """A WebP of chunks, its length right."""
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk with its length, filled to an even one."""
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def mutated(chance: Chance, data: bytes) -> bytes:
    """A WebP with one thing about its chunks changed."""
    parts = chunks(data)
    change = chance.choice((_size, _body, _extended, _animation, _added, _name))
    made = [chunk(*part) for part in change(chance, parts)]
    if chance.happens(0.2):
        made = raw.shuffled(chance, made)
    if chance.happens(0.15) and made:
        at = chance.randrange(len(made))
        made[at] = made[at][:4] + struct.pack("<I", chance.integer(4)) + made[at][8:]
    whole = written(made)
    if chance.happens(0.1):
        whole = whole[:4] + struct.pack("<I", chance.integer(4)) + whole[8:]
    return whole


def _size(chance: Chance, parts: list[Chunk]) -> list[Chunk]:
    """Width and height where the picture itself says them."""
    for at, (name, body) in enumerate(parts):
        changed = bytearray(body)
        if name == b"VP8 " and len(body) > 10:
            struct.pack_into("<HH", changed, 6, chance.integer(2), chance.integer(2))
        elif name == b"VP8L" and len(body) > 5:
            struct.pack_into("<I", changed, 1, chance.integer(4))
        elif name == b"VP8X" and len(body) >= 10:
            changed[4:10] = chance.integer(3).to_bytes(3, "little") * 2
        parts[at] = (name, bytes(changed))
    return parts


def _body(chance: Chance, parts: list[Chunk]) -> list[Chunk]:
    at = chance.randrange(len(parts))
    name, body = parts[at]
    if chance.happens(0.5):  # the header of the picture, where each bit counts
        parts[at] = (name, raw.mutated(chance, body[:30]) + body[30:])
    else:
        parts[at] = (name, raw.mutated(chance, body))
    return parts


def _extended(chance: Chance, parts: list[Chunk]) -> list[Chunk]:
    """An extended header with any flags before what was there."""
    sides = (chance.choice((299, 127, chance.integer(3))) for _ in "wh")
    body = bytes((chance.integer(1), 0, 0, 0)) + b"".join(s.to_bytes(3, "little") for s in sides)
    return [(b"VP8X", body), *(part for part in parts if part[0] != b"VP8X")]


def _animation(chance: Chance, parts: list[Chunk]) -> list[Chunk]:
    """The picture as frames, at any place and of any size, few or thousands."""
    inner = b"".join(chunk(*part) for part in parts if part[0] in (b"VP8 ", b"VP8L", b"ALPH"))
    numbers = (chance.choice((0, 0, 127, chance.integer(3))) for _ in range(5))
    frame = b"".join(number.to_bytes(3, "little") for number in numbers)
    frames = [(b"ANMF", frame + bytes([chance.integer(1)]) + inner)] * chance.choice((1, 3, 300))
    canvas = chance.choice((127, 299, chance.integer(3))).to_bytes(3, "little")
    extended = (b"VP8X", b"\x02\0\0\0" + canvas * 2)
    return [extended, (b"ANIM", struct.pack("<IH", chance.integer(4), chance.integer(2))), *frames]


def _added(chance: Chance, parts: list[Chunk]) -> list[Chunk]:
    made = (chance.choice(NAMES), chance.noise(3000))
    at = chance.randint(0, len(parts))
    return [*parts[:at], *[made] * chance.choice((1, 2, 1000)), *parts[at:]]


def _name(chance: Chance, parts: list[Chunk]) -> list[Chunk]:
    at = chance.randrange(len(parts))
    parts[at] = (chance.choice(NAMES), parts[at][1])
    return parts

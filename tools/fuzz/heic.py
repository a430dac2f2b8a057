"""HEIC and AVIF by their boxes (ISO base media): sizes, types, places, properties, pixels."""

import struct
from dataclasses import dataclass

from tools.fuzz import raw
from tools.fuzz.chance import Chance

CONTAINERS = {b"meta": 4, b"iprp": 0, b"ipco": 0, b"iref": 4, b"dinf": 0, b"iinf": 6, b"moov": 0}
"""Boxes that hold boxes, and the bytes before the first."""
TYPES = (b"ispe", b"hvcC", b"av1C", b"colr", b"irot", b"imir", b"clap", b"pixi", b"auxC", b"grid")
BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"qt  ", b"none")


@dataclass(frozen=True)
class Box:
    """Where a box lies in its file: `start`, `head` bytes on its content, which goes to `end`."""

    kind: bytes
    start: int
    head: int
    end: int


def boxes(data: bytes) -> list[Box]:
    """Every box of every level, in the order of the file."""
    return _within(data, 0, len(data))


def mutated(chance: Chance, data: bytes) -> bytes:
    """A file with one box changed; half of the ways leave every other box where it was."""
    found = boxes(data)
    changes = (_size, _kind, _field, _field, _extent, _brand, _removed, _repeated, _pixels)
    return chance.choice(changes)(chance, data, found)


def _within(data: bytes, at: int, end: int) -> list[Box]:
    found = []
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        stop = at + size if size >= 8 else end
        found.append(Box(kind, at, at + 8, min(stop, end)))
        if kind in CONTAINERS:
            found += _within(data, at + 8 + CONTAINERS[kind], min(stop, end))
        at = stop
    return found


def _picked(chance: Chance, found: list[Box], *kinds: bytes) -> Box:
    wanted = [box for box in found if box.kind in kinds]
    return chance.choice(wanted or found)


def _put(data: bytes, at: int, what: bytes) -> bytes:
    return data[:at] + what + data[at + len(what) :]


def _size(chance: Chance, data: bytes, found: list[Box]) -> bytes:
    box = chance.choice(found)
    near = box.end - box.start + chance.randint(-20, 20)
    size = chance.choice((0, 1, 7, 8, max(0, near), chance.integer(4)))
    return _put(data, box.start, struct.pack(">I", size))


def _kind(chance: Chance, data: bytes, found: list[Box]) -> bytes:
    kinds = (*TYPES, *CONTAINERS, b"free", chance.randbytes(4))
    return _put(data, chance.choice(found).start + 4, chance.choice(kinds))


def _field(chance: Chance, data: bytes, found: list[Box]) -> bytes:
    """Numbers in a box that describes: size of the picture, codec, places, items, rotation."""
    box = _picked(chance, [box for box in found if box.kind != b"mdat"])
    body = bytearray(data[box.head : box.end])
    for _ in range(chance.randint(1, 4) if body else 0):
        body[chance.randrange(len(body))] = chance.integer(1)
    return data[: box.head] + bytes(body) + data[box.end :]


def _extent(chance: Chance, data: bytes, found: list[Box]) -> bytes:
    """Width and height of the picture."""
    box = _picked(chance, found, b"ispe")
    sides = (chance.choice((64, 300, 12_000, chance.integer(4))) for _ in "wh")
    return _put(data, box.head + 4, struct.pack(">II", *sides))


def _brand(chance: Chance, data: bytes, found: list[Box]) -> bytes:
    return _put(data, found[0].head + chance.choice((0, 8)), chance.choice(BRANDS))


def _removed(chance: Chance, data: bytes, found: list[Box]) -> bytes:
    box = chance.choice(found)
    return data[: box.start] + data[box.end :]


def _repeated(chance: Chance, data: bytes, found: list[Box]) -> bytes:
    """A box many times, behind the others of its level or at the end of the file."""
    box = chance.choice(found)
    piece = data[box.start : box.end]
    count = min(chance.choice((1, 20, 20_000)), 1 + 2_000_000 // max(1, len(piece)))
    at = chance.choice((box.end, len(data)))
    return data[:at] + piece * count + data[at:]


def _pixels(chance: Chance, data: bytes, found: list[Box]) -> bytes:
    box = _picked(chance, found, b"mdat")
    body = data[box.head : box.end]
    if chance.happens(0.5):  # the head of the stream
        body = raw.mutated(chance, body[:200]) + body[200:]
    else:
        body = raw.flipped(chance, body)
    return data[: box.head] + body + data[box.end :]

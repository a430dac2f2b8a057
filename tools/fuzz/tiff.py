"""TIFF by the entries of its directory: sizes, depths, compression, strips, tiles, pages, loops."""

import struct

from tools.fuzz import raw
from tools.fuzz.chance import Chance

Entry = tuple[int, int, int, int]
"""Tag, kind, count, and the value or where it lies."""
TAGS = (
    *(254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 282, 284, 292, 296, 317, 320),
    *(322, 323, 324, 325, 330, 338, 339, 347, 513, 514, 530, 532, 700, 33_432, 34_377, 34_665),
    *(34_675, 34_853, 50_838, 50_839, 65_000),
)
VALUES: dict[int, tuple[int, ...]] = {
    256: (64, 300, 12_000, 8000),
    257: (64, 225, 12_000, 6000),
    258: (1, 2, 4, 8, 12, 16, 32, 64),
    259: (1, 2, 3, 4, 5, 6, 7, 8, 32_773, 32_946, 34_712, 34_925, 50_000, 50_001),
    262: (0, 1, 2, 3, 4, 5, 6, 8, 32_803),
    266: (1, 2),
    274: (*range(10),),
    277: (1, 2, 3, 4, 5, 255),
    278: (1, 8, 225, 65_535),
    284: (1, 2),
    317: (1, 2, 3),
    322: (16, 64, 4096, 16_384),
    323: (16, 64, 4096, 16_384),
    338: (0, 1, 2),
    339: (1, 2, 3, 4),
}
"""What a tag may well say."""


def order(data: bytes) -> str:
    """The byte order of a TIFF, for `struct`."""
    return ">" if data[:2] == b"MM" else "<"


def directory(data: bytes) -> list[Entry]:
    """The entries of the first page."""
    ends = order(data)
    (start,) = struct.unpack_from(f"{ends}I", data, 4)
    (count,) = struct.unpack_from(f"{ends}H", data, start)
    places = range(start + 2, start + 2 + 12 * count, 12)
    return [struct.unpack_from(f"{ends}HHII", data, at) for at in places]


def written(ends: str, entries: list[Entry], rest: bytes = b"") -> bytes:
    """A TIFF of one directory, with `rest` behind it."""
    begin = (b"II*\0" if ends == "<" else b"MM\0*") + struct.pack(f"{ends}I", 8)
    return begin + _packed(ends, entries, 0) + rest


def mutated(chance: Chance, data: bytes) -> bytes:
    """A TIFF with its directory written anew, with a few entries changed, gone or added."""
    ends, entries = order(data), directory(data)
    for _ in range(chance.randint(0, 3)):
        entries = chance.choice((_changed, _said, _added, _dropped, _tiled))(chance, entries)
    if chance.happens(0.8):
        entries.sort(key=lambda entry: entry[0])
    start = len(data)
    after = start + 6 + 12 * len(entries)
    following = chance.choice((0, 0, start, 8, after, chance.integer(4)))
    made = data[:4] + struct.pack(f"{ends}I", start) + data[8:] + _packed(ends, entries, following)
    if chance.happens(0.1):  # the file itself said to be of another kind
        made = chance.choice((b"II+\0", b"MM\0+", b"MM*\0", b"II\0*")) + made[4:]
    return made + chance.noise(200)


def _packed(ends: str, entries: list[Entry], following: int) -> bytes:
    body = b"".join(_entry(ends, entry) for entry in entries)
    return struct.pack(f"{ends}H", len(entries)) + body + struct.pack(f"{ends}I", following)


def _entry(ends: str, entry: Entry) -> bytes:
    """An entry; a single 16-bit value fills the first half of its field."""
    tag, kind, count, value = entry
    if kind == 3 and count == 1 and value < 65_536 and ends == ">":
        return struct.pack(">HHIHH", tag, kind, count, value, 0)
    return struct.pack(f"{ends}HHII", tag, kind, count, value)


def _changed(chance: Chance, entries: list[Entry]) -> list[Entry]:
    at = chance.randrange(max(1, len(entries)))
    fields = list(entries[at]) if entries else [256, 4, 1, 64]
    field = chance.randrange(4)
    fields[field] = chance.integer(2 if field < 2 else 4)
    return [*entries[:at], (fields[0], fields[1], fields[2], fields[3]), *entries[at + 1 :]]


def _said(chance: Chance, entries: list[Entry]) -> list[Entry]:
    """A tag with a value that it may have, in place of the one that it had."""
    tag = chance.choice(list(VALUES))
    value = chance.choice((*VALUES[tag], chance.integer(4)))
    return [*(entry for entry in entries if entry[0] != tag), (tag, 4, 1, value)]


def _added(chance: Chance, entries: list[Entry]) -> list[Entry]:
    count = chance.choice((1, 2, 3, 70_000, chance.integer(4)))
    return [*entries, (chance.choice(TAGS), chance.randint(0, 19), count, chance.integer(4))]


def _dropped(chance: Chance, entries: list[Entry]) -> list[Entry]:
    at = chance.randrange(max(1, len(entries)))
    return [*entries[:at], *entries[at + 1 :]]


def _tiled(chance: Chance, entries: list[Entry]) -> list[Entry]:
    """Tiles in place of strips."""
    kept = [entry for entry in entries if entry[0] not in (273, 278, 279, 322, 323, 324, 325)]
    width, height = (chance.choice(VALUES[322]) for _ in range(2))
    places = [(324, 4, 1, chance.choice((8, 200))), (325, 4, 1, chance.integer(4))]
    return [*kept, (322, 4, 1, width), (323, 4, 1, height), *places]


def bent(chance: Chance, data: bytes) -> bytes:
    """Raw mutations of the directory where it lies, the pixels left alone."""
    (start,) = struct.unpack_from(f"{order(data)}I", data, 4)
    end = start + 300
    return data[:start] + raw.mutated(chance, data[start:end]) + data[end:]

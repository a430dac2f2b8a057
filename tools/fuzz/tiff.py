"""Mutates the entries of the first directory of a TIFF."""

import struct

from tools.fuzz import raw
from tools.fuzz.random_generator import RandomGenerator

Entry = tuple[int, int, int, int]
"""Tag, type, count, and the value or its offset."""
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
"""Plausible values of a tag."""


def read_byte_order(data: bytes) -> str:
    """Reads the byte order of a TIFF, as `struct` names it."""
    return ">" if data[:2] == b"MM" else "<"


def read_directory(data: bytes) -> list[Entry]:
    """Reads the entries of the first directory."""
    byte_order = read_byte_order(data)
    (start,) = struct.unpack_from(f"{byte_order}I", data, 4)
    (count,) = struct.unpack_from(f"{byte_order}H", data, start)
    places = range(start + 2, start + 2 + 12 * count, 12)
    return [struct.unpack_from(f"{byte_order}HHII", data, at) for at in places]


def encode_tiff(byte_order: str, entries: list[Entry], rest: bytes = b"") -> bytes:
    """Encodes a TIFF with one directory, followed by `rest`."""
    begin = (b"II*\0" if byte_order == "<" else b"MM\0*") + struct.pack(f"{byte_order}I", 8)
    return begin + _encode_directory(byte_order, entries, 0) + rest


def mutate(rng: RandomGenerator, data: bytes) -> bytes:
    """Writes a new directory with a few entries changed, removed or added."""
    byte_order, entries = read_byte_order(data), read_directory(data)
    for _ in range(rng.randint(0, 3)):
        entries = rng.choice((_change_entry, _set_tag, _add_entry, _drop_entry, _use_tiles))(
            rng, entries
        )
    if rng.draw_bool(0.8):
        entries.sort(key=lambda entry: entry[0])
    start = len(data)
    after = start + 6 + 12 * len(entries)
    following = rng.choice((0, 0, start, 8, after, rng.draw_integer(4)))
    made = (
        data[:4]
        + struct.pack(f"{byte_order}I", start)
        + data[8:]
        + _encode_directory(byte_order, entries, following)
    )
    if rng.draw_bool(0.1):  # another signature
        made = rng.choice((b"II+\0", b"MM\0+", b"MM*\0", b"II\0*")) + made[4:]
    return made + rng.draw_bytes(200)


def _encode_directory(byte_order: str, entries: list[Entry], following: int) -> bytes:
    body = b"".join(_encode_entry(byte_order, entry) for entry in entries)
    return (
        struct.pack(f"{byte_order}H", len(entries))
        + body
        + struct.pack(f"{byte_order}I", following)
    )


def _encode_entry(byte_order: str, entry: Entry) -> bytes:
    """Encodes an entry. A single 16-bit value takes the first half of its field."""
    tag, kind, count, value = entry
    if kind == 3 and count == 1 and value < 65_536 and byte_order == ">":
        return struct.pack(">HHIHH", tag, kind, count, value, 0)
    return struct.pack(f"{byte_order}HHII", tag, kind, count, value)


def _change_entry(rng: RandomGenerator, entries: list[Entry]) -> list[Entry]:
    at = rng.randrange(max(1, len(entries)))
    fields = list(entries[at]) if entries else [256, 4, 1, 64]
    field = rng.randrange(4)
    fields[field] = rng.draw_integer(2 if field < 2 else 4)
    return [*entries[:at], (fields[0], fields[1], fields[2], fields[3]), *entries[at + 1 :]]


def _set_tag(rng: RandomGenerator, entries: list[Entry]) -> list[Entry]:
    """Sets a tag to a plausible or a random value."""
    tag = rng.choice(list(VALUES))
    value = rng.choice((*VALUES[tag], rng.draw_integer(4)))
    return [*(entry for entry in entries if entry[0] != tag), (tag, 4, 1, value)]


def _add_entry(rng: RandomGenerator, entries: list[Entry]) -> list[Entry]:
    count = rng.choice((1, 2, 3, 70_000, rng.draw_integer(4)))
    return [*entries, (rng.choice(TAGS), rng.randint(0, 19), count, rng.draw_integer(4))]


def _drop_entry(rng: RandomGenerator, entries: list[Entry]) -> list[Entry]:
    at = rng.randrange(max(1, len(entries)))
    return [*entries[:at], *entries[at + 1 :]]


def _use_tiles(rng: RandomGenerator, entries: list[Entry]) -> list[Entry]:
    """Replaces strips by tiles."""
    kept = [entry for entry in entries if entry[0] not in (273, 278, 279, 322, 323, 324, 325)]
    width, height = (rng.choice(VALUES[322]) for _ in range(2))
    places = [(324, 4, 1, rng.choice((8, 200))), (325, 4, 1, rng.draw_integer(4))]
    return [*kept, (322, 4, 1, width), (323, 4, 1, height), *places]


def mutate_directory(rng: RandomGenerator, data: bytes) -> bytes:
    """Mutates the bytes of the directory and keeps the pixels."""
    (start,) = struct.unpack_from(f"{read_byte_order(data)}I", data, 4)
    end = start + 300
    return data[:start] + raw.mutate(rng, data[start:end]) + data[end:]

"""JPEG by its segments: frame and scan headers, tables, camera data, restart markers."""

import struct

from tools.fuzz import raw, tiff
from tools.fuzz.chance import Chance

SCAN, END = 0xDA, 0xD9
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
ALONE = frozenset({0x01, *range(0xD0, 0xDA)})
"""Markers without a length."""


def segments(data: bytes) -> list[bytes]:
    """Pieces of a JPEG, each from its marker on; a scan is one piece with its coded data."""
    pieces, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        if data[at + 1] in ALONE:
            end = at + 2
        else:
            (length,) = struct.unpack_from(">H", data, at + 2)
            end = at + 2 + length
            if data[at + 1] == SCAN:
                end = _end_of_scan(data, end)
        pieces.append(data[at:end])
        at = end
    return [*pieces, data[at:]] if at < len(data) else pieces


def mutated(chance: Chance, data: bytes) -> bytes:
    """A JPEG with one thing about its segments changed."""
    pieces = segments(data)
    change = chance.choice((_field, _length, _frame, _table, _camera, _scan, _more, _order))
    return b"".join(change(chance, pieces))


def segment(marker: int, body: bytes) -> bytes:
    """A segment with its right length, of at most 65,533 bytes."""
    body = body[:65_533]
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _end_of_scan(data: bytes, at: int) -> int:
    while (at := data.find(b"\xff", at)) >= 0:
        following = data[at + 1 : at + 2]
        if following != b"\0" and following and not 0xD0 <= following[0] <= 0xD7:
            return at
        at += 2
    return len(data)


def _picked(chance: Chance, pieces: list[bytes], markers: frozenset[int] | set[int]) -> int | None:
    found = [at for at, piece in enumerate(pieces) if len(piece) > 4 and piece[1] in markers]
    return chance.choice(found) if found else None


def _field(chance: Chance, pieces: list[bytes]) -> list[bytes]:
    at = chance.randrange(len(pieces))
    pieces[at] = raw.numbered(chance, pieces[at])
    return pieces


def _length(chance: Chance, pieces: list[bytes]) -> list[bytes]:
    at = chance.randrange(len(pieces))
    pieces[at] = pieces[at][:2] + struct.pack(">H", chance.integer(2)) + pieces[at][4:]
    return pieces


def _frame(chance: Chance, pieces: list[bytes]) -> list[bytes]:
    """Depth, height, width, components, sampling, kind of coding."""
    at = _picked(chance, pieces, FRAMES)
    if at is None:
        return pieces
    frame = bytearray(pieces[at])
    what = chance.randrange(5)
    if what == 0:
        frame[1] = chance.choice(sorted(FRAMES))
    elif what == 1:
        frame[4] = chance.integer(1)
    elif what == 2:
        struct.pack_into(">HH", frame, 5, *(chance.choice((300, chance.integer(2))) for _ in "hw"))
    elif what == 3:
        frame[9] = chance.integer(1)
    else:
        frame[chance.randrange(10, len(frame))] = chance.integer(1)
    pieces[at] = bytes(frame)
    return pieces


def _table(chance: Chance, pieces: list[bytes]) -> list[bytes]:
    """Huffman and quantization tables, and the restart interval."""
    if chance.happens(0.3):
        pieces.insert(2, segment(0xDD, struct.pack(">H", chance.integer(2))))
        return pieces
    at = _picked(chance, pieces, {0xC4, 0xDB, 0xCC})
    if at is not None:
        table = bytearray(pieces[at])
        for _ in range(chance.randint(1, 20)):
            table[chance.randrange(4, len(table))] = chance.integer(1)
        pieces[at] = bytes(table)
    return pieces


def _camera(chance: Chance, pieces: list[bytes]) -> list[bytes]:
    """EXIF with any orientation, colour profiles in parts, Adobe's and others' marks."""
    entries = [(0x0112, 3, 1, chance.integer(2)), (272, 2, chance.integer(4), 8)]
    exif = b"Exif\0\0" + tiff.written(chance.choice("<>"), entries)
    if chance.happens(0.5):
        exif = raw.mutated(chance, exif)
    profile = b"ICC_PROFILE\0" + bytes(chance.integer(1) for _ in "of") + chance.noise(500)
    adobe = b"Adobe" + bytes((0, 100, 0, 0, 0, 0, chance.integer(1)))
    several = b"MPF\0" + tiff.written(">", [(0xB001, 4, 1, chance.integer(4)), (0xB002, 7, 32, 8)])
    made = chance.choice(((0xE1, exif), (0xE2, profile), (0xEE, adobe), (0xE2, several)))
    pieces.insert(chance.randint(1, min(4, len(pieces))), segment(*made))
    return pieces


def _scan(chance: Chance, pieces: list[bytes]) -> list[bytes]:
    """Cut, flipped, or with restart markers; the header of the scan is left in half the cases."""
    at = _picked(chance, pieces, {SCAN})
    if at is None:
        return pieces
    head, coded = pieces[at][:14], pieces[at][14:]
    what = chance.randrange(4)
    if what == 0:
        coded = raw.cut(chance, coded)
    elif what == 1:
        coded = raw.flipped(chance, coded)
    elif what == 2:
        for _ in range(chance.randint(1, 50)):
            place = chance.randint(0, len(coded))
            coded = coded[:place] + bytes((0xFF, 0xD0 + chance.randrange(8))) + coded[place:]
    else:
        head = raw.numbered(chance, head)
    pieces[at] = head + coded
    return pieces


def _more(chance: Chance, pieces: list[bytes]) -> list[bytes]:
    """Comments and unknown segments, few or thousands, full or empty."""
    marker = chance.choice((0xFE, *range(0xE0, 0xF0), 0xDE, 0xDF, 0x02))
    count = chance.choice((1, 20, 2000, 20_000))
    body = chance.noise(65_533 if count < 50 else 40)
    at = chance.randint(1, len(pieces) - 1)
    return [*pieces[:at], segment(marker, body) * count, *pieces[at:]]


def _order(chance: Chance, pieces: list[bytes]) -> list[bytes]:
    return raw.shuffled(chance, pieces)

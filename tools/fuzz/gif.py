"""GIF by its blocks: screen and frame sizes, colour tables, LZW data, extensions, many frames."""

import struct

from tools.fuzz import raw
from tools.fuzz.chance import Chance

EXTENSION, FRAME, END = 0x21, 0x2C, 0x3B


def blocks(data: bytes) -> list[bytes]:
    """The header with its colour table, then every extension and frame, then the end."""
    at = 13 + _table(data[10])
    pieces = [data[:at]]
    while at < len(data):
        start = at
        if data[at] == EXTENSION:
            at = _after_parts(data, at + 2)
        elif data[at] == FRAME:
            at = _after_parts(data, at + 10 + _table(data[at + 9]) + 1)
        else:
            at = len(data)
        pieces.append(data[start:at])
    return pieces


def mutated(chance: Chance, data: bytes) -> bytes:
    """A GIF with one thing about its blocks changed."""
    change = chance.choice((_screen, _frame, _coded, _extension, _frames, raw.shuffled))
    return b"".join(change(chance, blocks(data)))


def _table(flags: int) -> int:
    """Bytes of the colour table that flags announce."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _after_parts(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += data[at] + 1
    return at + 1


def _sizes(chance: Chance) -> bytes:
    return struct.pack("<HH", *(chance.choice((64, 300, chance.integer(2))) for _ in "wh"))


def _screen(chance: Chance, pieces: list[bytes]) -> list[bytes]:
    """Size, flags, background and aspect of the screen, or the version."""
    head = bytearray(pieces[0])
    what = chance.randrange(4)
    if what == 0:
        head[6:10] = _sizes(chance)
    elif what == 1:
        head[10] = chance.integer(1)
    elif what == 2:
        head[chance.choice((3, 4, 5, 11, 12))] = chance.integer(1)
    else:
        head = head[: chance.randint(6, len(head))]
    return [bytes(head), *pieces[1:]]


def _picked(chance: Chance, pieces: list[bytes]) -> int:
    return chance.choice([at for at, piece in enumerate(pieces) if piece[:1] == b"\x2c"])


def _frame(chance: Chance, pieces: list[bytes]) -> list[bytes]:
    """Place, size and flags of a frame, and the width of its first code."""
    at = _picked(chance, pieces)
    frame = bytearray(pieces[at])
    what = chance.randrange(4)
    if what == 0:
        frame[5:9] = _sizes(chance)
    elif what == 1:
        frame[1:5] = _sizes(chance)
    elif what == 2:
        frame[9] = chance.integer(1)
    else:
        frame[10 + _table(frame[9])] = chance.integer(1)
    pieces[at] = bytes(frame)
    return pieces


def _coded(chance: Chance, pieces: list[bytes]) -> list[bytes]:
    at = _picked(chance, pieces)
    start = 11 + _table(pieces[at][9])
    pieces[at] = pieces[at][:start] + raw.mutated(chance, pieces[at][start:])
    return pieces


def _extension(chance: Chance, pieces: list[bytes]) -> list[bytes]:
    """Control of the frame, comments, loops; whole or broken, few or thousands."""
    control = bytes((EXTENSION, 0xF9, 4, *(chance.integer(1) for _ in range(4)), 0))
    text = chance.randbytes(chance.randint(1, 255))
    comment = bytes((EXTENSION, 0xFE, len(text))) + text + b"\0"
    loop = bytes((EXTENSION, 0xFF, 11)) + b"NETSCAPE2.0\3\1\xff\xff\0"
    made = chance.choice((control, comment, loop, raw.mutated(chance, comment)))
    at = chance.randint(1, len(pieces) - 1)
    return [*pieces[:at], made * chance.choice((1, 3, 5000)), *pieces[at:]]


def _frames(chance: Chance, pieces: list[bytes]) -> list[bytes]:
    """Many frames of one pixel, in front or behind."""
    tiny = bytes((FRAME, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4C, 1, 0))
    at = chance.choice((1, len(pieces) - 1))
    return [*pieces[:at], tiny * chance.choice((1, 500, 50_000)), *pieces[at:]]

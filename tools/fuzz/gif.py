"""Mutates the blocks of a GIF."""

import struct

from tools.fuzz import raw
from tools.fuzz.random_generator import RandomGenerator

EXTENSION, FRAME = 0x21, 0x2C


def split_blocks(data: bytes) -> list[bytes]:
    """Splits a GIF into its header, its extensions, its frames and its trailer."""
    at = 13 + _get_table_size(data[10])
    pieces = [data[:at]]
    while at < len(data):
        start = at
        if data[at] == EXTENSION:
            at = _skip_subblocks(data, at + 2)
        elif data[at] == FRAME:
            at = _skip_subblocks(data, at + 10 + _get_table_size(data[at + 9]) + 1)
        else:
            at = len(data)
        pieces.append(data[start:at])
    return pieces


def mutate(rng: RandomGenerator, data: bytes) -> bytes:
    """Applies one random mutation to the blocks."""
    change = rng.choice(
        (
            _mutate_screen,
            _mutate_frame,
            _mutate_data,
            _add_extensions,
            _add_frames,
            raw.shuffle_pieces,
        )
    )
    return b"".join(change(rng, split_blocks(data)))


def _get_table_size(flags: int) -> int:
    """Gets the size of the color table from the flags, bytes."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _skip_subblocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += data[at] + 1
    return at + 1


def _draw_size(rng: RandomGenerator) -> bytes:
    return struct.pack("<HH", *(rng.choice((64, 300, rng.draw_integer(2))) for _ in "wh"))


def _mutate_screen(rng: RandomGenerator, pieces: list[bytes]) -> list[bytes]:
    """Changes size, flags, background, aspect ratio or version, or truncates the header."""
    head = bytearray(pieces[0])
    what = rng.randrange(4)
    if what == 0:
        head[6:10] = _draw_size(rng)
    elif what == 1:
        head[10] = rng.draw_integer(1)
    elif what == 2:
        head[rng.choice((3, 4, 5, 11, 12))] = rng.draw_integer(1)
    else:
        head = head[: rng.randint(6, len(head))]
    return [bytes(head), *pieces[1:]]


def _choose_frame(rng: RandomGenerator, pieces: list[bytes]) -> int:
    return rng.choice([at for at, piece in enumerate(pieces) if piece[:1] == b"\x2c"])


def _mutate_frame(rng: RandomGenerator, pieces: list[bytes]) -> list[bytes]:
    """Changes position, size or flags of a frame, or the width of its first code."""
    at = _choose_frame(rng, pieces)
    frame = bytearray(pieces[at])
    what = rng.randrange(4)
    if what == 0:
        frame[5:9] = _draw_size(rng)
    elif what == 1:
        frame[1:5] = _draw_size(rng)
    elif what == 2:
        frame[9] = rng.draw_integer(1)
    else:
        frame[10 + _get_table_size(frame[9])] = rng.draw_integer(1)
    pieces[at] = bytes(frame)
    return pieces


def _mutate_data(rng: RandomGenerator, pieces: list[bytes]) -> list[bytes]:
    at = _choose_frame(rng, pieces)
    start = 11 + _get_table_size(pieces[at][9])
    pieces[at] = pieces[at][:start] + raw.mutate(rng, pieces[at][start:])
    return pieces


def _add_extensions(rng: RandomGenerator, pieces: list[bytes]) -> list[bytes]:
    """Adds control, comment or loop extensions, correct or broken, once or many times."""
    control = bytes((EXTENSION, 0xF9, 4, *(rng.draw_integer(1) for _ in range(4)), 0))
    text = rng.randbytes(rng.randint(1, 255))
    comment = bytes((EXTENSION, 0xFE, len(text))) + text + b"\0"
    loop = bytes((EXTENSION, 0xFF, 11)) + b"NETSCAPE2.0\3\1\xff\xff\0"
    made = rng.choice((control, comment, loop, raw.mutate(rng, comment)))
    at = rng.randint(1, len(pieces) - 1)
    return [*pieces[:at], made * rng.choice((1, 3, 5000)), *pieces[at:]]


def _add_frames(rng: RandomGenerator, pieces: list[bytes]) -> list[bytes]:
    """Adds frames of one pixel at the beginning or at the end."""
    tiny = bytes((FRAME, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4C, 1, 0))
    at = rng.choice((1, len(pieces) - 1))
    return [*pieces[:at], tiny * rng.choice((1, 500, 50_000)), *pieces[at:]]

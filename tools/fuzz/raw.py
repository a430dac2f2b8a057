"""Mutates bytes without knowledge of their format."""

import struct

from tools.fuzz.random_generator import RandomGenerator


def flip_bits(rng: RandomGenerator, data: bytes) -> bytes:
    """Flips 1 to 16 bits, in half of the cases near the beginning."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 16) if data else 0):
        end = min(len(data), 256) if rng.draw_bool(0.5) else len(data)
        changed[rng.randrange(end)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def truncate(rng: RandomGenerator, data: bytes) -> bytes:
    """Removes the end or a piece of the middle."""
    start = rng.randint(0, len(data))
    return data[:start] + (b"" if rng.draw_bool(0.6) else data[start + rng.randint(1, 4096) :])


def copy_block(rng: RandomGenerator, data: bytes) -> bytes:
    """Inserts a copy of a piece at another position."""
    start, at = rng.randint(0, len(data)), rng.randint(0, len(data))
    return data[:at] + data[start : start + rng.randint(1, 4096)] + data[at:]


def insert_bytes(rng: RandomGenerator, data: bytes) -> bytes:
    """Inserts random bytes, or overwrites existing ones."""
    at, noise = rng.randint(0, len(data)), rng.draw_bytes(64)
    return data[:at] + noise + data[at + (len(noise) if rng.draw_bool(0.5) else 0) :]


def overwrite_integer(rng: RandomGenerator, data: bytes) -> bytes:
    """Overwrites 1, 2 or 4 bytes with an integer, in either byte order."""
    changed = bytearray(data)
    kind, size = rng.choice((("B", 1), ("H", 2), ("I", 4)))
    if len(data) > size:
        end = min(len(data), 512) if rng.draw_bool(0.7) else len(data)
        at = rng.randrange(max(1, end - size))
        struct.pack_into(rng.choice("<>") + kind, changed, at, rng.draw_integer(size))
    return bytes(changed)


MUTATIONS = (flip_bits, truncate, copy_block, insert_bytes, overwrite_integer)


def mutate(rng: RandomGenerator, data: bytes) -> bytes:
    """Applies one random mutation."""
    return rng.choice(MUTATIONS)(rng, data)


def splice(rng: RandomGenerator, data: bytes, other: bytes) -> bytes:
    """Joins two files: replaces the end of one, or inserts the other into it."""
    at = rng.randint(0, min(len(data), 2048) if rng.draw_bool(0.5) else len(data))
    tail = other[rng.randint(0, len(other)) :]
    return data[:at] + tail + (data[at:] if rng.draw_bool(0.3) else b"")


def shuffle_pieces(rng: RandomGenerator, pieces: list[bytes]) -> list[bytes]:
    """Deletes, copies, moves, swaps or repeats one of the pieces of a file."""
    pieces = list(pieces)
    at = rng.randrange(len(pieces))
    act = rng.randrange(5)
    if act == 0:
        del pieces[at]
    elif act == 1:
        pieces.insert(rng.randint(0, len(pieces)), pieces[at])
    elif act == 2:
        pieces.insert(rng.randrange(len(pieces)), pieces.pop(at))
    elif act == 3:
        other = rng.randrange(len(pieces))
        pieces[at], pieces[other] = pieces[other], pieces[at]
    else:
        count = max(1, min(rng.choice((3, 50, 5000)), 4_000_000 // max(1, len(pieces[at]))))
        pieces[at:at] = [pieces[at]] * count
    return pieces

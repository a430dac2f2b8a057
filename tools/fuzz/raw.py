"""Mutations that need no knowledge of a format: bits, cuts, copies, splices."""

import struct

from tools.fuzz.chance import Chance


def flipped(chance: Chance, data: bytes) -> bytes:
    """`data` with 1 to 16 bits turned over, half of the time near its beginning."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 16) if data else 0):
        end = min(len(data), 256) if chance.happens(0.5) else len(data)
        changed[chance.randrange(end)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(chance: Chance, data: bytes) -> bytes:
    """Its beginning only, or without a piece of the middle."""
    start = chance.randint(0, len(data))
    return data[:start] + (b"" if chance.happens(0.6) else data[start + chance.randint(1, 4096) :])


def copied(chance: Chance, data: bytes) -> bytes:
    """A piece of it stands a second time, somewhere."""
    start, at = chance.randint(0, len(data)), chance.randint(0, len(data))
    return data[:at] + data[start : start + chance.randint(1, 4096)] + data[at:]


def inserted(chance: Chance, data: bytes) -> bytes:
    """Noise stands between, or over, what was there."""
    at, noise = chance.randint(0, len(data)), chance.noise(64)
    return data[:at] + noise + data[at + (len(noise) if chance.happens(0.5) else 0) :]


def numbered(chance: Chance, data: bytes) -> bytes:
    """An integer of 1, 2 or 4 bytes is written over what was there, in either byte order."""
    changed = bytearray(data)
    kind, size = chance.choice((("B", 1), ("H", 2), ("I", 4)))
    if len(data) > size:
        end = min(len(data), 512) if chance.happens(0.7) else len(data)
        at = chance.randrange(max(1, end - size))
        struct.pack_into(chance.choice("<>") + kind, changed, at, chance.integer(size))
    return bytes(changed)


MUTATIONS = (flipped, cut, copied, inserted, numbered)


def mutated(chance: Chance, data: bytes) -> bytes:
    """One mutation, drawn."""
    return chance.choice(MUTATIONS)(chance, data)


def spliced(chance: Chance, data: bytes, other: bytes) -> bytes:
    """The beginning of one file and the end of another, or one set into the other."""
    at = chance.randint(0, min(len(data), 2048) if chance.happens(0.5) else len(data))
    tail = other[chance.randint(0, len(other)) :]
    return data[:at] + tail + (data[at:] if chance.happens(0.3) else b"")


def shuffled(chance: Chance, pieces: list[bytes]) -> list[bytes]:
    """Pieces of a file of which one is left out, repeated, moved, or repeated very often."""
    pieces = list(pieces)
    at = chance.randrange(len(pieces))
    act = chance.randrange(5)
    if act == 0:
        del pieces[at]
    elif act == 1:
        pieces.insert(chance.randint(0, len(pieces)), pieces[at])
    elif act == 2:
        pieces.insert(chance.randrange(len(pieces)), pieces.pop(at))
    elif act == 3:
        other = chance.randrange(len(pieces))
        pieces[at], pieces[other] = pieces[other], pieces[at]
    else:
        most = max(1, min(chance.choice((3, 50, 5000)), 4_000_000 // max(1, len(pieces[at]))))
        pieces[at:at] = [pieces[at]] * most
    return pieces

"""Mutates the RIFF chunks of a WebP."""

import struct

from tools.fuzz import raw
from tools.fuzz.random_generator import RandomGenerator

Chunk = tuple[bytes, bytes]
"""Name and data."""
NAMES = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF", b"XMP ", b"none")


def split_chunks(data: bytes) -> list[Chunk]:
    """Splits a WebP into the chunks of its outermost level."""
    found, at = [], 12
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        found.append((name, data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    return found


def encode_webp(parts: list[bytes]) -> bytes:
    """Encodes a WebP with a correct length."""
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def encode_chunk(name: bytes, body: bytes) -> bytes:
    """Encodes a chunk with its length, padded to an even number of bytes."""
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def mutate(rng: RandomGenerator, data: bytes) -> bytes:
    """Applies one random mutation to the chunks."""
    parts = split_chunks(data)
    change = rng.choice(
        (
            _mutate_size,
            _mutate_body,
            _mutate_extended_header,
            _mutate_animation,
            _add_chunks,
            _mutate_name,
        )
    )
    made = [encode_chunk(*part) for part in change(rng, parts)]
    if rng.draw_bool(0.2):
        made = raw.shuffle_pieces(rng, made)
    if rng.draw_bool(0.15) and made:
        at = rng.randrange(len(made))
        made[at] = made[at][:4] + struct.pack("<I", rng.draw_integer(4)) + made[at][8:]
    whole = encode_webp(made)
    if rng.draw_bool(0.1):
        whole = whole[:4] + struct.pack("<I", rng.draw_integer(4)) + whole[8:]
    return whole


def _mutate_size(rng: RandomGenerator, parts: list[Chunk]) -> list[Chunk]:
    """Changes width and height in the headers of the picture."""
    for at, (name, body) in enumerate(parts):
        changed = bytearray(body)
        if name == b"VP8 " and len(body) > 10:
            struct.pack_into("<HH", changed, 6, rng.draw_integer(2), rng.draw_integer(2))
        elif name == b"VP8L" and len(body) > 5:
            struct.pack_into("<I", changed, 1, rng.draw_integer(4))
        elif name == b"VP8X" and len(body) >= 10:
            changed[4:10] = rng.draw_integer(3).to_bytes(3, "little") * 2
        parts[at] = (name, bytes(changed))
    return parts


def _mutate_body(rng: RandomGenerator, parts: list[Chunk]) -> list[Chunk]:
    at = rng.randrange(len(parts))
    name, body = parts[at]
    if rng.draw_bool(0.5):  # the header of the picture, where every bit matters
        parts[at] = (name, raw.mutate(rng, body[:30]) + body[30:])
    else:
        parts[at] = (name, raw.mutate(rng, body))
    return parts


def _mutate_extended_header(rng: RandomGenerator, parts: list[Chunk]) -> list[Chunk]:
    """Adds an extended header with random flags, or replaces the present one."""
    sides = (rng.choice((299, 127, rng.draw_integer(3))) for _ in "wh")
    body = bytes((rng.draw_integer(1), 0, 0, 0)) + b"".join(s.to_bytes(3, "little") for s in sides)
    return [(b"VP8X", body), *(part for part in parts if part[0] != b"VP8X")]


def _mutate_animation(rng: RandomGenerator, parts: list[Chunk]) -> list[Chunk]:
    """Turns the picture into one or many frames of random position and size."""
    inner = b"".join(
        encode_chunk(*part) for part in parts if part[0] in (b"VP8 ", b"VP8L", b"ALPH")
    )
    numbers = (rng.choice((0, 0, 127, rng.draw_integer(3))) for _ in range(5))
    frame = b"".join(number.to_bytes(3, "little") for number in numbers)
    frames = [(b"ANMF", frame + bytes([rng.draw_integer(1)]) + inner)] * rng.choice((1, 3, 300))
    canvas = rng.choice((127, 299, rng.draw_integer(3))).to_bytes(3, "little")
    extended = (b"VP8X", b"\x02\0\0\0" + canvas * 2)
    return [
        extended,
        (b"ANIM", struct.pack("<IH", rng.draw_integer(4), rng.draw_integer(2))),
        *frames,
    ]


def _add_chunks(rng: RandomGenerator, parts: list[Chunk]) -> list[Chunk]:
    made = (rng.choice(NAMES), rng.draw_bytes(3000))
    at = rng.randint(0, len(parts))
    return [*parts[:at], *[made] * rng.choice((1, 2, 1000)), *parts[at:]]


def _mutate_name(rng: RandomGenerator, parts: list[Chunk]) -> list[Chunk]:
    at = rng.randrange(len(parts))
    parts[at] = (rng.choice(NAMES), parts[at][1])
    return parts

"""Mutates the segments of a JPEG."""

import struct

from tools.fuzz import colours, raw, tiff
from tools.fuzz.random_generator import RandomGenerator

SCAN = 0xDA
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xDA)})
"""Markers without a length."""


def split_segments(data: bytes) -> list[bytes]:
    """Splits a JPEG into its segments. A scan includes its coded data."""
    pieces, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        if data[at + 1] in WITHOUT_LENGTH:
            end = at + 2
        else:
            (length,) = struct.unpack_from(">H", data, at + 2)
            end = at + 2 + length
            if data[at + 1] == SCAN:
                end = _find_scan_end(data, end)
        pieces.append(data[at:end])
        at = end
    return [*pieces, data[at:]] if at < len(data) else pieces


def mutate(rng: RandomGenerator, data: bytes) -> bytes:
    """Applies one random mutation to the segments."""
    pieces = split_segments(data)
    change = rng.choice(
        (
            _mutate_field,
            _mutate_length,
            _mutate_frame,
            _mutate_table,
            _add_metadata,
            _mutate_scan,
            _add_segments,
            _shuffle_segments,
        )
    )
    return b"".join(change(rng, pieces))


def encode_segment(marker: int, body: bytes) -> bytes:
    """Encodes a segment with a correct length and at most 65,533 bytes of data."""
    body = body[:65_533]
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _find_scan_end(data: bytes, at: int) -> int:
    while (at := data.find(b"\xff", at)) >= 0:
        following = data[at + 1 : at + 2]
        if following != b"\0" and following and not 0xD0 <= following[0] <= 0xD7:
            return at
        at += 2
    return len(data)


def _choose_segment(
    rng: RandomGenerator, pieces: list[bytes], markers: frozenset[int] | set[int]
) -> int | None:
    found = [at for at, piece in enumerate(pieces) if len(piece) > 4 and piece[1] in markers]
    return rng.choice(found) if found else None


def _mutate_field(rng: RandomGenerator, pieces: list[bytes]) -> list[bytes]:
    at = rng.randrange(len(pieces))
    pieces[at] = raw.overwrite_integer(rng, pieces[at])
    return pieces


def _mutate_length(rng: RandomGenerator, pieces: list[bytes]) -> list[bytes]:
    at = rng.randrange(len(pieces))
    pieces[at] = pieces[at][:2] + struct.pack(">H", rng.draw_integer(2)) + pieces[at][4:]
    return pieces


def _mutate_frame(rng: RandomGenerator, pieces: list[bytes]) -> list[bytes]:
    """Changes depth, height, width, components, sampling or coding of the frame."""
    at = _choose_segment(rng, pieces, FRAMES)
    if at is None:
        return pieces
    frame = bytearray(pieces[at])
    what = rng.randrange(5)
    if what == 0:
        frame[1] = rng.choice(sorted(FRAMES))
    elif what == 1:
        frame[4] = rng.draw_integer(1)
    elif what == 2:
        struct.pack_into(">HH", frame, 5, *(rng.choice((300, rng.draw_integer(2))) for _ in "hw"))
    elif what == 3:
        frame[9] = rng.draw_integer(1)
    else:
        frame[rng.randrange(10, len(frame))] = rng.draw_integer(1)
    pieces[at] = bytes(frame)
    return pieces


def _mutate_table(rng: RandomGenerator, pieces: list[bytes]) -> list[bytes]:
    """Changes Huffman or quantization tables, or adds a restart interval."""
    if rng.draw_bool(0.3):
        pieces.insert(2, encode_segment(0xDD, struct.pack(">H", rng.draw_integer(2))))
        return pieces
    at = _choose_segment(rng, pieces, {0xC4, 0xDB, 0xCC})
    if at is not None:
        table = bytearray(pieces[at])
        for _ in range(rng.randint(1, 20)):
            table[rng.randrange(4, len(table))] = rng.draw_integer(1)
        pieces[at] = bytes(table)
    return pieces


def _add_metadata(rng: RandomGenerator, pieces: list[bytes]) -> list[bytes]:
    """Adds EXIF data, a part of a color profile, an Adobe segment or an MPF segment."""
    entries = [(0x0112, 3, 1, rng.draw_integer(2)), (272, 2, rng.draw_integer(4), 8)]
    exif = b"Exif\0\0" + tiff.encode_tiff(rng.choice("<>"), entries)
    adobe_rgb = b"Exif\0\0" + colours.draw_exif(rng)
    if rng.draw_bool(0.5):
        exif = raw.mutate(rng, exif)
    profile = b"ICC_PROFILE\0" + bytes(rng.draw_integer(1) for _ in "of") + rng.draw_bytes(500)
    adobe = b"Adobe" + bytes((0, 100, 0, 0, 0, 0, rng.draw_integer(1)))
    several = b"MPF\0" + tiff.encode_tiff(
        ">", [(0xB001, 4, 1, rng.draw_integer(4)), (0xB002, 7, 32, 8)]
    )
    made = rng.choice(
        ((0xE1, exif), (0xE1, adobe_rgb), (0xE2, profile), (0xEE, adobe), (0xE2, several))
    )
    pieces.insert(rng.randint(1, min(4, len(pieces))), encode_segment(*made))
    return pieces


def _mutate_scan(rng: RandomGenerator, pieces: list[bytes]) -> list[bytes]:
    """Truncates a scan, flips its bits, adds restart markers or changes its header."""
    at = _choose_segment(rng, pieces, {SCAN})
    if at is None:
        return pieces
    head, coded = pieces[at][:14], pieces[at][14:]
    what = rng.randrange(4)
    if what == 0:
        coded = raw.truncate(rng, coded)
    elif what == 1:
        coded = raw.flip_bits(rng, coded)
    elif what == 2:
        for _ in range(rng.randint(1, 50)):
            place = rng.randint(0, len(coded))
            coded = coded[:place] + bytes((0xFF, 0xD0 + rng.randrange(8))) + coded[place:]
    else:
        head = raw.overwrite_integer(rng, head)
    pieces[at] = head + coded
    return pieces


def _add_segments(rng: RandomGenerator, pieces: list[bytes]) -> list[bytes]:
    """Adds comments or unknown segments, once or thousands of times."""
    marker = rng.choice((0xFE, *range(0xE0, 0xF0), 0xDE, 0xDF, 0x02))
    count = rng.choice((1, 20, 2000, 20_000))
    body = rng.draw_bytes(65_533 if count < 50 else 40)
    at = rng.randint(1, len(pieces) - 1)
    return [*pieces[:at], encode_segment(marker, body) * count, *pieces[at:]]


def _shuffle_segments(rng: RandomGenerator, pieces: list[bytes]) -> list[bytes]:
    return raw.shuffle_pieces(rng, pieces)

"""Mutates the boxes of HEIC and AVIF files (ISO base media file format, ISO/IEC 14496-12)."""

import struct
from dataclasses import dataclass

from tools.fuzz import colours, raw
from tools.fuzz.random_generator import RandomGenerator

CONTAINERS = {b"meta": 4, b"iprp": 0, b"ipco": 0, b"iref": 4, b"dinf": 0, b"iinf": 6, b"moov": 0}
"""Boxes that contain boxes, and the bytes before the first one."""
TYPES = (b"ispe", b"hvcC", b"av1C", b"colr", b"irot", b"imir", b"clap", b"pixi", b"auxC", b"grid")
BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"qt  ", b"none")


@dataclass(frozen=True)
class Box:
    """The position of a box in its file.

    Attributes:
        kind: type of the box, four characters.
        start: offset of the box.
        head: offset of its content.
        end: offset behind its content.
    """

    kind: bytes
    start: int
    head: int
    end: int


def read_boxes(data: bytes) -> list[Box]:
    """Reads the boxes of all levels, in the order of the file."""
    return _read_boxes(data, 0, len(data))


def mutate(rng: RandomGenerator, data: bytes) -> bytes:
    """Applies one random mutation to a box. Half of them keep the offsets of the other boxes."""
    boxes = read_boxes(data)
    changes = (
        _mutate_size,
        _mutate_type,
        _mutate_fields,
        _mutate_fields,
        _mutate_dimensions,
        _mutate_code_points,
        _mutate_brand,
        _remove_box,
        _repeat_box,
        _mutate_pixels,
    )
    return rng.choice(changes)(rng, data, boxes)


def _read_boxes(data: bytes, at: int, end: int) -> list[Box]:
    boxes = []
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        stop = at + size if size >= 8 else end
        boxes.append(Box(kind, at, at + 8, min(stop, end)))
        if kind in CONTAINERS:
            boxes += _read_boxes(data, at + 8 + CONTAINERS[kind], min(stop, end))
        at = stop
    return boxes


def _choose_box(rng: RandomGenerator, boxes: list[Box], *kinds: bytes) -> Box:
    wanted = [box for box in boxes if box.kind in kinds]
    return rng.choice(wanted or boxes)


def _overwrite(data: bytes, at: int, what: bytes) -> bytes:
    return data[:at] + what + data[at + len(what) :]


def _mutate_size(rng: RandomGenerator, data: bytes, boxes: list[Box]) -> bytes:
    box = rng.choice(boxes)
    near = box.end - box.start + rng.randint(-20, 20)
    size = rng.choice((0, 1, 7, 8, max(0, near), rng.draw_integer(4)))
    return _overwrite(data, box.start, struct.pack(">I", size))


def _mutate_type(rng: RandomGenerator, data: bytes, boxes: list[Box]) -> bytes:
    kinds = (*TYPES, *CONTAINERS, b"free", rng.randbytes(4))
    return _overwrite(data, rng.choice(boxes).start + 4, rng.choice(kinds))


def _mutate_fields(rng: RandomGenerator, data: bytes, boxes: list[Box]) -> bytes:
    """Changes numbers in a box of metadata, such as codec, offsets, items or rotation."""
    box = _choose_box(rng, [box for box in boxes if box.kind != b"mdat"])
    body = bytearray(data[box.head : box.end])
    for _ in range(rng.randint(1, 4) if body else 0):
        body[rng.randrange(len(body))] = rng.draw_integer(1)
    return data[: box.head] + bytes(body) + data[box.end :]


def _mutate_dimensions(rng: RandomGenerator, data: bytes, boxes: list[Box]) -> bytes:
    """Changes width and height of the picture."""
    box = _choose_box(rng, boxes, b"ispe")
    sides = (rng.choice((64, 300, 12_000, rng.draw_integer(4))) for _ in "wh")
    return _overwrite(data, box.head + 4, struct.pack(">II", *sides))


def _mutate_code_points(rng: RandomGenerator, data: bytes, boxes: list[Box]) -> bytes:
    """Changes the colors that a file declares, or the item and the property that declare them."""
    if rng.draw_bool(0.2):
        box = _choose_box(rng, boxes, b"ipma", b"pitm")
        if box.end > box.head:
            return _overwrite(data, rng.randrange(box.head, box.end), rng.randbytes(1))
    box = _choose_box(rng, boxes, b"colr")
    return _overwrite(data, box.head, b"nclx" + struct.pack(">HH", *colours.draw_code_points(rng)))


def _mutate_brand(rng: RandomGenerator, data: bytes, boxes: list[Box]) -> bytes:
    return _overwrite(data, boxes[0].head + rng.choice((0, 8)), rng.choice(BRANDS))


def _remove_box(rng: RandomGenerator, data: bytes, boxes: list[Box]) -> bytes:
    box = rng.choice(boxes)
    return data[: box.start] + data[box.end :]


def _repeat_box(rng: RandomGenerator, data: bytes, boxes: list[Box]) -> bytes:
    """Repeats a box after itself or at the end of the file."""
    box = rng.choice(boxes)
    piece = data[box.start : box.end]
    count = min(rng.choice((1, 20, 20_000)), 1 + 2_000_000 // max(1, len(piece)))
    at = rng.choice((box.end, len(data)))
    return data[:at] + piece * count + data[at:]


def _mutate_pixels(rng: RandomGenerator, data: bytes, boxes: list[Box]) -> bytes:
    box = _choose_box(rng, boxes, b"mdat")
    body = data[box.head : box.end]
    if rng.draw_bool(0.5):  # the head of the stream
        body = raw.mutate(rng, body[:200]) + body[200:]
    else:
        body = raw.flip_bits(rng, body)
    return data[: box.head] + body + data[box.end :]

"""Encodes photos and changes their files, for the tests of decoding."""

import io
import struct
import zlib

import numpy as np
import pillow_heif
from PIL import Image

WIDTH, HEIGHT = 144, 96


def make_photo(seed: int = 0, width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    """Returns a picture of smooth colours without white or black."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(30, 220, (5, 7, 3), np.uint8))
    return small.resize((width, height), Image.Resampling.BICUBIC)


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    if kind == "HEIF":
        pillow_heif.register_heif_opener()
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def make_chunk(name: bytes, body: bytes, check: int = 0) -> bytes:
    """Returns a PNG chunk; a `check` other than 0 makes its checksum wrong."""
    checksum = zlib.crc32(name + body) ^ check
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)


def make_png(
    values: np.ndarray, depth: int, colour: int, *before: bytes, interlaced: bool = False
) -> bytes:
    """Returns a PNG of (H, W) or (H, W, C) values with chunks before the pixels."""
    height, width = values.shape[:2]
    if depth == 16:
        rows = values.astype(">u2").reshape(height, -1).view(np.uint8)
    elif depth == 8:
        rows = values.astype(np.uint8).reshape(height, -1)
    else:
        bits = np.unpackbits(values.astype(np.uint8)[..., None], axis=2)[..., 8 - depth :]
        rows = np.packbits(bits.reshape(height, -1), axis=1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            make_chunk(b"IHDR", header),
            *before,
            make_chunk(b"IDAT", zlib.compress(raw)),
            make_chunk(b"IEND", b""),
        )
    )


Tag = tuple[int, int, tuple[int, ...]]
"""Number, type (3 for 16 bits, 4 for 32 bits) and values of a TIFF tag."""


def make_tiff(
    *pages: list[Tag], pixels: list[list[bytes]], order: str = "<", sub: bool = False
) -> bytes:
    """Returns a TIFF of pages with their pixels in strips.

    Args:
        pages: tags of each page, without the strips.
        pixels: the strips of each page.
        order: byte order.
        sub: whether the later pages are SubIFDs of the first one.
    """
    content = bytearray(b"II*\0" if order == "<" else b"MM\0*") + bytes(4)
    starts: list[int] = []
    links: list[int] = []
    places = range(len(pages) - 1, -1, -1) if sub else range(len(pages))
    for number in places:
        offsets: list[int] = []
        for strip in pixels[number]:
            offsets.append(len(content))
            content += strip + bytes(len(strip) % 2)
        sizes = tuple(len(strip) for strip in pixels[number])
        tags = [*pages[number], (273, 4, tuple(offsets)), (279, 4, sizes)]
        if sub and number == 0:
            tags.append((330, 4, tuple(reversed(starts))))
        body = b""
        for tag, kind, values in sorted(tags):
            packed = struct.pack(f"{order}{len(values)}{'H' if kind == 3 else 'I'}", *values)
            if len(packed) > 4:
                packed, place = b"", len(content)
                content += struct.pack(f"{order}{len(values)}{'H' if kind == 3 else 'I'}", *values)
                content += bytes(len(content) % 2)
                packed = struct.pack(f"{order}I", place)
            body += struct.pack(f"{order}HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
        starts.append(len(content))
        content += struct.pack(f"{order}H", len(tags)) + body
        links.append(len(content))
        content += bytes(4)
    if sub:
        struct.pack_into(f"{order}I", content, 4, starts[-1])
    else:
        for link, start in zip([4, *links], starts, strict=False):
            struct.pack_into(f"{order}I", content, link, start)
    return bytes(content)


def list_tags(
    width: int, height: int, bits: tuple[int, ...], photometric: int, **others: int
) -> list[Tag]:
    """Lists the tags of a page; `others` are named t254 and so on."""
    tags: list[Tag] = [
        (256, 4, (width,)),
        (257, 4, (height,)),
        (258, 3, bits),
        (262, 3, (photometric,)),
        (277, 3, (len(bits),)),
        (278, 4, (height,)),
    ]
    return [*tags, *((int(name[1:]), 3, (value,)) for name, value in others.items())]

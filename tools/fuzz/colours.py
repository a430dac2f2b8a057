"""Draws declarations of colours: code points, chromaticities, gamma and EXIF."""

import struct

from tools.fuzz import raw
from tools.fuzz.random_generator import RandomGenerator

PRIMARIES = (0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 22, 255)
TRANSFERS = (0, 1, 2, 4, 5, 6, 8, 13, 14, 15, 16, 17, 18, 255)
CHROMATICITIES = (31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6000)
"""White, red, green and blue of Adobe RGB, in 1/100,000."""


def draw_code_points(rng: RandomGenerator) -> tuple[int, int]:
    """Draws colour primaries and transfer characteristics (ITU-T H.273), mostly known ones."""
    if rng.draw_bool(0.2):
        return rng.draw_integer(1), rng.draw_integer(1)
    return rng.choice(PRIMARIES), rng.choice(TRANSFERS)


def draw_chunk(rng: RandomGenerator) -> tuple[bytes, bytes]:
    """Draws a chunk of a PNG that declares colours."""
    points = list(CHROMATICITIES)
    for _ in range(rng.randrange(4)):
        points[rng.randrange(8)] = rng.choice((0, 1, 33_000, 100_000, rng.draw_integer(4)))
    gamma = rng.choice((0, 1, 45_455, 55_556, 100_000, rng.draw_integer(4)))
    cicp = bytes((*draw_code_points(rng), rng.choice((0, 0, 0, rng.draw_integer(1)))))
    name, body = rng.choice(
        (
            (b"cICP", cicp + bytes((rng.choice((0, 1, 1, 255)),))),
            (b"cHRM", struct.pack(">8I", *points)),
            (b"gAMA", struct.pack(">I", gamma)),
            (b"sRGB", bytes((rng.draw_integer(1),))),
        )
    )
    return name, raw.mutate(rng, body) if rng.draw_bool(0.1) else body


def draw_exif(rng: RandomGenerator) -> bytes:
    """Draws a TIFF with the directories of EXIF and interoperability, mostly of Adobe RGB."""
    order = rng.choice("<>")
    space = rng.choice((1, 2, 0xFFFF, 0xFFFF, rng.draw_integer(2)))
    index = rng.choice((b"R03\0", b"R03\0", b"R98\0", rng.randbytes(4)))
    # The offset of a directory may also be that of another one, of itself or of no place.
    exif, interop = (rng.choice((at, at, at, 8, 26, 44, rng.draw_integer(4))) for at in (26, 56))
    pack = struct.pack
    picture = pack(f"{order}HHHII4x", 1, 0x8769, 4, 1, exif)
    entries = pack(f"{order}HHHIHxx", 2, 0xA001, 3, 1, space) + pack(
        f"{order}HHII4x", 0xA005, 4, 1, interop
    )
    last = pack(f"{order}HHHI4s4x", 1, 1, 2, 4, index)
    start = (b"II*\0" if order == "<" else b"MM\0*") + pack(f"{order}I", 8)
    encoded = start + picture + entries + last
    return raw.mutate(rng, encoded) if rng.draw_bool(0.2) else encoded

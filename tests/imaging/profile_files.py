"""Makes ICC profiles of version 2 with a gamma, for the tests of decoding."""

import struct

import numpy as np

D50 = (0.9642, 1.0, 0.8249)
PRIMARIES = ((0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
"""Red, green and blue of sRGB as XYZ, adapted to D50."""


def make_profile(model: str, gamma: float, filler: int = 0) -> bytes:
    """Returns a profile.

    Args:
        model: RGB or GRAY.
        gamma: exponent from coded values to light.
        filler: bytes of a private tag that nothing compresses.
    """
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    tags = {b"desc": b"desc" + bytes(4) + struct.pack(">I", 2) + b"x\0" + bytes(80)}
    tags[b"wtpt"] = _encode_xyz(D50)
    if model == "GRAY":
        tags[b"kTRC"] = curve
    else:
        for letter, point in zip("rgb", PRIMARIES, strict=True):
            tags[f"{letter}XYZ".encode()] = _encode_xyz(point)
            tags[f"{letter}TRC".encode()] = curve
    if filler:
        tags[b"zzzz"] = b"data" + bytes(4) + np.random.default_rng(0).bytes(filler)
    table, body = b"", b""
    start = 132 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(
        ">I4xI4s4s4s12x4s",
        start + len(body),
        0x02400000,
        b"mntr",
        model.encode().ljust(4),
        b"XYZ ",
        b"acsp",
    )
    head = head.ljust(68, b"\0") + _encode_xyz(D50)[8:]
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _encode_xyz(point: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65_536) for value in point))

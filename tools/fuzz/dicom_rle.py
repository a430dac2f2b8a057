"""Encodes a frame of a DICOM file by run lengths (PS3.5, Annex G)."""

import numpy as np


def encode_rle(values: np.ndarray) -> bytes:
    """Encodes each byte of each sample in a segment of its own (PS3.5, Annex G)."""
    planes = values.reshape(*values.shape[:2], -1)
    segments = []
    for at in range(planes.shape[2]):
        plane = planes[..., at]
        for shift in (8, 0) if plane.dtype == np.uint16 else (0,):
            rows = ((plane >> shift) & 0xFF).astype(np.uint8)
            segment = b"".join(pack_row(row.tobytes()) for row in rows)
            segments.append(segment + b"\0" * (len(segment) % 2))
    offsets, at = [], 64
    for segment in segments:
        offsets.append(at)
        at += len(segment)
    head = np.zeros(16, "<u4")
    head[0], head[1 : 1 + len(segments)] = len(segments), offsets
    return head.tobytes() + b"".join(segments)


def pack_row(row: bytes) -> bytes:
    """Packs a row as PackBits: runs where three bytes are equal, else literals."""
    out, at = bytearray(), 0
    while at < len(row):
        run = 1
        while at + run < len(row) and run < 128 and row[at + run] == row[at]:
            run += 1
        if run >= 3:
            out += bytes((257 - run, row[at]))
            at += run
            continue
        end = min(at + 100, len(row))
        out += bytes((end - at - 1,)) + row[at:end]
        at = end
    return bytes(out)

"""Reads the lookup tables of DICOM files, also those in segments.

Sources: DICOM PS3.3, Sections C.7.6.3.1.5 (palettes), C.7.9.2 (segments) and C.11.2 (VOI LUT).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

_MAX_ENTRIES = 65_536
_MAX_SEGMENTS = 2 * _MAX_ENTRIES
_DISCRETE, _LINEAR, _INDIRECT = 0, 1, 2


@dataclass(frozen=True)
class LookupTable:
    """A table of values.

    Attributes:
        first: number that the first entry stands for.
        entries: (N,) int64.
        bits: bits of an entry.
    """

    first: int
    entries: np.ndarray
    bits: int

    def apply(self, numbers: np.ndarray) -> np.ndarray:
        """Returns the entry of each number; those outside the table get the nearest entry."""
        return self.entries[np.clip(numbers - self.first, 0, len(self.entries) - 1)]


def read_lookup_table(
    descriptor: Iterable[Any] | bytes,
    content: Any,
    order: str,
    *,
    signed: bool,
    segmented: bool = False,
) -> LookupTable:
    """Reads a table.

    Args:
        descriptor: number of entries, first number, and bits of an entry, or their bytes.
        content: the entries as bytes, or as numbers of 16 bits.
        order: byte order, "<" or ">".
        signed: whether the numbers that the entries stand for are signed.
        segmented: whether the content is a list of segments.

    Raises:
        ValueError: the table is damaged.
    """
    if isinstance(descriptor, bytes):
        descriptor = np.frombuffer(descriptor, f"{order}u2")
    count, first, bits = (int(number) for number in descriptor)
    count = count or _MAX_ENTRIES  # 65,536 does not fit into the field
    if signed and first >= _MAX_ENTRIES // 2:
        first -= _MAX_ENTRIES
    if not isinstance(content, bytes):  # pydicom reads some of these tables as numbers
        content = np.asarray(content, f"{order}u2").tobytes()
    content += b"\0" * (len(content) % 2)
    if bits == 8 and (segmented or len(content) < 2 * count):
        # Two entries share a word, the first one in its low byte.
        entries = np.frombuffer(content, f"{order}u2").astype("<u2").view(np.uint8)
    else:
        entries = np.frombuffer(content, f"{order}u2")
    if segmented:
        entries = _expand_segments(entries.tolist(), count, bits)
    entries = entries[:count].astype(np.int64)
    if not len(entries) or (len(entries) < count and not segmented):
        raise ValueError("the table is cut off")
    return LookupTable(first, entries, bits)


def _expand_segments(words: list[int], count: int, bits: int) -> np.ndarray:
    """Expands segments to a table of at most `count` entries."""
    entries: list[int] = []
    copied: list[int] = []  # where segments begin that are copied, the next one last
    at = segments = 0
    while len(entries) < count and at + 1 < len(words):
        segments += 1
        if segments > _MAX_SEGMENTS:
            raise ValueError("too many segments")
        kind, length = words[at], words[at + 1]
        at += 2
        if kind == _DISCRETE:
            entries += words[at : at + length]
            at += length
        elif kind == _LINEAR and entries:
            steps = np.linspace(entries[-1], words[at], length + 1)[1:]
            entries += np.round(steps).astype(int).tolist()
            at += 1
        elif kind == _INDIRECT and not copied:
            size = 4 if bits == 8 else 2
            parts = words[at : at + size]
            offset = sum(part << bits * place for place, part in enumerate(parts))
            copied = [at + size, length]
            at = offset if bits == 8 else offset // 2
            continue
        else:
            raise ValueError("a segment of an unknown kind")
        if copied:
            copied[1] -= 1
            if copied[1] <= 0:
                at, copied = copied[0], []
    return np.array(entries, np.int64)

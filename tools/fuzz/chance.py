"""The draws behind an input: the same seed and number make the same input."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
EDGES = (0, 1, 2, 3, 7, 8, 15, 16, 63, 64, 127, 128, 255, 256, 511, 4095, 4096, 12_000, 12_001)
"""Numbers at which programs change their mind; those of more bytes are added by `integer`."""


class Chance(random.Random):
    """Random draws with a taste for the extreme."""

    def __init__(self, seed: int, number: str) -> None:
        """Begins the draws of one input; its number alone tells them from another's."""
        super().__init__(f"{seed}/{number}")

    def happens(self, share: float) -> bool:
        """True in `share` of the cases, 0 to 1."""
        return self.random() < share

    def integer(self, size: int) -> int:
        """An unsigned integer that fits `size` bytes: at an edge, small, or any."""
        most = 256**size - 1
        edges = [edge for edge in EDGES if edge <= most]
        edges += [most, most - 1, most // 2, most // 2 + 1]
        return self.choice((self.choice(edges), self.randint(0, most), self.randint(0, 32)))

    def noise(self, most: int) -> bytes:
        """Up to `most` random bytes, at times all the same."""
        length = self.randint(0, most)
        if self.happens(0.3):
            return bytes([self.choice((0, 1, 127, 128, 255))]) * length
        return self.randbytes(length)

    def some(self, items: Sequence[T], most: int) -> list[T]:
        """1 to `most` draws of `items`, one perhaps several times."""
        return [self.choice(items) for _ in range(self.randint(1, most))]

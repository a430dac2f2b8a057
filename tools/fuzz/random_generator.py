"""Draws the random values of an input, the same ones for the same seed and number."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
BOUNDARIES = (0, 1, 2, 3, 7, 8, 15, 16, 63, 64, 127, 128, 255, 256, 511, 4095, 4096, 12_000, 12_001)
"""Boundary values of small integers and of image sides. `draw_integer` adds those of the size."""


class RandomGenerator(random.Random):
    """A random generator that prefers boundary values."""

    def __init__(self, seed: int, number: str) -> None:
        """Starts the generator of one input.

        Args:
            seed: seed of the run.
            number: number of the input.
        """
        super().__init__(f"{seed}/{number}")

    def draw_bool(self, probability: float) -> bool:
        """Returns True with a probability between 0 and 1."""
        return self.random() < probability

    def draw_integer(self, size: int) -> int:
        """Draws an unsigned integer: a boundary value, a small one or any.

        Args:
            size: size of the integer, bytes.
        """
        maximum = 256**size - 1
        boundaries = [value for value in BOUNDARIES if value <= maximum]
        boundaries += [maximum, maximum - 1, maximum // 2, maximum // 2 + 1]
        return self.choice((self.choice(boundaries), self.randint(0, maximum), self.randint(0, 32)))

    def draw_bytes(self, max_length: int) -> bytes:
        """Draws up to `max_length` bytes, which are all equal in 30 % of the cases."""
        length = self.randint(0, max_length)
        if self.draw_bool(0.3):
            return bytes([self.choice((0, 1, 127, 128, 255))]) * length
        return self.randbytes(length)

    def draw_items(self, items: Sequence[T], max_count: int) -> list[T]:
        """Draws 1 to `max_count` items with replacement."""
        return [self.choice(items) for _ in range(self.randint(1, max_count))]

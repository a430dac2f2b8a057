"""Cuts a list of photos into numbered chunks, the unit of work of every engine."""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from qana.screening.rows import ScreeningRow

CHUNK_SIZE = 32
"""Photos in a chunk. After a kill, at most so many are classified again by each worker. It is the
same for every number of workers, so that a run can continue with another number."""


@dataclass(frozen=True)
class Chunk:
    """Some photos that one worker classifies together.

    Attributes:
        number: place of the chunk in the list, from 0.
        paths: of the photos.
    """

    number: int
    paths: tuple[str, ...]


@dataclass(frozen=True)
class ScreenedChunk:
    """The answer to a chunk.

    Attributes:
        number: of the chunk.
        rows: one for each of its paths, in the same order.
    """

    number: int
    rows: tuple[ScreeningRow, ...]


class Engine(Protocol):
    """Distributes chunks over workers."""

    def run(self, chunks: Iterable[Chunk]) -> Generator[ScreenedChunk]:
        """Classifies chunks.

        Args:
            chunks: they are taken a few at a time, so they may come from a generator.

        Yields:
            The answers in any order. To close the generator ends all workers.

        Raises:
            UserError: the workers cannot start. The sentence says why.
        """


def cut_chunks(paths: Iterable[str], size: int = CHUNK_SIZE) -> Iterator[Chunk]:
    """Cuts a list of paths into chunks of `size`; the last one may be shorter."""
    remaining = iter(paths)
    number = 0
    while found := tuple(islice(remaining, size)):
        yield Chunk(number, found)
        number += 1

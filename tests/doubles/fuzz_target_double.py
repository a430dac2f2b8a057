"""A reader with a fault, as a command: python -m tests.doubles.fuzz_target_double."""

import sys
from collections.abc import Callable

from tools import fuzz_targets


def make_reader() -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        if data[:1] == b"Q":
            raise KeyError("a fault")
        return None

    return read


fuzz_targets.TARGETS["broken"] = fuzz_targets.FuzzTarget(("none",), make_reader, lambda: [b"A"])

if __name__ == "__main__":
    sys.exit(fuzz_targets.run_reader(*sys.argv[1:]))

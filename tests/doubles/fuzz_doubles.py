"""Ways in that misbehave, each as its number says: what `tools.fuzz` must notice."""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from qana.errors import UserError
from tools.fuzz.chance import Chance
from tools.fuzz.ways import Make, Way


def _crash() -> None:
    raise ZeroDivisionError


def _hang() -> None:
    while True:
        time.sleep(0.1)


def _memory() -> None:
    held = [bytearray(b"x" * 10_000_000) for _ in range(60)]
    del held


def _file() -> None:
    Path(tempfile.mkdtemp(), "left").write_bytes(b"x")


def _changed() -> None:
    Path("left").write_bytes(b"x")


def _shown() -> None:
    sys.stderr.write("Traceback (most recent call last):\n")


def _killed() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _lines() -> None:
    raise UserError("one\ntwo")


def _wordless() -> None:
    raise UserError("")


def _telling() -> None:
    raise UserError(f"{tempfile.gettempdir()}/photo cannot be read.")


def _refused() -> None:
    raise UserError("Choose another photo.")


def _accepted() -> None:
    pass


def making(name: str) -> Make:
    """What a name says is done with any input."""
    return lambda chance, folder: globals()[f"_{name}"]


def choose(chance: Chance, number: str) -> Way:
    """Inputs are named by what they do."""
    return Way(number, 1, "tests.doubles.fuzz_doubles", "making", number)

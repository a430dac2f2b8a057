"""Kinds of inputs that fail on purpose, each in the way that its number names."""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from qana.errors import UserError
from tools.fuzz.input_kinds import InputGenerator, InputKind
from tools.fuzz.random_generator import RandomGenerator


def _crash() -> None:
    raise ZeroDivisionError


def _hang() -> None:
    while True:
        time.sleep(0.1)


def _memory() -> None:
    blocks = [bytearray(b"x" * 10_000_000) for _ in range(60)]
    del blocks


def _temporary_file() -> None:
    Path(tempfile.mkdtemp(), "leftover").write_bytes(b"x")


def _working_file() -> None:
    Path("leftover").write_bytes(b"x")


def _traceback() -> None:
    sys.stderr.write("Traceback (most recent call last):\n")


def _killed() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _two_lines() -> None:
    raise UserError("one\ntwo")


def _empty_message() -> None:
    raise UserError("")


def _private_path() -> None:
    raise UserError(f"{tempfile.gettempdir()}/photo cannot be read.")


def _refused() -> None:
    raise UserError("Choose another photo.")


def _accepted() -> None:
    pass


def make_generator(name: str) -> InputGenerator:
    """Makes a generator that always returns the target of this name."""
    return lambda rng, folder: globals()[f"_{name}"]


def choose_kind(rng: RandomGenerator, number: str) -> InputKind:
    """Returns the kind that the number names."""
    return InputKind(number, 1, "tests.doubles.fuzz_doubles", "make_generator", number)

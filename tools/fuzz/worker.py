"""A process that makes inputs and feeds them to the project, one at a time."""

import os
import resource
import shutil
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

from qana.errors import UserError
from tools.fuzz.box import Box, changes
from tools.fuzz.chance import Chance
from tools.fuzz.outcome import (
    ACCEPTED,
    CRASH,
    LEFT,
    MESSAGE,
    REFUSED,
    SHOWN,
    Outcome,
    fault_of_message,
)

PEAK, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def serve(connection: Connection, root: Path, seed: int, chooser: str) -> None:
    """Takes numbers of inputs until there is none; answers the name of the way, then the outcome.

    Args:
        connection: to whoever watches; None ends.
        root: an empty folder to live in.
        seed: of all inputs.
        chooser: "module:function" that gives the way of an input, see `tools.fuzz.ways.choose`.
    """
    if hasattr(os, "setsid"):
        os.setsid()  # so that whatever it starts can be ended with it
    box = Box(root)
    box.settle()
    module, name = chooser.split(":")
    choose = getattr(import_module(module), name)
    while (number := connection.recv()) is not None:
        chance = Chance(seed, number)
        way = choose(chance, number)
        shutil.rmtree(box.given)
        box.given.mkdir()
        feed = way.make(chance, box.given)
        connection.send(way.name)
        connection.send(_judged(box, number, way.name, feed))


def _judged(box: Box, number: str, way: str, feed: Callable[[], None]) -> Outcome:
    """Feeds an input, and looks at what came of it."""
    before, spoken = box.state(), box.said.stat().st_size
    _forget_peak()
    start = time.perf_counter()
    status, words = ACCEPTED, ""
    try:
        feed()
    except UserError as error:
        status, words = REFUSED, str(error)
    except BaseException:
        status, words = CRASH, traceback.format_exc()
    seconds, megabytes = time.perf_counter() - start, _peak()
    if status == REFUSED and (fault := fault_of_message(words, str(box.temporary))):
        status, words = MESSAGE, f"{fault}: {words[:300]!r}"
    sys.stderr.flush()
    with box.said.open("rb") as file:
        file.seek(spoken)
        said = file.read().decode(errors="replace")
    if status == CRASH:
        words = f"{said}\n{words}"
    else:
        left = changes(before, box.state())
        if "Traceback" in said:
            status, words = SHOWN, said
        elif left:
            status, words = LEFT, ", ".join(left[:5])
    return Outcome(number, way, status, words, seconds, megabytes, len(said))


def _forget_peak() -> None:
    """Linux can measure the peak of memory anew; elsewhere it is that of the process's life."""
    if RESET.exists():
        RESET.write_text("5")


def _peak() -> float:
    """Megabytes."""
    if RESET.exists():
        lines = PEAK.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    handle, home, number_of_seed, called = sys.argv[1:]
    serve(Connection(int(handle)), Path(home), int(number_of_seed), called)

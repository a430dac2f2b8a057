"""Makes inputs and passes them to the project, one at a time, in a process of its own."""

import os
import resource
import shutil
import sys
import time
import traceback
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

from qana.errors import UserError
from tools.fuzz.input_kinds import Target
from tools.fuzz.outcome import (
    ACCEPTED,
    BAD_MESSAGE,
    CRASH,
    LEFTOVER,
    REFUSED,
    TRACEBACK,
    Outcome,
    find_message_fault,
)
from tools.fuzz.random_generator import RandomGenerator
from tools.fuzz.sandbox import Sandbox, list_changes

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def serve(connection: Connection, root: Path, seed: int, selector: str) -> None:
    """Receives the numbers of inputs. Sends the name of the kind, then the outcome.

    Args:
        connection: connection to the monitor; None ends the loop.
        root: empty folder for the sandbox.
        seed: seed of the run.
        selector: "module:function" that draws the kind of an input; see
            `tools.fuzz.input_kinds.choose_kind`.
    """
    if hasattr(os, "setsid"):
        os.setsid()  # the monitor can then stop the worker together with its children
    sandbox = Sandbox(root)
    sandbox.enter()
    module, function = selector.split(":")
    choose_kind = getattr(import_module(module), function)
    while (number := connection.recv()) is not None:
        rng = RandomGenerator(seed, number)
        kind = choose_kind(rng, number)
        shutil.rmtree(sandbox.input_folder)
        sandbox.input_folder.mkdir()
        target = kind.generator(rng, sandbox.input_folder)
        connection.send(kind.name)
        connection.send(_run_target(sandbox, number, kind.name, target))


def _run_target(sandbox: Sandbox, number: str, kind: str, target: Target) -> Outcome:
    """Runs the target of an input and checks the result, the output and the files."""
    before, output_start = sandbox.take_snapshot(), sandbox.output.stat().st_size
    _reset_peak_memory()
    start = time.perf_counter()
    status, message = ACCEPTED, ""
    try:
        target()
    except UserError as error:
        status, message = REFUSED, str(error)
    except BaseException:
        status, message = CRASH, traceback.format_exc()
    seconds, megabytes = time.perf_counter() - start, _read_peak_memory()
    temporary_folder = str(sandbox.temporary_folder)
    if status == REFUSED and (fault := find_message_fault(message, temporary_folder)):
        status, message = BAD_MESSAGE, f"{fault}: {message[:300]!r}"
    sys.stderr.flush()
    with sandbox.output.open("rb") as file:
        file.seek(output_start)
        output = file.read().decode(errors="replace")
    if status == CRASH:
        message = f"{output}\n{message}"
    else:
        leftovers = list_changes(before, sandbox.take_snapshot())
        if "Traceback" in output:
            status, message = TRACEBACK, output
        elif leftovers:
            status, message = LEFTOVER, ", ".join(leftovers[:5])
    return Outcome(number, kind, status, message, seconds, megabytes, len(output))


def _reset_peak_memory() -> None:
    """Resets the peak of the memory on Linux. Elsewhere the peak covers the whole process."""
    if RESET.exists():
        RESET.write_text("5")


def _read_peak_memory() -> float:
    """Returns the peak of the resident memory, megabytes."""
    if RESET.exists():
        lines = STATUS.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    file_descriptor, sandbox_root, run_seed, kind_selector = sys.argv[1:]
    serve(Connection(int(file_descriptor)), Path(sandbox_root), int(run_seed), kind_selector)

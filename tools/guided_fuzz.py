"""Fuzzes the project's own readers, guided by coverage: python -m tools.guided_fuzz --seconds 60.

Writes models/hardening/guided-fuzz.json. atheris (libFuzzer) counts which branches of the Python
code an input reaches, and changes further the inputs that reach new ones. Each reader must return
or raise UserError. The native decoders are left to `tools.fuzz`, whose inputs have their formats.

With --only it runs some readers and writes nothing. An input that fails is kept in the folder
runs/guided-fuzz, and the command names it. atheris exists for Linux on x86_64 only.
"""

import argparse
import os
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from qana.evaluation.report_files import write_report
from tools.command import run_command
from tools.fuzz_targets import SEED, TARGETS
from tools.server import ROOT

OUT = ROOT / "models" / "hardening" / "guided-fuzz.json"
KEPT = ROOT / "runs" / "guided-fuzz"


@dataclass(frozen=True)
class GuidedRun:
    """The run of one reader.

    Attributes:
        reader: its name.
        inputs: number of inputs.
        branches: number of branches that they reached, as libFuzzer counts.
        failure: path of an input that failed, "" if none did.
    """

    reader: str
    inputs: int
    branches: int
    failure: str


def main() -> int:
    """Runs the readers, and returns an exit code, 1 if an input failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.guided_fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="time for each reader")
    parser.add_argument("--only", nargs="+", choices=TARGETS, metavar="READER")
    options = parser.parse_args()
    runs = []
    for name in options.only or TARGETS:
        runs.append(run_reader(name, options.seconds))
        sys.stdout.write(
            f"{name}: {runs[-1].inputs:,} inputs, {runs[-1].branches:,} branches, "
            f"{runs[-1].failure or 'no failure'}\n"
        )
        sys.stdout.flush()
    if not options.only:
        command = f"python -m tools.guided_fuzz --seconds {options.seconds}"
        document = {"command": command, "seed": SEED, "readers": [asdict(run) for run in runs]}
        write_report(OUT, document)
    return int(any(run.failure for run in runs))


def run_reader(
    name: str, seconds: int, kept: Path = KEPT, module: str = "tools.fuzz_targets"
) -> GuidedRun:
    """Fuzzes one reader in a process of its own, which libFuzzer ends.

    Args:
        name: key of `TARGETS`.
        seconds: time.
        kept: folder for an input that fails.
        module: module that runs the reader, for tests of this function.
    """
    kept.mkdir(parents=True, exist_ok=True)
    before = set(kept.iterdir())
    with TemporaryDirectory() as corpus, TemporaryDirectory() as temporary:
        for number, seed in enumerate(TARGETS[name].seeds() if name in TARGETS else [b""]):
            (Path(corpus) / f"seed-{number}").write_bytes(seed)
        reader = (sys.executable, "-m", module, name, corpus, str(seconds), f"{kept}/{name}-")
        # A shell between the two: libFuzzer reads the largest memory of its process, and a process
        # that a large one starts inherits the number of that one.
        command = ("sh", "-c", '"$@"; exit $?', "sh", *reader)
        # libFuzzer ends its process before the readers could remove their temporary files.
        environment = os.environ | {"TMPDIR": temporary}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
    failed = sorted(set(kept.iterdir()) - before)
    if done.returncode and not failed:
        raise RuntimeError(f"The fuzzer of {name} does not run: {done.stderr[-1000:]}")
    inputs = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    branches = re.findall(r" cov: (\d+)", done.stderr)
    return GuidedRun(
        name,
        int(inputs[1]) if inputs else 0,
        int(branches[-1]) if branches else 0,
        str(failed[0]) if failed else "",
    )


if __name__ == "__main__":
    sys.exit(run_command(main))

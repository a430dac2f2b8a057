"""Fuzzes every entry point of the project.

python -m tools.fuzz --inputs 20000 --seed 1 writes models/hardening/fuzz.json.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from tools.command import run_command
from tools.fuzz.input_kinds import ENGINE, choose_kind
from tools.fuzz.outcome import Outcome
from tools.fuzz.random_generator import RandomGenerator
from tools.fuzz.run import fuzz

OUT = Path("models/hardening/fuzz.json")


def main() -> int:
    """Runs the command and returns its exit code, 1 if an input failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument(
        "--engine", type=int, default=100, help="number of networks with a correct hash"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", nargs="+", metavar="NUMBER", help="repeat these inputs")
    parser.add_argument("--kind", help="run the inputs of one kind; writes no report")
    parser.add_argument(
        "--out", type=Path, help=f"report file (default: {OUT}, or none for a part)"
    )
    options = parser.parse_args()
    numbers = options.only or _list_numbers(
        options.seed, options.inputs, options.engine, options.kind
    )
    start = time.perf_counter()

    def print_progress(outcome: Outcome, done: int) -> None:
        if options.only or (outcome.failed and outcome.kind != ENGINE):
            sys.stdout.write(
                f"{outcome.number} {outcome.kind}: {outcome.status} {outcome.message} "
                f"({outcome.seconds:.2f} s, {outcome.megabytes:.0f} MB)\n"
            )
        elif done % 500 == 0:
            speed = done / (time.perf_counter() - start)
            sys.stdout.write(f"{done} of {len(numbers)}, {speed:.0f} per second\n")
        sys.stdout.flush()

    report = fuzz(numbers, options.seed, options.workers, on_outcome=print_progress)
    if not (options.only or options.kind) or options.out:
        command = f"python -m tools.fuzz --inputs {options.inputs} --seed {options.seed}"
        document = report.to_json(command, options.seed, time.perf_counter() - start)
        out = options.out or OUT
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        sys.stdout.write(f"{len(report.failures)} failures. Wrote {out}.\n")
    return int(bool(report.failures))


def _list_numbers(seed: int, inputs: int, engine: int, kind: str | None) -> list[str]:
    """Lists the numbers of a run, or only those of one kind."""
    numbers = [str(number) for number in range(inputs)]
    numbers += [f"{ENGINE}/{number}" for number in range(engine)]
    return [
        number
        for number in numbers
        if kind in (None, choose_kind(RandomGenerator(seed, number), number).name)
    ]


if __name__ == "__main__":
    sys.exit(run_command(main))

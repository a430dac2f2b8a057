"""Fuzzes every way in.

python -m tools.fuzz --inputs 20000 --seed 1 writes models/hardening/fuzz.json.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from tools.fuzz.chance import Chance
from tools.fuzz.outcome import Outcome
from tools.fuzz.run import fuzz
from tools.fuzz.ways import BEHIND, choose

OUT = Path("models/hardening/fuzz.json")


def main() -> int:
    """Runs; returns an exit code: 1 where anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--engine", type=int, default=100, help="inputs behind the model's hash")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", nargs="+", metavar="NUMBER", help="these inputs again")
    parser.add_argument("--way", help="the inputs of this way alone; not written")
    parser.add_argument("--out", type=Path, help=f"{OUT} if not given; or nowhere, for a part")
    asked = parser.parse_args()
    numbers = asked.only or _numbers(asked.seed, asked.inputs, asked.engine, asked.way)
    start = time.perf_counter()

    def tell(outcome: Outcome, done: int) -> None:
        if asked.only or (outcome.failed and outcome.way != BEHIND):
            sys.stdout.write(
                f"{outcome.number} {outcome.way}: {outcome.status} {outcome.words} "
                f"({outcome.seconds:.2f} s, {outcome.megabytes:.0f} MB)\n"
            )
        elif done % 500 == 0:
            speed = done / (time.perf_counter() - start)
            sys.stdout.write(f"{done} of {len(numbers)}, {speed:.0f} a second\n")
        sys.stdout.flush()

    tally = fuzz(numbers, asked.seed, asked.workers, tell=tell)
    if not (asked.only or asked.way) or asked.out:
        command = f"python -m tools.fuzz --inputs {asked.inputs} --seed {asked.seed}"
        document = tally.document(command, asked.seed, time.perf_counter() - start)
        out = asked.out or OUT
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        sys.stdout.write(f"{len(tally.failures())} failures; {out} is written\n")
    return int(bool(tally.failures()))


def _numbers(seed: int, inputs: int, engine: int, way: str | None) -> list[str]:
    """The inputs of a run, or those of one way among them."""
    plain = [str(number) for number in range(inputs)]
    behind = [f"{BEHIND}/{number}" for number in range(engine)]
    named = ((number, choose(Chance(seed, number), number).name) for number in (*plain, *behind))
    return [number for number, name in named if way in (None, name)]


if __name__ == "__main__":
    sys.exit(main())

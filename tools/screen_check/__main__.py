"""Checks `qana screen` on many photos: equal tables, kills, memory, bad files, and rates.

python -m tools.screen_check --images DIR writes models/hardening/screening.json. DIR is a folder of
photos; they are linked until there are 20,000. It takes an hour on a quiet machine of two cores.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from qana.data.photo_files import list_photos
from qana.imaging import read_image
from qana.inference.classifier import load_classifier
from qana.inference.manifest import DEFAULT_MODEL
from tools.command import run_command
from tools.processor_time import ProcessorClock, count_cores
from tools.screen_check.bad_files import count_bad_rows
from tools.screen_check.kills import kill_and_resume, kill_workers
from tools.screen_check.runs import RunResult, ScreenedFolder
from tools.screen_check.targets import list_missed_targets
from tools.soak.results import FOLDER, finish_report, start_report

WORKERS = (1, 2, 4)
LOOP_PHOTOS = 1000
"""Photos of the loop."""
MEMORY_READINGS = 20
"""Readings of the parent's memory that a report keeps."""
TWO = "2 workers"
"""The run that others are compared with, as `name_run` names it."""


def main() -> int:
    """Runs the command and returns its exit code, 1 if a target is missed."""
    options = _parse_options()
    document = start_report("tools.screen_check", [DEFAULT_MODEL])
    document["command"] = document["command"].replace(str(options.images), "DIR")
    sources = list_photos(options.images)
    if not sources:
        sys.stderr.write(
            f"There are no photos in {options.images}: give the folder of a data set.\n"
        )
        return 2
    with tempfile.TemporaryDirectory(dir=options.temporary) as place:
        folder = ScreenedFolder(Path(place), sources, options.photos, options.bad)
        document |= {"photos": options.photos, "cores": count_cores()}
        document["loop"] = measure_loop(sources[: min(LOOP_PHOTOS, options.photos)])
        runs = {name_run(count): ("--workers", str(count)) for count in options.workers}
        if find_spec("ray"):
            runs["ray"] = ("--engine", "ray", "--workers", "2")
        results: dict[str, RunResult] = {}
        for name, words in runs.items():
            results[name] = folder.run(*words)
            sys.stdout.write(f"{name}: {results[name].rate:.1f} photos per second\n")
            sys.stdout.flush()
        expected = next(iter(results.values())).table
        two = results.get(TWO, next(iter(results.values())))
        document["runs"] = {
            name: describe_run(one, expected, options.photos) for name, one in results.items()
        }
        document["speedup"] = round(two.rate / document["loop"]["photos_per_s"], 3)
        document["ray_overhead"] = (
            round(1 - results["ray"].rate / two.rate, 3)
            if {"ray", TWO} <= set(results) and two.rate
            else None
        )
        engine = ("--workers", "2")
        document["killed"] = kill_and_resume(folder, expected, options.kills, two.total, engine)
        document["lost"] = kill_workers(folder, expected, options.kills, two.total)
        document["bad_files"] = {
            "files": options.bad,
            "rows_with_a_reason": count_bad_rows(expected),
        }
    return finish_report(options.out, document, list_missed_targets(document))


def name_run(workers: int) -> str:
    """Names the run of some local workers."""
    return "1 worker" if workers == 1 else f"{workers} workers"


def measure_loop(paths: Sequence[Path]) -> dict[str, float]:
    """Classifies photos in a loop in this process, and measures rate and processor time.

    Args:
        paths: photos.
    """
    classifier = load_classifier()
    decode = 0.0
    clock, start = ProcessorClock(), time.perf_counter()
    for path in paths:
        begun = time.process_time()
        photo = read_image(path)
        decode += time.process_time() - begun
        classifier.classify(photo)
    seconds = time.perf_counter() - start
    processor, other = clock.read()
    return {
        "photos": len(paths),
        "photos_per_s": len(paths) / seconds,
        "share_of_decoding": decode / processor,
        "processor_ms_per_photo": 1e3 * processor / len(paths),
        "other_cores": round(other, 3),
    }


def describe_run(result: RunResult, expected: bytes, photos: int) -> dict[str, Any]:
    """Describes an uninterrupted run for the report.

    Args:
        result: the run.
        expected: table of the first run.
        photos: number of photos of the run.
    """
    step = max(1, len(result.memory) // MEMORY_READINGS)
    return {
        "equal": bool(expected) and result.table == expected,
        "message": result.message,
        "seconds": round(result.seconds, 1),
        "photos_per_s": round(result.rate, 2),
        "processor_ms_per_photo": round(1e3 * result.processor_seconds / photos, 3),
        "other_cores": round(result.other_cores, 3),
        "memory_mb": [size // 10**6 for size in result.memory[::step]],
        "growth": round(result.growth, 4),
    }


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.screen_check", description=__doc__)
    parser.add_argument("--images", type=Path, required=True, metavar="DIR")
    parser.add_argument("--photos", type=int, default=20_000)
    parser.add_argument("--bad", type=int, default=200)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--workers", type=int, nargs="+", default=WORKERS)
    parser.add_argument("--out", type=Path, default=FOLDER / "screening.json")
    parser.add_argument("--temporary", type=Path, help="parent of the folder of linked photos")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(run_command(main))

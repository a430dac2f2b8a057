"""Checks `qana screen` on many photos: equal tables, kills, memory, bad files, and rates.

python -m tools.screen_check --images DIR writes models/hardening/screening.json. DIR is a folder of
photos; they are linked until there are 20,000. It takes an hour on a quiet machine of two cores.
"""

import argparse
import csv
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from qana.data.photo_files import list_photos
from qana.imaging import read_image
from qana.inference.classifier import load_classifier
from qana.inference.manifest import DEFAULT_MODEL
from tools.server import ROOT
from tools.soak.results import FOLDER, finish_report, start_report

WORKERS = (1, 2, 4)
MAX_GROWTH = 0.10
"""Growth of the parent's memory from the first quarter of a run to the last one, as a share."""
MIN_SPEEDUP = 1.7
"""Rate of two workers against a loop of `classify`."""
LOOP_PHOTOS = 1000
"""Photos of the loop."""
START_SECONDS = 3.0
"""Time that a run takes to load its modules and networks, on a quiet machine."""
INTERVAL = 0.25
"""Seconds between two readings of memory."""


@dataclass
class RunResult:
    """One run of the command.

    Attributes:
        table: content of the CSV; empty if the run was killed.
        seconds: from the first stored rows to the end.
        total: seconds from the start of the process to its end.
        photos: rows that came in this time.
        memory: resident bytes of the parent, at even intervals within it.
        share: part of the photos that was done at the end, 0 to 1.
    """

    table: bytes = b""
    seconds: float = 0.0
    total: float = 0.0
    photos: int = 0
    memory: list[int] = field(default_factory=list)
    share: float = 0.0

    @property
    def rate(self) -> float:
        """Photos a second."""
        return self.photos / self.seconds if self.seconds else 0.0

    @property
    def growth(self) -> float:
        """Mean memory of the last quarter against the first one, as a share."""
        if len(self.memory) < 8:
            return 0.0
        first, *_others, last = np.array_split(np.asarray(self.memory, float), 4)
        return float(last.mean() / first.mean() - 1)


class Check:
    """The files of one check, and the runs on them."""

    def __init__(self, folder: Path, sources: Sequence[Path], photos: int, bad: int) -> None:
        """Links the photos and writes the bad files.

        Args:
            folder: an empty folder.
            sources: files of photos.
            photos: number of files, the bad ones included.
            bad: number of bad ones.
        """
        self.photos = photos
        self.folder = folder
        (folder / "photos").mkdir()
        for number, source in enumerate(islice(cycle(sources), photos - bad)):
            _link(source, folder / "photos" / f"{number % 97:02}" / f"{number:06}{source.suffix}")
        for number in range(bad):
            write_bad_file(folder / "photos" / f"{number % 97:02}", number, sources)

    def run(
        self, *options: str, disturb: Callable[[psutil.Process], None] | None = None
    ) -> RunResult:
        """Runs the command once, to its end unless it is killed.

        Args:
            options: beside the folder and the output.
            disturb: is called at even intervals, and may kill processes.
        """
        out = self.folder / "table.csv"
        words = ("-m", "qana", "screen", self.folder / "photos", "--out", out, *options)
        with subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            result = self._watch(psutil.Process(process.pid), process.poll, disturb)
        if process.returncode == 0:
            result.table = out.read_bytes()
            result.share = 1.0
            out.unlink()
        return result

    def _watch(
        self,
        parent: psutil.Process,
        poll: Callable[[], int | None],
        disturb: Callable[[psutil.Process], None] | None,
    ) -> RunResult:
        result = RunResult()
        begun, start, first = time.perf_counter(), 0.0, 0
        while poll() is None:
            done = self._count_parts()
            if done and not start:
                start, first = time.perf_counter(), done
            try:
                size = parent.memory_info().rss
                if start and size:  # 0 while it ends
                    result.memory.append(size)
                if disturb is not None:
                    disturb(parent)
            except psutil.NoSuchProcess:
                break
            time.sleep(INTERVAL)
        result.total = time.perf_counter() - begun
        result.seconds = time.perf_counter() - start if start else 0.0
        result.share = min(1.0, self._count_parts() * 32 / self.photos)
        result.photos = max(0, self.photos - first * 32) if start else 0
        return result

    def _count_parts(self) -> int:
        return len(list(self.folder.glob("table.csv.unfinished/parts/*/*.arrow")))


def write_bad_file(folder: Path, number: int, sources: Sequence[Path]) -> None:
    """Writes one file that cannot be read as a photo: corrupt, huge or of another kind."""
    rng = random.Random(number)
    photo = sources[number % len(sources)].read_bytes()
    cut = photo[: rng.randrange(2, len(photo) // 2)]
    name, content = (
        ("cut.jpg", cut),
        ("empty.jpg", b""),
        ("noise.jpg", b"\xff\xd8\xff\xe0" + rng.randbytes(5000)),
        ("noise.png", b"\x89PNG\r\n\x1a\n" + rng.randbytes(5000)),
        ("text.txt", b"no photo\n" * rng.randrange(1, 100)),
        ("page.pdf", b"%PDF-1.7\n" + rng.randbytes(2000)),
        ("video.mp4", b"\0\0\0\x18ftypmp42" + rng.randbytes(2000)),
        ("archive.zip", b"PK\x03\x04" + rng.randbytes(2000)),
        ("table.csv", b"path,label\nx.jpg,nv\n"),
        ("huge.jpg", photo),
    )[number % 10]
    folder.mkdir(exist_ok=True)
    with (folder / f"bad_{number:06}_{name}").open("wb") as file:
        file.write(content)
        if name == "huge.jpg":
            file.truncate((26 + number) * 2**20)  # a sparse file


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    try:
        target.hardlink_to(source)
    except OSError:  # another disk
        shutil.copyfile(source, target)


def measure_loop(paths: Sequence[Path]) -> dict[str, float]:
    """Classifies photos in a loop in this process: photos a second, and the share of decoding."""
    classifier = load_classifier()
    decode = 0.0
    start = time.perf_counter()
    for path in paths:
        begun = time.perf_counter()
        photo = read_image(path)
        decode += time.perf_counter() - begun
        classifier.classify(photo)
    seconds = time.perf_counter() - start
    return {
        "photos": len(paths),
        "photos_per_s": len(paths) / seconds,
        "share_of_decoding": decode / seconds,
    }


def kill_and_resume(
    check: Check, expected: bytes, kills: int, seconds: float, engine: Sequence[str]
) -> dict[str, Any]:
    """Kills runs at random moments, the last but one after the other, and lets the last one end."""
    rng = random.Random(7)
    shares = []
    for _ in range(kills):
        # Each run takes some seconds to start; on average all kills together leave work to do.
        moment = time.perf_counter() + rng.uniform(0, START_SECONDS + 2 * seconds / (kills + 1))

        def kill(parent: psutil.Process, moment: float = moment) -> None:
            if time.perf_counter() > moment:
                parent.kill()

        shares.append(round(check.run("--resume", *engine, disturb=kill).share, 4))
    return {
        "kills": kills,
        "share_done_at_each": shares,
        "equal": check.run("--resume", *engine).table == expected,
    }


def kill_workers(check: Check, expected: bytes, kills: int, seconds: float) -> dict[str, Any]:
    """Kills workers of one run at random moments."""
    rng = random.Random(11)
    moments = sorted(time.perf_counter() + rng.uniform(0, seconds) for _ in range(kills))
    killed = 0

    def kill(parent: psutil.Process) -> None:
        nonlocal killed
        workers = parent.children()
        if moments and workers and time.perf_counter() > moments[0]:
            rng.choice(workers).kill()
            killed += 1
            moments.pop(0)

    result = check.run("--workers", "2", disturb=kill)
    return {"killed": killed, "equal": result.table == expected}


def list_missed_targets(document: dict[str, Any]) -> list[str]:
    """Lists the targets that a check missed, one sentence each."""
    missed = [
        f"{name}: the table differs from that of one worker."
        for name, run in document["runs"].items()
        if not run["equal"]
    ]
    missed += [
        f"{name}: the memory of the parent grows by {run['growth']:.1%}."
        for name, run in document["runs"].items()
        if run["growth"] >= MAX_GROWTH
    ]
    missed += [
        f"{name}: the table differs." for name in ("killed", "lost") if not document[name]["equal"]
    ]
    if document["bad_files"]["rows_with_a_reason"] != document["bad_files"]["files"]:
        missed.append("bad files: not each has a row with a reason.")
    if document["speedup"] < MIN_SPEEDUP:
        missed.append(f"rate: two workers reach {document['speedup']:.2f} times that of the loop.")
    return missed


def count_bad_rows(table: bytes) -> int:
    """Counts the bad files of a table that are rejected with a reason."""
    rows = csv.DictReader(table.decode("utf-8").splitlines())
    return sum(
        "/bad_" in row["path"] and row["status"] == "rejected" and bool(row["reason"])
        for row in rows
    )


def main() -> int:
    """Runs the command and returns its exit code, 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tools.screen_check", description=__doc__)
    parser.add_argument("--images", type=Path, required=True, metavar="DIR")
    parser.add_argument("--photos", type=int, default=20_000)
    parser.add_argument("--bad", type=int, default=200)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--workers", type=int, nargs="+", default=WORKERS)
    parser.add_argument("--out", type=Path, default=FOLDER / "screening.json")
    parser.add_argument("--temporary", type=Path, help="parent of the folder of linked photos")
    options = parser.parse_args()
    document = start_report("tools.screen_check", [DEFAULT_MODEL])
    document["command"] = document["command"].replace(str(options.images), "DIR")
    sources = list_photos(options.images)
    with tempfile.TemporaryDirectory(dir=options.temporary) as folder:
        check = Check(Path(folder), sources, options.photos, options.bad)
        document |= {"photos": options.photos, "loop": measure_loop(sources[:LOOP_PHOTOS])}
        runs = {f"{count} workers": ("--workers", str(count)) for count in options.workers}
        if find_spec("ray"):
            runs["ray"] = ("--engine", "ray", "--workers", "2")
        results: dict[str, RunResult] = {}
        for name, words in runs.items():
            results[name] = check.run(*words)
            sys.stdout.write(f"{name}: {results[name].rate:.1f} photos per second\n")
            sys.stdout.flush()
        first = next(iter(results.values()))
        expected = first.table
        document["runs"] = {name: _describe(one, expected) for name, one in results.items()}
        document["speedup"] = round(
            results.get("2 workers", first).rate / document["loop"]["photos_per_s"], 3
        )
        document["ray_overhead"] = (
            round(1 - results["ray"].rate / results["2 workers"].rate, 3)
            if {"ray", "2 workers"} <= set(results)
            else None
        )
        two = ("--workers", "2")
        seconds = results.get("2 workers", first).total
        document["killed"] = kill_and_resume(check, expected, options.kills, seconds, two)
        document["lost"] = kill_workers(check, expected, options.kills, seconds)
        document["bad_files"] = {
            "files": options.bad,
            "rows_with_a_reason": count_bad_rows(expected),
        }
    return finish_report(options.out, document, list_missed_targets(document))


def _describe(result: RunResult, expected: bytes) -> dict[str, Any]:
    return {
        "equal": bool(expected) and result.table == expected,
        "seconds": round(result.seconds, 1),
        "photos_per_s": round(result.rate, 2),
        "memory_mb": [size // 10**6 for size in result.memory[:: max(1, len(result.memory) // 20)]],
        "growth": round(result.growth, 4),
    }


if __name__ == "__main__":
    sys.exit(main())

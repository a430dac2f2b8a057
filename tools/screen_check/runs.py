"""Runs `qana screen` on a folder of linked photos, and watches its memory and progress."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import psutil

from qana.screening.chunks import CHUNK_SIZE
from tools.processor_time import ProcessorClock, TreeClock
from tools.screen_check.bad_files import write_bad_file
from tools.server import ROOT

INTERVAL, TREE_INTERVAL = 0.25, 2.0
"""Seconds between two readings of memory, and of the processor time of all processes."""
QUARTERS = 4


@dataclass
class RunResult:
    """One run of the command.

    Attributes:
        table: content of the CSV; empty if the run did not end well.
        message: last line on stderr of a run that failed; "" otherwise.
        seconds: from the first stored rows to the end.
        total: seconds from the start of the process to its end.
        photos: rows that came in `seconds`.
        memory: resident bytes of the parent, at even intervals within it.
        share: part of the photos that was done at the end, 0 to 1.
        processor_seconds: processor time of all its processes.
        other_cores: cores that other programs used meanwhile, on average.
    """

    table: bytes = b""
    message: str = ""
    seconds: float = 0.0
    total: float = 0.0
    photos: int = 0
    memory: list[int] = field(default_factory=list)
    share: float = 0.0
    processor_seconds: float = 0.0
    other_cores: float = 0.0

    @property
    def rate(self) -> float:
        """Photos a second."""
        return self.photos / self.seconds if self.seconds else 0.0

    @property
    def growth(self) -> float:
        """Mean memory of the last quarter against the first one, as a share."""
        if len(self.memory) < 2 * QUARTERS:
            return 0.0
        first, *_others, last = np.array_split(np.asarray(self.memory, float), QUARTERS)
        return float(last.mean() / first.mean() - 1)


class ScreenedFolder:
    """A folder of linked photos and bad files, and the runs on it."""

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
        out, errors = self.folder / "table.csv", self.folder / "stderr"
        words = ("-m", "qana", "screen", self.folder / "photos", "--out", out, *options)
        clock = ProcessorClock()
        with (
            errors.open("wb") as file,
            subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=file
            ) as process,
        ):
            parent = psutil.Process(process.pid)
            tree = TreeClock(parent)
            result = self._watch(parent, tree, process.poll, disturb)
        ours, result.other_cores = clock.read()
        missed = max(0.0, tree.seconds - ours)
        result.processor_seconds = ours + missed
        result.other_cores = max(0.0, result.other_cores - missed / result.total)
        if process.returncode == 0:
            result.table = out.read_bytes()
            result.share = 1.0
            out.unlink()
        elif process.returncode > 0:  # a killed run has a negative one
            lines = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            result.message = lines[-1] if lines else f"exit code {process.returncode}"
        return result

    def _watch(
        self,
        parent: psutil.Process,
        tree: TreeClock,
        poll: Callable[[], int | None],
        disturb: Callable[[psutil.Process], None] | None,
    ) -> RunResult:
        result = RunResult()
        begun, start, first = time.perf_counter(), 0.0, 0
        updated = begun
        while poll() is None:
            if time.perf_counter() - updated > TREE_INTERVAL:
                updated = time.perf_counter()
                tree.update()
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
        result.share = min(1.0, self._count_parts() * CHUNK_SIZE / self.photos)
        result.photos = max(0, self.photos - first * CHUNK_SIZE) if start else 0
        return result

    def _count_parts(self) -> int:
        return len(list(self.folder.glob("table.csv.unfinished/parts/*/*.arrow")))


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    try:
        target.hardlink_to(source)
    except OSError:  # another disk
        shutil.copyfile(source, target)

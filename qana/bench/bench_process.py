"""Runs a comparison in a process of its own, so that a page can follow it and stop it at once."""

import json
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from qana.bench.bench_result import BenchResult, MissingRuntime
from qana.bench.command import build_arguments, format_command
from qana.bench.rows import Row
from qana.bench.run_bench import make_stopped_result
from qana.inference.manifest import ModelEntry

ROOT = Path(__file__).parents[2]
BROKE_OFF = "The measurement broke off, perhaps for want of memory: start it again."
LEFT = "The measurement was stopped, because its page was closed."
MAX_LATENCIES = 600
"""Latest latencies that are kept of each runtime and batch size, to draw their distribution."""


class BenchProcess:
    """A process that runs `python -m qana bench`. Any thread may read it at any time.

    Attributes:
        state: what it does now: waiting, loading, resting, running, done or stopped.
        current: key of the current runtime and the current batch size; ("", 0) where there is none.
        share: share of the current measurement that is over, 0 to 1.
        latencies_ms: (runtime, batch) to the latest latencies of a batch, ms.
        energy_mj: (runtime, batch) to the energy of an image so far, mJ; None without a meter.
        rows: of the measurements that are over.
        missing: runtimes that did not run.
        finished_result: the whole result; None until the process is done.
        error: why there will be no result, in one sentence; None where nothing went wrong.
        command: the command that runs the same comparison in a terminal.
    """

    def __init__(
        self,
        model: str,
        keys: Sequence[str],
        batches: Sequence[int],
        seconds: float,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """Starts the process.

        Args:
            model: name of the model.
            keys: runtimes to measure, keys of `qana.bench.command.RUNTIME_NAMES`.
            batches: batch sizes, images.
            seconds: time for each runtime and batch size, s.
            is_wanted: asked after each event. When it returns False, the process ends, so that
                the next comparison can begin.
        """
        self._is_wanted = is_wanted
        self.state, self.current, self.share = "waiting", ("", 0), 0.0
        self.latencies_ms: dict[tuple[str, int], list[float]] = defaultdict(list)
        self.energy_mj: dict[tuple[str, int], float | None] = {}
        self.rows: list[Row] = []
        self.missing: list[MissingRuntime] = []
        self.finished_result: BenchResult | None = None
        self.error: str | None = None
        arguments = build_arguments(model, keys, batches, seconds)
        self.command = format_command(arguments)
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "qana", *arguments, "--stream"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            text=True,
        )
        threading.Thread(target=self._read_events, daemon=True).start()

    @property
    def is_over(self) -> bool:
        """Whether the process is done or stopped."""
        return self.state in ("done", "stopped")

    def stop(self) -> None:
        """Stops the process at once. What it has measured stays readable."""
        with self._lock:
            if not self.is_over:
                self.state = "stopped"
                self._process.kill()

    def get_result(self, entry: ModelEntry) -> BenchResult:
        """Returns the whole result, or what a stopped process had measured.

        Args:
            entry: the measured model.
        """
        if self.finished_result is not None:
            return self.finished_result
        return make_stopped_result(entry, self.command, [*self.rows], [*self.missing])

    def _read_events(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                event = json.loads(line)
            except ValueError:  # a line that a library printed
                continue
            with self._lock:
                if not self.is_over:
                    self._apply_event(event)
            if not self.is_over and not self._is_wanted():
                self.error = LEFT
                self.stop()
        self._process.wait()
        with self._lock:
            if not self.is_over:
                self.state, self.error = "stopped", self.error or BROKE_OFF

    def _apply_event(self, event: dict[str, Any]) -> None:
        kind = event.pop("kind")
        at = (event.get("runtime", ""), event.get("batch", 0))
        if kind in ("waiting", "loading", "resting", "running"):
            self.state, self.current, self.share = kind, at, 0.0
        elif kind == "progress":
            latest = [*self.latencies_ms[at], *event["latencies_ms"]]
            self.latencies_ms[at] = latest[-MAX_LATENCIES:]
            self.energy_mj[at], self.share = event["energy_mj"], event["share"]
        elif kind == "row":
            self.rows.append(Row.from_json(event["row"]))
        elif kind == "missing":
            self.missing.append(MissingRuntime(**event))
        elif kind == "trouble":
            self.error = event["sentence"]
        elif kind == "done":
            self.finished_result = BenchResult.from_json(event["document"])
            self.state = "done"

"""A comparison in a process of its own: no page waits for it, and it can be stopped at once."""

import json
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from qana.bench.command import build_arguments, format_command
from qana.bench.run_bench import measured_so_far
from qana.inference.manifest import ModelEntry

ROOT = Path(__file__).parents[2]
BROKE_OFF = "The measurement broke off, perhaps for want of memory: start it again."
LEFT = "The measurement was stopped, because its page was closed."
RECENT = 600
"""Latencies of each runtime and batch size that are kept for a picture of their distribution."""


class BenchProcess:
    """`python -m qana bench`, followed from outside. Read it at any time, from any thread.

    Attributes:
        state: what it does at the moment: waiting, loading, resting, running, done, stopped.
        at: key of the runtime and batch size that it is at, as far as there is one.
        share: of the measurement at hand, 0 to 1.
        latencies_ms: (runtime, batch) to the last latencies of a batch.
        energy_mj: (runtime, batch) to millijoules an image so far, where a meter counts.
        rows: of the measurements that are over, as `Row.as_document` gives them.
        missing: runtimes that this machine has not, each with its reason.
        document: the whole result, once it is done.
        trouble: why there will be none.
        command: that does the same in a terminal.
    """

    def __init__(
        self,
        model: str,
        keys: Sequence[str],
        batches: Sequence[int],
        seconds: float,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """Starts it.

        Args:
            model, keys, batches, seconds: see `qana.bench.run_bench.run_bench`.
            wanted: asked again and again; once it says no, the job ends and lets others begin.
        """
        self._wanted = wanted
        self.state, self.at, self.share = "waiting", ("", 0), 0.0
        self.latencies_ms: dict[tuple[str, int], list[float]] = defaultdict(list)
        self.energy_mj: dict[tuple[str, int], float | None] = {}
        self.rows: list[dict[str, Any]] = []
        self.missing: list[dict[str, str]] = []
        self.document: dict[str, Any] | None = None
        self.trouble: str | None = None
        asked = build_arguments(model, keys, batches, seconds)
        self.command = format_command(asked)
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "qana", *asked, "--stream"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ("done", "stopped")

    def stop(self) -> None:
        """Ends it at once; what was measured so far can still be read."""
        with self._lock:
            if not self.over:
                self.state = "stopped"
                self._process.kill()

    def result(self, entry: ModelEntry) -> dict[str, Any]:
        """The document; of a run that was stopped what it had measured, and "stopped": true.

        Args:
            entry: of the model that is measured.
        """
        if self.document is not None:
            return self.document
        found = measured_so_far(entry, self.command, list(self.rows), list(self.missing))
        return {**found, "stopped": True}

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                said = json.loads(line)
            except ValueError:  # a library's own line
                continue
            with self._lock:
                if not self.over:
                    self._hear(said)
            if not self.over and not self._wanted():
                self.trouble = LEFT
                self.stop()
        self._process.wait()
        with self._lock:
            if not self.over:
                self.state, self.trouble = "stopped", self.trouble or BROKE_OFF

    def _hear(self, said: dict[str, Any]) -> None:
        kind = said.pop("kind")
        at = (said.get("runtime", ""), said.get("batch", 0))
        if kind in ("waiting", "loading", "resting", "running"):
            self.state, self.at, self.share = kind, at, 0.0
        elif kind == "progress":
            self.latencies_ms[at] = [*self.latencies_ms[at], *said["latencies_ms"]][-RECENT:]
            self.energy_mj[at], self.share = said["energy_mj"], said["share"]
        elif kind == "row":
            self.rows.append(said["row"])
        elif kind == "missing":
            self.missing.append(said)
        elif kind == "trouble":
            self.trouble = said["sentence"]
        elif kind == "done":
            self.document = said["document"]
            self.state = "done"

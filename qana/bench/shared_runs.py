"""Keeps what visitors' browsers have measured, in memory, so that a booth's screen shows it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from qana.bench.browser_run import BrowserRun

KEEP_SECONDS = 3600.0
"""Time for which a run is kept."""
MAX_RUNS = 8
"""Most runs that are kept, the latest ones."""
MEASURING_SECONDS = 60.0
"""Time without a sign after which a browser no longer measures. It gives one every 15 s."""


@dataclass(frozen=True)
class SharedRun:
    """A run of a visitor's browser.

    Attributes:
        owner: key of the visitor's session. It tells nothing about the visitor.
        sha256: hash of the model that was measured.
        run: what was measured.
        at: time of the clock when it came, s.
    """

    owner: str
    sha256: str
    run: BrowserRun
    at: float


class SharedRuns:
    """The latest runs of all visitors. Any thread may use it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Starts without a run.

        Args:
            clock: seconds from a fixed time on.
        """
        self._clock, self._lock = clock, threading.Lock()
        self._runs: list[SharedRun] = []
        self._signs: dict[tuple[str, str], float] = {}

    def note_measuring(self, owner: str, sha256: str) -> None:
        """Notes that a visitor's browser measures now.

        Args:
            owner: key of the visitor's session.
            sha256: hash of the model.
        """
        with self._lock:
            self._signs[owner, sha256] = self._clock()

    def end_measuring(self, owner: str, sha256: str) -> None:
        """Notes that a visitor's browser no longer measures, whether or not it has a result."""
        with self._lock:
            self._signs.pop((owner, sha256), None)

    def count_measuring(self, sha256: str, without: str = "") -> int:
        """Counts the browsers that measure a model now.

        Args:
            sha256: hash of the model.
            without: owner to leave out.
        """
        oldest = self._clock() - MEASURING_SECONDS
        with self._lock:
            self._signs = {key: at for key, at in self._signs.items() if at >= oldest}
            return sum(model == sha256 and one != without for one, model in self._signs)

    def add(self, owner: str, sha256: str, run: BrowserRun) -> None:
        """Adds a run. It replaces the owner's earlier run of the same model.

        Args:
            owner: key of the visitor's session.
            sha256: hash of the model.
            run: what was measured. A run without rows is not kept.
        """
        self.end_measuring(owner, sha256)
        if not run.rows:
            return
        with self._lock:
            kept = [one for one in self._runs if (one.owner, one.sha256) != (owner, sha256)]
            kept.append(SharedRun(owner, sha256, run, self._clock()))
            self._runs = kept[-MAX_RUNS:]

    def list_runs(self, sha256: str, without: str = "") -> list[BrowserRun]:
        """Lists the runs of a model that are not too old, the latest first.

        Args:
            sha256: hash of the model.
            without: owner to leave out.
        """
        oldest = self._clock() - KEEP_SECONDS
        with self._lock:
            self._runs = [one for one in self._runs if one.at >= oldest]
            runs = [one for one in self._runs if one.sha256 == sha256 and one.owner != without]
        return [one.run for one in reversed(runs)]

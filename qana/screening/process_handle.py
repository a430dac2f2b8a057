"""Starts one worker process and exchanges messages with it."""

import contextlib
import pickle
import subprocess
import sys
import threading
from pathlib import Path

from qana.errors import UserError
from qana.inference.chips import report_problem
from qana.screening.rows import ScreeningRow, make_lost_row
from qana.screening.worker_process import Message, WorkerFault, WorkerReady, WorkerRows

PACKAGE_ROOT = Path(__file__).parents[2]
START = """
import sys
root = sys.argv.pop(1)
if root not in sys.path:
    sys.path.insert(0, root)
from qana.screening.worker_process import main
main()
"""
"""What the process runs: the package that runs here, wherever it is."""
FAULT = "This photo could not be classified. That is a fault of ours and not of the photo ({})."


class ProcessLostError(Exception):
    """The process ended, or failed, before it had answered.

    Attributes:
        reason: one sentence if the process is alive and reported an unexpected error; else empty.
    """

    def __init__(self, reason: str = "") -> None:
        """Takes the reason."""
        super().__init__(reason)
        self.reason = reason


class ProcessHandle:
    """A worker process that can be started again. One thread talks to it; any may close it.

    Attributes:
        closed: True after `close`: the process is not started again.
    """

    def __init__(self, model: str, sha256: str) -> None:
        """Starts nothing yet.

        Args:
            model: name of the model.
            sha256: of its .fbz file, 64 hex digits.
        """
        self.closed = False
        self._model, self._sha256 = model, sha256
        self._backend = "simulator"
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def start(self) -> bool:
        """Starts the process if it does not run, and waits until it has loaded the model.

        Returns:
            Whether it is ready.

        Raises:
            UserError: it cannot load the model. The sentence says why.
        """
        if self._process is not None and self._process.poll() is None:
            return True
        with self._lock:
            self._end()
            if self.closed:
                return False
            self._process = self._open()
        try:
            message = self._receive()
        except ProcessLostError:
            return False
        if isinstance(message, WorkerFault):
            raise UserError(message.sentence)
        assert isinstance(message, WorkerReady)
        self._backend = message.backend
        _report(message.warning)
        return True

    def ask(self, paths: tuple[str, ...]) -> list[ScreeningRow]:
        """Has the process classify photos, and waits.

        Raises:
            ProcessLostError: the process ended before it had answered, or failed.
        """
        assert self._process is not None and self._process.stdin is not None
        try:
            pickle.dump(paths, self._process.stdin)
            self._process.stdin.flush()
        except (OSError, ValueError):
            self._lose()
        message = self._receive()
        if isinstance(message, WorkerFault):
            raise ProcessLostError(FAULT.format(message.kind))
        assert isinstance(message, WorkerRows) and len(message.rows) == len(paths)
        _report(message.warning)
        return message.rows

    def make_row(self, path: str, reason: str) -> ScreeningRow:
        """Makes the row of a photo that this process cannot classify."""
        return make_lost_row(path, reason, self._model, self._sha256, self._backend)

    def close(self) -> None:
        """Ends the process at once, and for good."""
        self.closed = True
        with self._lock:
            self._end()

    def _open(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            # -P: a file of the working folder must not stand in for a module.
            [sys.executable, "-P", "-c", START, PACKAGE_ROOT, self._model, self._sha256],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C reaches the parent alone, which then ends this
        )

    def _receive(self) -> Message:
        assert self._process is not None and self._process.stdout is not None
        try:
            message: Message = pickle.load(self._process.stdout)
        except Exception:  # whatever half a message raises
            self._lose()
        return message

    def _lose(self) -> None:
        with self._lock:
            self._end()
        raise ProcessLostError

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    # The process may be gone before the last bytes are written.
                    with contextlib.suppress(OSError):
                        stream.close()
            self._process = None


def _report(warning: str | None) -> None:
    """Logs here what the process says of a chip, because nobody sees its own log."""
    if warning:
        report_problem(warning)

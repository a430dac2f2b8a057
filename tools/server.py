"""A real server of the app, in a process of its own, with a home and a temporary folder of its own.

It uses nothing of the engine: what starts it may run where none is installed.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil
import requests

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0
"""Seconds until a server has to answer."""


class Server:
    """The app as `streamlit run` starts it; everything it may write to lies in `folder`."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        entry: tuple[str, ...] = ("streamlit",),
    ) -> None:
        """Takes a free port; `start` starts it.

        Args:
            folder: gets its home, its temporary folder and its log.
            environment: variables beside this process's own.
            entry: module with its arguments, to which `run streamlit_app.py` is added.
        """
        self.folder = folder
        self.home, self.temporary, self.log = (folder / part for part in ("home", "tmp", "log"))
        for place in (self.home, self.temporary):
            place.mkdir(parents=True, exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        own = {"HOME": self.home, "TMPDIR": self.temporary, "XDG_CACHE_HOME": self.home / ".cache"}
        self._environment = os.environ | {k: str(v) for k, v in own.items()} | (environment or {})
        self._command = [sys.executable, "-m", *entry, "run", "streamlit_app.py"]
        self._command += ["--server.port", str(self.port), "--server.address", "127.0.0.1"]
        self._command += ["--server.headless", "true"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Server":
        """Starts it and waits until it answers; on the same port again after `kill`.

        Raises:
            RuntimeError: it ends, or stays silent for a minute.
        """
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self._process.poll() is None:
            try:
                if requests.get(f"{self.address}/_stcore/health", timeout=5).ok:
                    return self
            except requests.ConnectionError:
                time.sleep(0.1)
        raise RuntimeError(f"The server does not answer; its log is {self.log}.")

    @property
    def process(self) -> psutil.Process:
        """The running process."""
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def family(self) -> list[psutil.Process]:
        """The process and all that it has started."""
        return [self.process, *self.process.children(recursive=True)]

    def memory(self) -> int:
        """Resident bytes of the server's process."""
        return int(self.process.memory_info().rss)

    def kill(self) -> None:
        """Ends it at once, as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Asks it to end."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

"""Starts a real server of the app and finds the browser that opens it.

This module does not import the Akida engine, so it also works where the engine is not installed.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil
import requests

ROOT = Path(__file__).parents[1]
START_SECONDS = 60.0
"""Time in which a server must answer."""
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
"""Path of Debian's Chromium, or None if it is not installed."""
CHROMIUM_MISSING = "Install chromium first: apt install chromium\n"


class Server:
    """The app in a process of its own, as `streamlit run` starts it.

    Use it as a context manager.

    Attributes:
        folder: folder with everything that the server may write to.
        home: home folder of the server.
        temporary: its folder for temporary files.
        log: file with its standard output and error.
        port: TCP port.
        address: http://127.0.0.1:PORT, and the path below which the app is.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        entry: tuple[str, ...] = ("streamlit",),
        path: str = "",
    ) -> None:
        """Chooses a free port. `start` starts the server.

        Args:
            folder: folder for the home, the temporary files and the log.
            environment: further environment variables.
            entry: module to run and its first arguments; `run streamlit_app.py` follows them.
            path: path below which the app is, such as "/qana"; "" for none.
        """
        self.folder = folder
        self.home, self.temporary, self.log = (folder / part for part in ("home", "tmp", "log"))
        for subfolder in (self.home, self.temporary):
            subfolder.mkdir(parents=True, exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}{path}"
        folders = {
            "HOME": self.home,
            "TMPDIR": self.temporary,
            "XDG_CACHE_HOME": self.home / ".cache",
        }
        self._environment = os.environ | {k: str(v) for k, v in folders.items()}
        self._environment |= environment or {}
        self._command = [sys.executable, "-m", *entry, "run", "streamlit_app.py"]
        self._command += ["--server.port", str(self.port), "--server.address", "127.0.0.1"]
        self._command += ["--server.headless", "true", "--server.baseUrlPath", path.strip("/")]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Server":
        """Starts the server and waits for its answer. After `kill` or `stop` it starts again.

        Returns:
            The server itself.

        Raises:
            RuntimeError: the server ends or does not answer within a minute.
        """
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if requests.get(f"{self.address}/_stcore/health", timeout=5).ok:
                    return self
            except (requests.ConnectionError, requests.Timeout):
                time.sleep(0.1)
        raise RuntimeError(f"The server does not answer. See its log: {self.log}")

    @property
    def process(self) -> psutil.Process:
        """The running process."""
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def list_processes(self) -> list[psutil.Process]:
        """Lists the process and its descendants."""
        return [self.process, *self.process.children(recursive=True)]

    def measure_memory(self) -> int:
        """Measures the resident memory of the process, bytes."""
        return int(self.process.memory_info().rss)

    def kill(self) -> None:
        """Kills the server at once, as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Asks the server to end, and kills it after 20 seconds."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def __enter__(self) -> "Server":
        """Starts the server, and leaves no process if that fails."""
        try:
            return self.start()
        except RuntimeError:
            self.stop()
            raise

    def __exit__(self, *_: object) -> None:
        """Stops the server."""
        self.stop()

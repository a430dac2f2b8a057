"""A real browser and a real server, for the tests that look at the pages."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
if CHROMIUM is None and os.environ.get("QANA_REQUIRE_BROWSER"):
    pytest.fail("chromium is not installed, and QANA_REQUIRE_BROWSER asks for it", pytrace=False)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium: apt install chromium")

ROOT = Path(__file__).parents[1]
PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1366, "height": 768}
BOOTH = {"width": 1920, "height": 1080}
PATIENCE = 20_000
"""Milliseconds that a page may take."""
FLAGS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""The camera is a fake one, and the browser asks nobody but the app."""
HARMLESS = ("_stcore/", "/media/")
"""In the addresses that may get 404: Streamlit's own probes at a page's own address, and pictures
that the page replaced before the browser fetched them."""


@contextmanager
def serving() -> Iterator[subprocess.Popen[bytes]]:
    """A fresh server; its address is the attribute `address`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = (
        "--server.port",
        str(port),
        "--server.address",
        "127.0.0.1",
        "--server.headless",
        "true",
    )
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    process.address = f"http://127.0.0.1:{port}"  # type: ignore[attr-defined]
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{process.address}/_stcore/health").read()  # type: ignore[attr-defined]
            break
        except OSError:
            time.sleep(0.1)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[bytes]]:
    """One server for the tests of a file."""
    with serving() as process:
        yield process

"""A real browser and a real server, for the tests that look at the pages."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tools.server import CHROMIUM, Server

if CHROMIUM is None and os.environ.get("QANA_REQUIRE_BROWSER"):
    pytest.fail("chromium is not installed, and QANA_REQUIRE_BROWSER asks for it", pytrace=False)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium: apt install chromium")

PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1366, "height": 768}
BOOTH = {"width": 1920, "height": 1080}
PATIENCE = 120_000
"""Milliseconds that a page may take on a busy machine."""
expect.set_options(timeout=PATIENCE)


def _make_patient(make: Callable[..., Any]) -> Callable[..., Any]:
    def open_patiently(*arguments: Any, **options: Any) -> Any:
        made = make(*arguments, **options)
        made.set_default_timeout(PATIENCE)  # Playwright's own is 30 s
        return made

    return open_patiently


Browser.new_context = _make_patient(Browser.new_context)  # type: ignore[method-assign]
Browser.new_page = _make_patient(Browser.new_page)  # type: ignore[method-assign]
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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests of a file."""
    with Server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a file."""
    with sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

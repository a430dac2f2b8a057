"""The page Batch in a real browser, from its start to the table's download."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.doubles.real_browser import LAPTOP, PATIENCE

TITLE = "Classify a batch"
LONG = 120_000
"""Milliseconds that 200 photos may take on a busy machine."""


def open_page(browser: Browser, server, size: dict[str, int] = LAPTOP) -> Page:
    page = browser.new_context(viewport=size).new_page()
    page.goto(f"{server.address}/batch")
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible(timeout=PATIENCE)
    return page


@pytest.fixture
def page(browser: Browser, server) -> Iterator[Page]:
    page = open_page(browser, server)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    assert not faults
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wider)
    page.context.close()


def start(page: Page, photos: int, *files: Path) -> None:
    page.locator("input[type=file]").set_input_files(files)
    words = "Classify 1 photo" if photos == 1 else f"Classify {photos} photos"
    page.get_by_role("button", name=words, exact=True).click(timeout=PATIENCE)


def wait_for_end(page: Page, photos: int) -> None:
    expect(page.get_by_text(re.compile(rf"^{photos} photos:"))).to_be_visible(timeout=LONG)
    # The button comes after the downloads, which a busy machine makes slowly.
    expect(page.get_by_role("button", name="Other photos")).to_be_visible(timeout=PATIENCE)


def download(page: Page, name: str) -> bytes:
    with page.expect_download() as found:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(found.value.path()).read_bytes()

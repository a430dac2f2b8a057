"""One photo goes from page to page in a real browser, with another network chosen on the way."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from qana.inference.manifest import find_entry
from tests.doubles.real_browser import CHROMIUM, FLAGS, LAPTOP, PATIENCE, pytestmark, server

__all__ = ["pytestmark", "server"]


@pytest.fixture
def page(server) -> Iterator[Page]:
    """A tab for each test, because the app brings back what a tab had before."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = browser.new_page(viewport=LAPTOP)
        opened.goto(server.address)
        yield opened
        browser.close()


def go_to(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_test_id("stHeading").first).to_be_visible(timeout=PATIENCE)


def choose_network(page: Page, model: str) -> None:
    page.get_by_role("combobox").first.click(timeout=PATIENCE)
    page.get_by_role("option", name=f"{model}, for").click()


def download(page: Page, button: str, path: Path) -> bytes:
    # A chart on the page has a button of the same name in its own toolbar.
    found = page.get_by_test_id("stDownloadButton").filter(has_text=button)
    with page.expect_download(timeout=PATIENCE) as waiting:
        found.get_by_role("button").click()
    waiting.value.save_as(path)
    return path.read_bytes()


def expect_badge(page: Page, model: str) -> None:
    badge = page.locator("p").filter(has_text=re.compile(rf"hub\s*{model}\s*$"))
    expect(badge.first).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize(
    ("asked", "chosen"), [("akida2", "akd1000"), ("akd1000", "akida2")], ids=["akida2", "akd1000"]
)
def test_report_and_map_name_the_network_that_answered(
    page: Page, server, samples, tmp_path: Path, asked: str, chosen: str
) -> None:
    page.goto(server.address)
    choose_network(page, asked)
    sample = samples[0]
    page.get_by_role("button", name="Photo 1", exact=True).click(timeout=PATIENCE)
    verdict = page.get_by_role("button", name="Keep a report")
    anyway = page.get_by_role("button", name="Classify anyway")
    expect(verdict.or_(anyway)).to_be_visible(timeout=PATIENCE)
    if anyway.is_visible():
        anyway.click()
    expect_badge(page, asked)
    go_to(page, "Compare")
    choose_network(page, chosen)
    go_to(page, "Scan")
    expect_badge(page, asked)
    page.get_by_text("Show what supports it").click()
    expect(page.get_by_alt_text("under a map")).to_be_visible(timeout=PATIENCE)
    report = download(page, "Keep a report", tmp_path / "report.html").decode()
    ours, other = find_entry(asked).sha256[:12], find_entry(chosen).sha256[:12]
    assert f"{asked}, {ours}" in report
    assert other not in report
    assert sample.attribution in report

    go_to(page, "Explain")
    page.get_by_role("button", name="The photo from Scan").click(timeout=PATIENCE)
    expect_badge(page, asked)
    expect(page.get_by_text("of this map lies on the lesion")).to_be_visible(timeout=PATIENCE)
    picture = Image.open(io.BytesIO(download(page, "Download as PNG", tmp_path / "map.png")))
    caption = " ".join(picture.text["Description"].split())
    assert f"{asked} ({ours})" in caption
    assert other not in caption
    assert sample.image_id in caption
    assert sample.attribution in caption
    page.get_by_role("button", name="Another photo").click()

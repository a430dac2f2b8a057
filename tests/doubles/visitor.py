"""What a visitor does on the pages Scan and Learn, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from qana.classes import BY_CODE
from qana.inference.prediction import Prediction
from tests.doubles.real_browser import HARMLESS, LAPTOP, PATIENCE, PHONE

VERDICT = "Looks most like"


@pytest.fixture(
    params=[PHONE, pytest.param(LAPTOP, marks=pytest.mark.slow)], ids=["phone", "laptop"]
)
def page(request, browser: Browser, server) -> Iterator[Page]:
    context = browser.new_context(viewport=request.param, permissions=["camera"])
    opened = context.new_page()
    faults: list[str] = []
    opened.on("console", lambda line: _is_fault(line) and faults.append(line.text))
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(server.address)
    expect(opened.get_by_role("heading", name="Scan a lesion")).to_be_visible(timeout=PATIENCE)
    until_gallery_is_there(opened)
    yield opened
    assert not faults
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not opened.evaluate(wider)
    context.close()


def _is_fault(line: ConsoleMessage) -> bool:
    # The app's own line about a picture names its address in the text.
    about = f"{line.location['url']} {line.text}"
    return line.type == "error" and not any(part in about for part in HARMLESS)


def until_gallery_is_there(page: Page) -> None:
    """A gallery left before its pictures have come makes the browser report them as missing."""
    page.wait_for_function(
        "[...document.images].filter((i) => i.alt.startsWith('Dermato') && i.complete).length == 21"
    )


def choose(page: Page, way: str) -> None:
    page.get_by_text(way, exact=True).click()


def classify(page: Page) -> None:
    """The photo as it lies in the frame."""
    page.get_by_role("button", name="Classify", exact=True).click(timeout=PATIENCE)


def read_verdict(page: Page, prediction: Prediction) -> None:
    expect(page.get_by_text(VERDICT, exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", level=2)).to_contain_text(BY_CODE[prediction.top[0][0]].name)
    expect(page.get_by_text("Not a medical device").first).to_be_visible()


def teach_own_class(page: Page, address: str, photo: Path) -> None:
    """A class called tattoo, with one photo, on the page Learn."""
    page.goto(f"{address}/learn")
    expect(page.get_by_role("heading", name="Teach the chip")).to_be_visible(timeout=PATIENCE)
    page.get_by_text("New class...").click()
    page.get_by_label("Name of the new class").fill("tattoo")
    page.keyboard.press("Enter")
    # With its name the class has another row of photos: what is clicked before it is there is lost.
    expect(page.get_by_text("Press Enter to apply")).to_be_hidden(timeout=PATIENCE)
    page.wait_for_load_state("networkidle")
    page.get_by_test_id("stMain").get_by_role("radio", name="Upload").first.click()
    expect(page.get_by_text("One lesion each")).to_be_visible(timeout=PATIENCE)
    page.locator("input[type=file]").first.set_input_files(photo)
    page.get_by_role("button", name="Learn 1 photo").click(timeout=PATIENCE)
    expect(page.get_by_text("tattoo learned one photo.")).to_be_visible(timeout=PATIENCE)

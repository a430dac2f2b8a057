"""The zoom of Convert in a real browser: its integers are the engine's, and so are its changes."""

import json
import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from qana.export.integer_network import read_integer_network
from qana.imaging import read_image, to_input
from tests.doubles.explorer_walk import (
    PATIENCE,
    change_one_weight,
    compute_with,
    press_slider,
    put_back,
    read,
    read_logits,
    time_steps,
    wait_until_ready,
    walk_through_levels,
)
from tests.doubles.real_browser import (
    BOOTH,
    CHROMIUM,
    FLAGS,
    HARMLESS,
    LAPTOP,
    PHONE,
    pytestmark,
    server,
)

__all__ = ["pytestmark", "server"]

SIZES = [
    pytest.param(PHONE, id="phone"),
    pytest.param(LAPTOP, id="laptop"),
    pytest.param(BOOTH, id="booth", marks=pytest.mark.slow),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture
def first(samples, classifier) -> np.ndarray:
    """The photo that Convert begins with, as the network reads it."""
    sample = next(sample for sample in samples if sample.label == "mel")
    return to_input(read_image(sample.path), classifier.input_size)


def open_zoom(browser: Browser, address: str, size: dict[str, int]) -> Page:
    page = browser.new_context(viewport=size).new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda line: page.faults.append(line.text) if is_fault(line) else None)
    page.goto(address)
    return page


def is_fault(line) -> bool:
    about = f"{line.location['url']} {line.text}"
    return line.type == "error" and not any(part in about for part in HARMLESS)


def leave(page: Page) -> None:
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wider)
    assert not page.faults
    page.context.close()


@pytest.mark.parametrize("size", SIZES)
def test_the_zoom_and_a_weight_are_the_engines(browser, server, classifier, first, size) -> None:
    page = open_zoom(browser, f"{server.address}/convert?chapter=zoom", size)
    walk_through_levels(page, classifier, first)
    change_one_weight(page, classifier, first)
    leave(page)


@pytest.mark.alone
@pytest.mark.parametrize("size", SIZES)
def test_each_step_of_the_zoom_is_quick(browser, server, size) -> None:
    page = open_zoom(browser, f"{server.address}/convert?chapter=zoom", size)
    time_steps(page)
    leave(page)


def test_another_photo_and_fewer_bits_are_the_engines(
    browser, server, classifier, samples, first
) -> None:
    page = open_zoom(browser, f"{server.address}/convert", LAPTOP)
    wait_until_ready(page)
    press_slider(page, page.get_by_role("slider", name="Bits of all weights"), "ArrowLeft")
    changes = json.loads(read(page)["made"])
    assert len(changes) > 20 and {change["bits"] for change in changes} == {7}
    np.testing.assert_array_equal(read_logits(page), compute_with(classifier, changes, first))
    expect(page.get_by_text("Nothing is trained again here")).to_be_visible()
    one = page.get_by_role("button", name=re.compile("^Put back: .* of 7 bits"))
    expect(one).to_have_count(6)
    page.get_by_role("button", name=f"and {len(changes) - 6} more").click()
    expect(page.get_by_role("button", name="Show fewer")).to_be_focused()
    expect(one).to_have_count(len(changes))
    one.last.click()
    expect(page.locator(f'.frame[data-changes="{len(changes) - 1}"]')).to_be_visible()
    wait_until_ready(page)
    changes = json.loads(read(page)["made"])
    framed = page.locator(".card.differs")
    assert 20 < framed.count() <= page.locator(".card").count()
    page.get_by_text("Another photo").click()
    page.get_by_role("button", name="Photo 2", exact=True).click()
    before = read(page)["logits"]
    page.wait_for_function(
        "(old) => [...document.querySelectorAll('*')].some((one) => "
        "(one.shadowRoot?.querySelector('.frame')?.dataset.logits ?? old) !== old)",
        arg=before,
        timeout=PATIENCE,
    )
    wait_until_ready(page)
    second = to_input(read_image(samples[1].path), classifier.input_size)
    np.testing.assert_array_equal(read_logits(page), compute_with(classifier, changes, second))
    page.keyboard.press("Escape")
    put_back(page)
    assert read(page)["equal"] == "true"
    page.get_by_role("button", name="Put everything back").wait_for()
    press_slider(page, page.get_by_role("slider", name="Bits of all outputs"), "ArrowLeft")
    page.get_by_role("button", name="See what tuning mends").click()
    expect(page).to_have_url(re.compile("chapter=bits"), timeout=PATIENCE)
    leave(page)


def test_an_address_opens_a_place_and_a_mouse_chooses_another(browser, server, classifier) -> None:
    first = read_integer_network(classifier.layers).layers[0]
    at = f"{first.name}/3"
    page = open_zoom(browser, f"{server.address}/convert?chapter=zoom&at={at}", LAPTOP)
    assert wait_until_ready(page)["at"] == at
    canvas = page.locator(".stage canvas")
    canvas.scroll_into_view_if_needed()
    canvas.hover(position={"x": 40, "y": 40})
    expect(page.locator(".readout")).to_contain_text("Row")
    expect(page.locator(".caption").first).to_contain_text(f"Its receptive field: {first.kernel}")
    canvas.click(position={"x": 60, "y": 50})
    expect(page.locator('.frame[data-level="3"]')).to_be_visible()
    place = read(page)["at"]
    expect(page).to_have_url(re.compile(f"at={first.name}"))
    page.reload()
    assert wait_until_ready(page)["at"] == place
    page.get_by_role("button", name="Zoom into product").click()
    expect(page.locator('.frame[data-level="4"]')).to_be_visible()
    page.locator(".crumbs").get_by_role("button", name="Network").click()
    expect(page.locator('.frame[data-level="0"]')).to_be_visible()
    page.locator(".card").nth(2).click()
    expect(page.locator('.frame[data-level="1"]')).to_be_visible()
    leave(page)

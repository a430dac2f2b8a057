"""Compare in a real browser: its own GPU, here a software adapter, and what is seen at once."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from qana.bench.browser_run import NOT_THERE, WITHOUT_WEBGPU
from qana.bench.result_files import read_result
from tests.doubles.real_browser import (
    BOOTH,
    CHROMIUM,
    FLAGS,
    LAPTOP,
    PATIENCE,
    PHONE,
    pytestmark,
    server,
)
from ui.compare.browser_bench import LABEL

__all__ = ["pytestmark", "server"]

SOFTWARE = ["--enable-unsafe-swiftshader"]
WEBGPU = [*SOFTWARE, "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]
NEITHER = ["--disable-gpu", "--disable-software-rasterizer", "--disable-3d-apis"]
MEASURING = 900_000
"""Milliseconds that a measurement on a software adapter may take."""
LENGTH_BEFORE = {390: 7140, 1366: 5800, 1920: 5800}
"""Height of the page before its evidence was folded, pixels, by width of the window."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *SOFTWARE])


def open_compare(browser: Browser, address: str, size: ViewportSize = LAPTOP) -> Page:
    page = browser.new_context(viewport=size, accept_downloads=True).new_page()
    page.goto(f"{address}/compare")
    expect(page.get_by_role("button", name=LABEL)).to_be_visible(timeout=PATIENCE)
    return page


def measure(page: Page) -> None:
    page.get_by_role("button", name=LABEL).click()
    expect(page.locator(".bench")).to_have_attribute("data-state", "running")


def test_a_software_adapter_is_measured_as_a_processor_and_its_row_is_kept(
    browser: Browser, server
) -> None:
    page = open_compare(browser, server.address)
    measure(page)
    expect(page.get_by_text("In this browser", exact=True)).to_be_visible(timeout=MEASURING)
    lane = page.locator(".lane", has_text="This browser's processor")
    expect(lane).to_contain_text("SwiftShader Device")
    assert "GPU" not in page.locator(".st-key-conclusion").inner_text()
    expect(page.get_by_text("SwiftShader Device, 32-bit float, WebGL", exact=True)).to_be_visible()
    expect(page.get_by_text("SwiftShader Device, 16-bit float, WebGL", exact=True)).to_be_visible()
    expect(page.get_by_text("arithmetic differs")).to_have_count(0)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="JSON").first.click()
    result = read_result(waiting.value.path().read_bytes())
    assert all("processor" in row.runtime and row.runs >= 20 for row in result.rows)
    reasons = (WITHOUT_WEBGPU["absent"], WITHOUT_WEBGPU["no_adapter"])
    assert any(reason in (result.rows[0].doubt or "") for reason in reasons)
    page.get_by_role("link", name="Facts").click()
    expect(page.get_by_role("heading", name="Facts", exact=True)).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="Compare").click()
    expect(lane).to_contain_text("SwiftShader Device", timeout=PATIENCE)
    page.context.close()


@pytest.mark.alone
def test_stop_answers_at_once_and_starts_no_further_run(browser: Browser, server) -> None:
    page = open_compare(browser, server.address)
    measure(page)
    bench = page.locator(".bench")
    expect(bench).to_have_attribute("data-runs", re.compile("[1-9]"), timeout=MEASURING)
    bench.evaluate("""bench => {
      const stop = bench.querySelector('.stop')
      stop.addEventListener('click', () => (window.pressed = performance.now()), true)
      new MutationObserver(() => (window.stopped ??= performance.now())).observe(bench, {
        attributes: true, attributeFilter: ['data-state'] })
    }""")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.", exact=True)).to_be_visible()
    assert page.evaluate("window.stopped - window.pressed") < 300
    runs = bench.get_attribute("data-runs")
    page.wait_for_timeout(1500)
    assert bench.get_attribute("data-runs") == runs
    expect(page.get_by_text("In this browser", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name=LABEL)).to_be_enabled()
    page.context.close()


def test_a_page_that_is_left_while_it_measures_works_again(browser: Browser, server) -> None:
    page = open_compare(browser, server.address)
    measure(page)
    page.wait_for_timeout(1500)
    page.get_by_role("link", name="Facts").click()
    expect(page.get_by_role("heading", name="Facts", exact=True)).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("button", name=LABEL)).to_be_enabled(timeout=PATIENCE)
    measure(page)
    page.reload()
    expect(page.get_by_role("button", name=LABEL)).to_be_enabled(timeout=PATIENCE)
    page.context.close()


def test_a_browser_with_neither_says_so(browser: Browser, server) -> None:
    other = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *NEITHER])
    page = open_compare(other, server.address)
    page.get_by_role("button", name=LABEL).click()
    expect(page.get_by_text(NOT_THERE)).to_be_visible(timeout=MEASURING)
    expect(page.get_by_role("button", name=LABEL)).to_be_enabled()
    other.close()


@pytest.mark.slow
def test_webgpu_gives_the_same_logits(browser: Browser, server) -> None:
    other = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *WEBGPU])
    page = open_compare(other, server.address)
    measure(page)
    expect(page.get_by_text("In this browser", exact=True)).to_be_visible(timeout=MEASURING)
    expect(page.get_by_text(", 32-bit float, WebGPU").first).to_be_visible()
    expect(page.get_by_text("arithmetic differs")).to_have_count(0)
    assert "GPU" not in page.locator(".st-key-conclusion").inner_text()
    other.close()


def test_a_phone_measures_itself_and_the_booth_waits_and_shows_it(browser: Browser, server) -> None:
    booth = browser.new_context(viewport=BOOTH).new_page()
    booth.goto(f"{server.address}/?booth=1&idle=20")
    question = booth.get_by_role("heading", name="What would you say?")
    expect(question).to_be_visible(timeout=PATIENCE)
    phone = open_compare(browser, server.address, PHONE)
    booth.keyboard.press("v")
    expect(booth.get_by_text("Race with your phone.")).to_be_visible(timeout=PATIENCE)
    measure(phone)
    expect(booth.get_by_text("A phone measures itself now.")).to_be_visible(timeout=PATIENCE)
    expect(phone.get_by_text("In this browser", exact=True)).to_be_visible(timeout=MEASURING)
    phone.context.close()
    lane = booth.locator(".lane", has_text="SwiftShader Device")
    expect(lane).to_be_visible(timeout=PATIENCE)
    expect(question).to_be_visible(timeout=PATIENCE)
    booth.context.close()


@pytest.mark.parametrize("size", [PHONE, LAPTOP, BOOTH], ids=["phone", "laptop", "booth"])
def test_the_conclusion_and_the_race_need_no_scrolling(
    browser: Browser, server, size: ViewportSize
) -> None:
    page = open_compare(browser, server.address, size)
    expect(page.locator(".lane").first).to_be_visible(timeout=PATIENCE)
    for part in (".st-key-conclusion", ".race", ".bench .start"):
        box = page.locator(part).bounding_box()
        assert box is not None and box["y"] + box["height"] <= size["height"], part
    page.wait_for_timeout(1000)
    height = page.get_by_test_id("stMainBlockContainer").evaluate("one => one.scrollHeight")
    assert height <= LENGTH_BEFORE[size["width"]] / 2
    page.context.close()


def test_the_race_stands_still_for_those_who_ask_and_on_paper(browser: Browser, server) -> None:
    page = open_compare(browser, server.address)
    runner = page.locator(".runner").first
    expect(runner).to_be_attached(timeout=PATIENCE)
    name = "one => getComputedStyle(one).animationName"
    assert runner.evaluate(name) == "cross"
    page.emulate_media(reduced_motion="reduce")
    assert runner.evaluate(name) == "none"
    page.emulate_media(reduced_motion="no-preference", media="print")
    assert runner.evaluate(name) == "none"
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Pause").click()
    assert runner.evaluate("one => getComputedStyle(one).animationPlayState") == "paused"
    page.context.close()


def test_a_crossing_takes_the_time_that_the_server_computed(browser: Browser, server) -> None:
    page = open_compare(browser, server.address)
    expect(page.locator(".runner").first).to_be_attached(timeout=PATIENCE)
    lanes = page.locator(".lane:not(.pending)").evaluate_all(
        "all => all.map(one => [one.dataset.seconds, "
        "getComputedStyle(one.querySelector('.runner')).animationDuration])"
    )
    assert lanes
    for seconds, duration in lanes:
        assert float(duration.removesuffix("s")) == pytest.approx(float(seconds), rel=1e-3)
    page.context.close()

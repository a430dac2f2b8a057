"""A message that never reaches the server, as from a phone that just woke up, is sent again."""

import re

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.doubles.real_browser import (
    BOOTH,
    CHROMIUM,
    FLAGS,
    PATIENCE,
    PHONE,
    browser,
    pytestmark,
    server,
)
from tests.doubles.visitor import VERDICT, choose, classify, until_gallery_is_there
from ui.booth.show import GUESS_SECONDS, SPIKES_SECONDS, VERDICT_SECONDS
from ui.compare.browser_bench import LABEL

__all__ = ["browser", "pytestmark", "server"]
MEASURING = 900_000
"""Milliseconds that a measurement on a software adapter may take."""


class Line:
    """A connection whose messages to the server can be lost."""

    def __init__(self, page: Page) -> None:
        self.is_broken = False
        page.route_web_socket("**/_stcore/stream", self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def forward(message: str | bytes) -> None:
            if not self.is_broken:
                server.send(message)

        route.on_message(forward)


def test_a_framed_photo_that_was_lost_can_be_sent_again(
    browser: Browser, server, sure_samples
) -> None:
    page = browser.new_context(viewport=PHONE).new_page()
    line = Line(page)
    page.clock.install()
    page.goto(server.address)
    until_gallery_is_there(page)
    choose(page, "Upload")
    page.locator("input[type=file]").set_input_files(sure_samples[0].path)
    button = page.get_by_role("button", name="Classify", exact=True)
    expect(button).to_be_enabled()
    line.is_broken = True
    button.click()
    expect(button).to_be_disabled()
    page.clock.run_for(9_000)
    expect(button).to_be_disabled()
    page.clock.run_for(2_000)
    expect(button).to_be_enabled()
    line.is_broken = False
    classify(page)
    expect(page.get_by_text(VERDICT, exact=True)).to_be_visible(timeout=PATIENCE)
    page.context.close()


def test_the_show_goes_on_after_its_wish_for_a_scene_was_lost(browser: Browser, server) -> None:
    page = browser.new_context(viewport=BOOTH).new_page()
    line = Line(page)
    page.add_init_script("addEventListener('qana-scene', (event) => (window.scene = event.detail))")
    page.goto(f"{server.address}/?booth=1")
    expect(page.get_by_role("heading", name="What would you say?")).to_be_visible(timeout=PATIENCE)
    line.is_broken = True
    page.keyboard.press("ArrowRight")  # its own wish for a scene is lost
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(1500)
    stuck = page.evaluate("window.scene")
    page.wait_for_timeout(1500)
    assert page.evaluate("window.scene") == stuck
    line.is_broken = False
    longest = 1000 * (GUESS_SECONDS + SPIKES_SECONDS + VERDICT_SECONDS)
    page.wait_for_function("(old) => window.scene > old", arg=stuck, timeout=longest + PATIENCE)
    page.context.close()


@pytest.mark.slow
def test_a_measurement_whose_result_was_lost_is_sent_again(browser: Browser, server) -> None:
    flags = [*FLAGS, "--enable-unsafe-swiftshader"]
    other = browser.browser_type.launch(executable_path=CHROMIUM, args=flags)
    page = other.new_context(viewport=PHONE).new_page()
    line = Line(page)
    page.goto(f"{server.address}/compare")
    begin = page.get_by_role("button", name=LABEL)
    expect(begin).to_be_visible()
    line.is_broken = True
    begin.click()
    page.wait_for_timeout(3000)
    line.is_broken = False  # its wish for the network was lost
    bench = page.locator(".bench")
    expect(bench).to_have_attribute("data-runs", re.compile("[1-9]"), timeout=MEASURING)
    line.is_broken = True
    expect(page.get_by_text("Sending the result", exact=True)).to_be_visible(timeout=MEASURING)
    page.wait_for_timeout(3000)
    line.is_broken = False
    expect(page.get_by_text("In this browser", exact=True)).to_be_visible()
    other.close()

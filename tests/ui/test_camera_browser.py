"""The camera in a real browser with two fake cameras, as a laptop with one that is plugged in."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.doubles.real_browser import CHROMIUM, FLAGS, LAPTOP, pytestmark, server
from tests.doubles.visitor import choose, until_gallery_is_there

__all__ = ["pytestmark", "server"]
RECORD = """
  window.streams = []
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = async (wish) => {
    const stream = await open(wish)
    window.streams.push(stream)
    return stream
  }
"""
LIVE = """() => window.streams.flatMap((one) => one.getVideoTracks())
  .filter((track) => track.readyState === "live").map((track) => track.getSettings().deviceId)"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    fake = "--use-fake-device-for-media-stream"
    flags = [*(flag for flag in FLAGS if flag != fake), f"{fake}=device-count=2"]
    with sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=flags)


@pytest.fixture
def page(browser: Browser, server) -> Iterator[Page]:
    context = browser.new_context(viewport=LAPTOP, permissions=["camera"])
    opened = context.new_page()
    opened.add_init_script(RECORD)
    opened.goto(server.address)
    until_gallery_is_there(opened)
    choose(opened, "Camera")
    expect(opened.get_by_role("button", name="Take photo")).to_be_enabled()
    yield opened
    context.close()


def switch(page: Page) -> list[str]:
    """Presses "Other camera" and returns the cameras that run afterwards."""
    other = page.get_by_role("button", name="Other camera")
    other.click()
    expect(other).to_be_enabled()
    return list(page.evaluate(LIVE))


def test_the_other_camera_is_another_one_and_the_first_is_off(page: Page) -> None:
    (first,) = page.evaluate(LIVE)
    (second,) = switch(page)
    assert second != first
    assert switch(page) == [first]


def test_a_camera_that_names_its_side_gives_way_to_one_that_is_plugged_in(page: Page) -> None:
    page.evaluate("""() => {
      const read = MediaStreamTrack.prototype.getSettings
      MediaStreamTrack.prototype.getSettings = function () {
        return { ...read.call(this), facingMode: "user" }
      }
    }""")
    (first,) = page.evaluate(LIVE)
    (second,) = switch(page)
    assert second != first
    assert switch(page) == [first]


def test_two_presses_at_once_leave_one_camera_on(page: Page) -> None:
    other = page.get_by_role("button", name="Other camera")
    other.evaluate("(button) => { button.click(); button.onclick() }")
    expect(other).to_be_enabled()
    expect(page.get_by_role("button", name="Take photo")).to_be_enabled()
    page.wait_for_timeout(1000)
    assert len(page.evaluate(LIVE)) == 1

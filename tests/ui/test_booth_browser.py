"""The booth in a real browser: it shows scenes, hands over to a visitor, and takes back."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.doubles.real_browser import BOOTH, LAPTOP, PATIENCE, PHONE, browser, pytestmark, server
from tests.doubles.visitor import until_gallery_is_there
from ui.booth.mode import IDLE_SCRIPT, RELOAD_SECONDS
from ui.booth.show import VERDICT_SECONDS

__all__ = ["browser", "pytestmark", "server"]


@pytest.mark.parametrize(
    "size", [pytest.param(PHONE, marks=pytest.mark.slow), BOOTH], ids=["phone", "booth"]
)
def test_the_booth_hands_over_and_takes_back_and_nothing_of_the_visitor_is_left(
    browser: Browser, server, size
) -> None:
    context = browser.new_context(viewport=size)
    page = context.new_page()
    page.goto(f"{server.address}/?booth=1&idle=15")
    expect(page.get_by_role("heading", name="What would you say?")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Mole").click()
    expect(page.get_by_text("Your guess: Mole. The doctors recorded")).to_be_visible(
        timeout=PATIENCE
    )
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wider)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="What would you say?")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Touch anywhere to try it yourself").click()
    until_gallery_is_there(page)
    page.get_by_role("button", name="Photo 13", exact=True).click()
    expect(page.get_by_text("The data set records")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Starting over in a moment")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="What would you say?")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Touch anywhere to try it yourself").click()
    expect(page.get_by_role("heading", name="Scan a lesion")).to_be_visible(timeout=PATIENCE)
    context.close()


def until_question(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", name="What would you say?")).to_be_visible(timeout=PATIENCE)


def test_a_touch_anywhere_and_the_keyboard_start_the_app(browser: Browser, server) -> None:
    page = browser.new_context(viewport=BOOTH).new_page()
    until_question(page, f"{server.address}/?booth=1")
    expect(page.get_by_text("next", exact=True)).to_be_hidden()  # the keys are for the lecturer
    page.mouse.click(500, 500)  # the picture
    expect(page.get_by_role("heading", name="Scan a lesion")).to_be_visible(timeout=PATIENCE)
    until_question(page, f"{server.address}/?booth=1&keys=1&idle=5")
    expect(page.get_by_text("Enter", exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Scan a lesion")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="What would you say?")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Enter", exact=True)).to_be_visible()  # also after a visitor
    until_question(page, f"{server.address}/?booth=1")
    page.keyboard.press("v")
    expect(page.get_by_role("heading", name="Compare", exact=True)).to_be_visible(timeout=PATIENCE)
    page.context.close()


def test_a_held_scene_says_so_and_stays(browser: Browser, server) -> None:
    page = browser.new_context(viewport=BOOTH).new_page()
    until_question(page, f"{server.address}/?booth=1")
    page.get_by_role("button", name="Melanoma").click()
    expect(page.get_by_text("Your guess: Melanoma.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Held", exact=True)).to_be_hidden()
    page.keyboard.press("h")
    expect(page.get_by_text("Held", exact=True)).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(1000 * VERDICT_SECONDS + 1500)
    expect(page.get_by_text("Your guess: Melanoma.")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="What would you say?")).to_be_visible(timeout=PATIENCE)
    page.context.close()


@pytest.mark.alone
def test_nothing_moves_while_the_scenes_change(browser: Browser, server) -> None:
    """The layout shift of the web's vitals, without what Streamlit moves before the first scene."""
    page = browser.new_context(viewport=BOOTH).new_page()
    page.add_init_script("""
        window.shift = 0
        window.addEventListener("qana-scene", () => setTimeout(() => {
          if (window.watched) return
          window.watched = true
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.shift += entry.value
          }).observe({ type: "layout-shift" })
        }, 500))
    """)
    until_question(page, f"{server.address}/?booth=1")
    page.wait_for_function("window.watched", timeout=PATIENCE)
    page.get_by_role("button", name="Mole").click()
    expect(page.get_by_text("Your guess: Mole.")).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="What would you say?")).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(500)
    assert page.evaluate("window.shift") < 0.02
    page.context.close()


def read_box(page: Page, part: str) -> tuple[float, float]:
    """Top and bottom of a part of the show."""
    box = page.locator(part).bounding_box()
    assert box is not None, part
    return box["y"], box["y"] + box["height"]


@pytest.mark.parametrize("size", [PHONE, LAPTOP, BOOTH], ids=["phone", "laptop", "booth"])
def test_no_part_of_a_scene_covers_another(browser: Browser, server, size) -> None:
    page = browser.new_context(viewport=size).new_page()
    page.goto(f"{server.address}/?booth=1")
    expect(page.get_by_role("heading", name="What would you say?")).to_be_visible(timeout=PATIENCE)
    top, bottom = read_box(page, ".countdown")
    assert bottom - top >= 4  # the time to guess is seen
    assert read_box(page, ".lead")[1] <= read_box(page, ".kinds")[0]
    assert read_box(page, ".kinds")[1] <= top
    assert bottom <= read_box(page, ".words")[1]
    expect(page.get_by_text("The doctors recorded:").first).to_be_visible(timeout=PATIENCE)
    parts = (".lead", ".top", ".recorded", ".costs")
    boxes = [read_box(page, part) for part in parts]
    for (_, end), (start, _), part in zip(boxes, boxes[1:], parts, strict=False):
        assert end <= start + 1, part
    assert read_box(page, ".gpu_number")[1] <= read_box(page, ".words")[1]
    page.context.close()


def test_a_measuring_phone_delays_the_show_for_five_minutes_at_most(browser: Browser) -> None:
    page = browser.new_context().new_page()
    page.route("**/*", lambda route: route.fulfill(body="<body></body>", content_type="text/html"))
    page.clock.install()
    page.goto("http://booth.test/compare")
    page.evaluate(IDLE_SCRIPT.replace("SECONDS", "90").replace("KEYS", ""))
    for _ in range(4):
        page.clock.fast_forward(60_000)
        page.evaluate("window.qanaStay()")
    page.clock.fast_forward(80_000)
    assert page.url.endswith("/compare")
    page.evaluate("window.qanaStay()")
    page.clock.fast_forward(20_000)
    page.wait_for_url("**/?booth=1&idle=90")
    page.context.close()


def test_the_show_loads_itself_anew_and_never_under_a_visitor(browser: Browser, server) -> None:
    context = browser.new_context(viewport=BOOTH)
    page = context.new_page()
    page.clock.install()
    page.goto(f"{server.address}/?booth=1&idle=3600")
    question = page.get_by_role("heading", name="What would you say?")
    expect(question).to_be_visible(timeout=PATIENCE)
    page.evaluate("window.old = true")
    page.clock.fast_forward(1000 * RELOAD_SECONDS)
    page.wait_for_function("!window.old", timeout=PATIENCE)
    expect(question).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Touch anywhere to try it yourself").click()
    until_gallery_is_there(page)
    page.evaluate("window.old = true")
    page.clock.fast_forward(1000 * RELOAD_SECONDS)
    page.wait_for_timeout(1000)
    assert page.evaluate("window.old")
    context.close()

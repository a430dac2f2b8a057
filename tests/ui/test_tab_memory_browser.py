"""The name of a tab is sent when nothing runs, and never in place of a page that is chosen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.doubles.real_browser import CHROMIUM, FLAGS, PATIENCE, pytestmark

__all__ = ["pytestmark"]

UI = Path(__file__).parents[2] / "ui"
HTML = """<body data-testid="stApp" data-test-script-state="running"><div id="component"></div>
<a data-testid="stTopNavLink" href="/batch" onclick="event.preventDefault()">Batch</a>
<script>__DRAWER__</script>
<script type="module">
  import start from "/tab_memory.js"
  window.names = []
  const setStateValue = (key, value) => window.names.push([key, value])
  const parentElement = document.getElementById("component")
  window.mount = () => start({ parentElement, setStateValue })
  mount()
  window.ready = true
</script>"""
LONG = 700
"""Milliseconds in which a name that may be sent would have been sent."""


@pytest.fixture
def page() -> Iterator[Page]:
    html = HTML.replace("__DRAWER__", (UI / "drawer.js").read_text(encoding="utf-8"))
    script = (UI / "tab_memory" / "tab_memory.js").read_text(encoding="utf-8")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = browser.new_page()
        faults: list[str] = []
        opened.on("pageerror", lambda error: faults.append(str(error)))
        opened.route(
            "http://app.test/tab_memory.js",
            lambda route: route.fulfill(body=script, content_type="text/javascript"),
        )
        opened.route(
            "http://app.test/explain",
            lambda route: route.fulfill(body=html, content_type="text/html"),
        )
        opened.goto("http://app.test/explain")
        opened.wait_for_function("window.ready", timeout=PATIENCE)
        yield opened
        assert not faults
        browser.close()


def set_running(page: Page, running: bool) -> None:
    state = "running" if running else "notRunning"
    page.evaluate(f"document.body.setAttribute('data-test-script-state', '{state}')")


def count_names(page: Page) -> int:
    return int(page.evaluate("window.names.length"))


def test_the_name_waits_until_nothing_runs_and_is_sent_once(page: Page) -> None:
    page.wait_for_timeout(LONG)
    assert count_names(page) == 0
    set_running(page, False)
    page.wait_for_function("window.names.length === 1", timeout=PATIENCE)
    key, name = page.evaluate("window.names[0]")
    assert key == "name" and len(name) == 32 and int(name, 16) >= 0
    page.evaluate("mount()")
    page.wait_for_timeout(LONG)
    assert count_names(page) == 1
    assert page.evaluate("sessionStorage.getItem('qana-tab')") == name


def test_the_name_waits_for_a_page_that_is_chosen(page: Page) -> None:
    page.get_by_role("link", name="Batch").click()
    set_running(page, False)  # a slow server has not begun with the chosen page
    page.wait_for_timeout(LONG)
    assert count_names(page) == 0
    page.evaluate("history.pushState({}, '', '/batch')")
    page.wait_for_function("window.names.length === 1", timeout=PATIENCE)
    expect(page).to_have_url("http://app.test/batch")

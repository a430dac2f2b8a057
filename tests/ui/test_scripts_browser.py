"""Scripts of the pages in a browser without the app: what a run of the page must not change."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from tests.doubles.real_browser import CHROMIUM, FLAGS, pytestmark

__all__ = ["pytestmark"]

ROOT = Path(__file__).parents[2]
EXPLORER = ROOT / "static" / "integer_network"
LINKED = ROOT / "ui" / "explain" / "linked_pictures"
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
EMPTY = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
NETWORK = {"format": "qana-integer-network-1", "side": 1, "scales": [], "layers": []}
RACE = """async (description) => {
  const { startRunner } = await import("/runner.js")
  const sent = []
  const worker = { postMessage: (data) => sent.push(data), terminate() {} }
  const answer = (details) => {
    const { id } = sent.at(-1)
    worker.onmessage({ data: { id, answer: { outputs: new Map(), logits: [], ...details } } })
  }
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0))
  const start = startRunner({ description, integers: new ArrayBuffer(0), makeWorker: () => worker })
  await settle()
  answer({})
  const runner = await start
  let changes = [{ kind: "threshold", layer: "a", steps: 1 }]
  const photo = runner.setPhoto(new Uint8Array(3), () => changes)
  changes = [{ kind: "threshold", layer: "a", steps: 2 }]
  await settle()
  answer({})
  await settle()
  answer({})
  await photo
  return sent.at(-1).changes
}"""


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = browser.new_page()
        opened.route("http://app.test/**", _serve)
        yield opened
        browser.close()


@pytest.fixture
def page(browser_page: Page) -> Page:
    browser_page.goto("http://app.test/")
    return browser_page


def _serve(route: Route) -> None:
    name = route.request.url.removeprefix("http://app.test/")
    found = next((one for one in (EXPLORER / name, LINKED / name) if one.is_file()), None)
    if found is None:
        route.fulfill(body="<body></body>", content_type="text/html")
    else:
        route.fulfill(path=found, content_type=TYPES[found.suffix])


def make_side(title: str) -> dict[str, Any]:
    percent = list(range(16))
    return {
        "title": title,
        "supports": "mole",
        "photo": EMPTY,
        "map": EMPTY,
        "percent": percent,
        "grid": 4,
    }


def test_an_arrow_key_moves_the_cursor_one_step_however_often_the_page_has_run(page: Page) -> None:
    page.evaluate(
        "(html) => (document.body.innerHTML = html)", _read(LINKED / "linked_pictures.html")
    )
    for run in range(3):  # each run of the page, such as a move of the opacity, calls the component
        page.evaluate(
            """async (data) => {
              const { default: show } = await import("/linked_pictures.js")
              show({ parentElement: document.body, data })
            }""",
            {"sides": [make_side(f"left {run}"), make_side(f"right {run}")]},
        )
    page.locator(".linked").press("ArrowRight")
    at = page.locator(".linked").evaluate("(box) => box.style.getPropertyValue('--x')")
    assert float(at.removesuffix("%")) == 100 * (0.5 + 1 / 32)
    assert page.locator("figcaption").all_inner_texts() == ["left 2", "right 2"]
    assert page.locator(".value").first.inner_text() == "Here: 10 % of the strongest place for mole"


def test_a_slider_that_moves_while_a_photo_is_computed_counts(page: Page) -> None:
    assert page.evaluate(RACE, NETWORK) == [{"kind": "threshold", "layer": "a", "steps": 2}]


def test_a_small_change_has_no_minus_sign_before_zero(page: Page) -> None:
    write = "async (number) => (await import('/elements.js')).writeSigned(number)"
    assert [page.evaluate(f"({write})({json.dumps(n)})") for n in (0, 0.3, -0.3)] == [
        "0",
        "+0.3",
        "\u22120.3",
    ]
    assert page.evaluate(f"({write})(Number((-0.04).toFixed(1)))") == "0"


def test_the_link_to_the_study_shows_that_it_has_the_focus(page: Page) -> None:
    page.evaluate(
        """(style) => (document.body.innerHTML =
        `<style>${style}</style><div class="explorer" style="--st-link-color: blue">
        <button class="link">See</button></div>`)""",
        _read(EXPLORER / "explorer.css"),
    )
    page.keyboard.press("Tab")
    found = page.locator(".link").evaluate("(link) => getComputedStyle(link).outlineStyle")
    assert found == "solid"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("total", "rounded", "sent"), [(-4, -2, -2), (279, 140, 127)])
def test_a_sum_is_rounded_before_it_is_limited_to_its_bits(
    page: Page, total: int, rounded: int, sent: int
) -> None:
    found = page.evaluate(
        """async (sum) => {
          const { rescaleSum, roundSum } = await import("/neuron.js")
          const neuron = { form: "add", layer: { kind: "add" }, scale: 1, half: 1, divisor: 2 }
          return [roundSum(neuron, sum), rescaleSum(neuron, sum)]
        }""",
        total,
    )
    assert found == [rounded, sent]

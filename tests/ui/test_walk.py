"""A walk through every page in a real browser: on a phone in the light theme or, with `--all`, at
three sizes and in both themes.

On each state of each page: nothing is wider than the window, no text is cut off, axe-core finds
nothing serious or critical, and the browser's console stays silent.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from qana.data.samples import SAMPLES_FOLDER
from tests.doubles.real_browser import (
    BOOTH,
    CHROMIUM,
    FLAGS,
    HARMLESS,
    LAPTOP,
    PATIENCE,
    PHONE,
    pytestmark,
    server,
)

__all__ = ["pytestmark", "server"]

SIZES = {"phone": PHONE, "laptop": LAPTOP, "booth": BOOTH}
THEMES = ("light", "dark")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = {
    ("phone", "light"): RULES,
    ("phone", "dark"): ["color-contrast"],
    ("laptop", "light"): ["color-contrast"],
    ("laptop", "dark"): RULES,
}
"""What axe-core is asked: everything at both layouts, of the other theme what a theme changes."""
STREAMLITS: tuple[tuple[str, str, str], ...] = ()
"""Rule, the part of a selector, and why: in the frontend of Streamlit, where no app reaches."""
WALK = (Path(__file__).parent / "walk.js").read_text(encoding="utf-8")


class State(NamedTuple):
    """Where it is, what is tapped or uploaded there one after the other, what is read at its end,
    and whether the page follows a job in the background, whose end the walk does not wait for."""

    address: str
    taps: tuple[str | Path, ...]
    shown: str
    follows: bool = False


SAMPLE = "Photo 13"
PHOTO = SAMPLES_FOLDER / "ISIC_0025904.jpg"
STATES = {
    "scan": State("", (), "Not a medical device"),
    "scan, a verdict": State("", (SAMPLE,), "The data set records"),
    "scan, its map": State("", (SAMPLE, "Show what supports it"), "Brighter areas support"),
    "scan, its events": State("", (SAMPLE, "Where the events came from"), "Events of each layer"),
    "scan, the camera": State("", ("Camera",), "Fill the circle with the lesion"),
    "scan, an upload": State("", ("Upload",), "A photo of one lesion"),
    "scan, the frame": State("", ("Upload", PHOTO), "Fill the circle with the lesion. The network"),
    "batch": State("batch", (), "Classify a batch"),
    "batch, a folder": State("batch", ("A folder",), "Classify a batch"),
    "batch, its table": State("batch", (PHOTO, "Classify 1 photo"), "How often it is right"),
    "explain": State("explain", (), "Explain an answer"),
    "explain, a sample": State("explain", (SAMPLE,), "of this map lies on the lesion"),
    "explain, two networks": State("explain", (SAMPLE, "Another network"), "Network on the right"),
    "compare": State("compare", (), "The paper claims"),
    "learn": State("learn", (), "Choose a photo: what every class answers"),
    "learn, asked": State("learn", (SAMPLE,), "Agreement is no probability"),
    "learn, a class gone": State("learn", ("Forget this class",), "six classes"),
    "facts": State("facts", (), "Akida engine: BrainChip's proprietary software"),
    "booth": State("?booth=1", (), "What would you say?"),
    "booth, a verdict": State("?booth=1", ("Mole",), "The doctors recorded"),
    "booth, touched": State("?booth=1", ("Touch anywhere to try it yourself",), "Scan a lesion"),
    "convert, zoom": State("convert?chapter=zoom", (), "Computed in this browser"),
    "convert, a sum": State(
        "convert?chapter=zoom&at=stem_conv/3/10,20", (), "Computed in this browser"
    ),
    "convert, network": State("convert?chapter=network", (), "2. The network"),
    "convert, breaking": State(
        "convert?chapter=breaking&block=Whole+network", (), "3. Why conversion breaks things"
    ),
    "convert, bounding": State("convert?chapter=bounding", (), "4. Folding and bounding"),
    "convert, bits": State("convert?chapter=bits", (), "What tuning mends"),
    "convert, conversion": State("convert?chapter=conversion", (), "6. Conversion"),
    "convert, spikes": State("convert?chapter=spikes", (), "Is it really spiking?"),
    "convert, chip": State("convert?chapter=chip", (), "8. On the chip"),
    "convert, other chip": State("convert?chapter=chip", ("AKD1000",), "akida2 does not run on"),
    "convert, a block": State(
        "convert?chapter=exercises", ("Convert and map",), "What our check reports"
    ),
    "convert, lossy blocks": State(
        "convert?chapter=exercises&exercise=Find+the+lossy+block",
        (),
        "every block behind the stem",  # with a task for this photo and without one
    ),
    "convert, events": State(
        "convert?chapter=exercises&exercise=Save+events", (), "Steps for maps of 64x64"
    ),
    "convert, quiz": State("convert?chapter=quiz", ("Hand in",), "even if it is a guess"),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """For all states: what the browser has fetched once it keeps."""
    opened = browser.new_context(viewport=PHONE, permissions=["camera"])
    opened.add_init_script(AXE_SCRIPT)
    opened.add_init_script(WALK)
    yield opened
    opened.close()


@pytest.fixture
def faults() -> list[str]:
    """What the browser's console says."""
    return []


@pytest.fixture
def page(window: BrowserContext, faults: list[str]) -> Iterator[Page]:
    opened = window.new_page()
    opened.on(
        "console",
        lambda line: (
            line.type == "error"
            and not any(part in f"{line.location['url']} {line.text}" for part in HARMLESS)
            and faults.append(line.text)
        ),
    )
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    opened.close()


def until_at_rest(page: Page, state: State) -> None:
    rests = "follows => walk.rests(follows)"
    page.wait_for_function(rests, arg=state.follows, timeout=PATIENCE, polling=100)


def reach(page: Page, address: str, state: State) -> None:
    page.goto(f"{address}/{state.address}")
    until_at_rest(page, state)
    for tap in state.taps:
        if isinstance(tap, Path):
            page.locator("input[type=file]").set_input_files(tap)
        else:
            found = page.get_by_test_id("stMain").get_by_text(tap, exact=True)
            found.locator("visible=true").first.click()  # a button with a help is there twice
        until_at_rest(page, state)
    expect(page.get_by_text(state.shown).locator("visible=true").first).to_be_visible(
        timeout=PATIENCE
    )
    until_at_rest(page, state)


def violations(page: Page, rules: list[str]) -> list[str]:
    """What axe-core finds serious or critical, a sentence each."""
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", rules
    )
    return [
        f"{one['id']}: {node['html'][:160]} at {node['target']}: {node['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
        if not any(
            rule == one["id"] and part in str(node["target"]) for rule, part, _ in STREAMLITS
        )
    ]


@pytest.mark.parametrize("name", STATES)
def test_nothing_overflows_nothing_is_unlabelled_and_the_console_is_silent(
    page: Page, server, faults: list[str], name: str, pytestconfig: pytest.Config
) -> None:
    state = STATES[name]
    reach(page, server.address, state)
    found = []
    every = pytestconfig.getoption("all")
    for size, theme in product(SIZES, THEMES) if every else [("phone", "light")]:
        page.set_viewport_size(SIZES[size])
        page.emulate_media(color_scheme=theme)
        until_at_rest(page, state)
        seen = page.evaluate("walk.overflow()")
        if rules := AXE.get((size, theme)):
            seen += violations(page, rules)
        found += [f"{size}, {theme}: {one}" for one in seen]
    assert not found, "\n".join(found)
    assert not faults


FAULTY = """<main data-testid="stMain" style="overflow: auto">
<p style="width: 5rem; overflow: hidden; white-space: nowrap">Beside its place</p>
<p style="height: 1rem; overflow: hidden"><br><br>Below its place</p>
<p style="width: 5rem; overflow: auto; white-space: nowrap">Can be scrolled to</p>
<p style="position: absolute; left: -3rem">Outside</p>
<svg><text x="20" y="20">A long na…</text></svg>
<label>Value <input style="width: 3rem" value="Too long for its box"></label>
<div data-testid="stButtonGroup"><div role="radiogroup"
style="width: 5rem; overflow: auto; white-space: nowrap">Hidden choices in a row</div></div>
<p style="width: 500px">Wide</p><button></button><p style="color: #ccc; background: #fff">Pale</p>
</main>"""


def test_the_walk_sees_such_faults(window: BrowserContext) -> None:
    page = window.new_page()
    page.set_content(FAULTY)
    found = "\n".join(page.evaluate("walk.overflow()"))
    for words in (
        "Beside",
        "Below",
        "Outside",
        "A long na",
        "Too long",
        "scrolls sideways",
        "do not fit",
    ):
        assert words in found
    assert "Can be scrolled to" not in found
    found = "\n".join(violations(page, RULES))
    assert "button-name" in found
    assert "color-contrast" in found
    page.close()

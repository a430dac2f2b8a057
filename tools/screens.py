"""Takes the screenshots of the README.

python -m tools.screens writes assets/screens/*.webp: each page on a phone (dark) and on a laptop
(light), in a real browser and with the real app. The engine's times are hidden, because its
license asks for permission before a benchmark is published.
"""

import io
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from qana.reports.recorded_weights import find_present_weights, make_picture_record
from tools.command import run_command
from tools.server import CHROMIUM, CHROMIUM_MISSING, ROOT, Server

OUT = ROOT / "assets" / "screens"
PHONE: ViewportSize = {"width": 390, "height": 844}
LAPTOP: ViewportSize = {"width": 1366, "height": 844}
VIEWS: tuple[tuple[ViewportSize, Literal["dark", "light"]], ...] = (
    (PHONE, "dark"),
    (LAPTOP, "light"),
)
GAP = 28
"""Pixels between two screenshots."""
TIMES = re.compile(r"\d ms")


def prepare_scan(page: Page) -> None:
    """Classifies a sample and, on a laptop, shows the map of the answer."""
    page.get_by_role("button", name="Photo 13", exact=True).click()
    expect(page.get_by_text("Looks most like", exact=True)).to_be_visible()
    if page.viewport_size == LAPTOP:
        page.get_by_text("Show what supports it").click()
        expect(page.get_by_alt_text("under a map of what supports")).to_be_visible()


def prepare_explain(page: Page) -> None:
    """Explains the answer to a sample."""
    page.get_by_role("button", name="Photo 13", exact=True).click()
    expect(page.get_by_text("of this map lies on the lesion")).to_be_visible()


def prepare_learn(page: Page) -> None:
    """Waits for the lesson photos."""
    expect(page.get_by_role("button", name="Learn 5 photos")).to_be_visible()


def wait_for_heading(page: Page) -> None:
    """Waits for the heading of a page."""
    expect(page.get_by_role("heading").first).to_be_visible()


def prepare_booth(page: Page) -> None:
    """Waits for the answer of a scene of the show."""
    expect(page.get_by_text("The doctors recorded").first).to_be_visible()


PAGES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "scan": ("", prepare_scan),
    "explain": ("explain", prepare_explain),
    "compare": ("compare", wait_for_heading),
    "convert": ("convert?chapter=chip", wait_for_heading),
    "learn": ("learn", prepare_learn),
    "facts": ("facts", wait_for_heading),
    "booth": ("?booth=1&idle=600", prepare_booth),
}
"""File name to address and preparation of a page."""


def main() -> int:
    """Writes one picture for each page and returns the exit code."""
    if CHROMIUM is None:
        sys.stderr.write(CHROMIUM_MISSING)
        return 2
    OUT.mkdir(exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        Server(Path(folder)) as server,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, (path, prepare) in PAGES.items():
            screenshots = []
            for size, scheme in VIEWS:
                context = browser.new_context(viewport=size, color_scheme=scheme)
                page = context.new_page()
                page.set_default_timeout(60_000)
                expect.set_options(timeout=60_000)
                page.goto(f"{server.address}/{path}")
                prepare(page)
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(2500)
                times = page.locator(".stMarkdownBadge").filter(has_text=TIMES)
                times.evaluate_all("all => all.forEach(one => (one.style.display = 'none'))")
                screenshots.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
                context.close()
            # The record of the networks tells `qana measure` whether the picture is up to date.
            record = make_picture_record(find_present_weights())
            _join(screenshots).save(OUT / f"{name}.webp", quality=84, method=6, exif=record)
            sys.stdout.write(f"{OUT.name}/{name}.webp\n")
    return 0


def _join(screenshots: Sequence[Image.Image]) -> Image.Image:
    """Puts screenshots next to each other on a gray background."""
    width = sum(one.width for one in screenshots) + GAP * (len(screenshots) - 1)
    picture = Image.new("RGB", (width, screenshots[0].height), "#7a746a")
    left = 0
    for screenshot in screenshots:
        picture.paste(screenshot, (left, 0))
        left += screenshot.width + GAP
    return picture


if __name__ == "__main__":
    sys.exit(run_command(main))

"""Takes the pictures of README: `.venv/bin/python -m tools.screens` writes assets/screens/*.webp.

Each page on a phone (dark) and on a laptop (light), in a real browser, on the real app. Times of
the engine are hidden: its licence asks for permission before a benchmark is published.
"""

import io
import re
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tools.browser import CHROMIUM, MISSING
from tools.server import ROOT, Server

OUT = ROOT / "assets" / "screens"
PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1366, "height": 844}
GAP = 28
TIMES = re.compile(r"\d ms")


def scan(page: Page) -> None:
    page.get_by_role("button", name="Photo 13", exact=True).click()
    expect(page.get_by_text("Looks most like")).to_be_visible()
    if page.viewport_size == LAPTOP:
        page.get_by_text("Show what supports it").click()
        expect(page.get_by_alt_text("under a map of what supports")).to_be_visible()


def explain(page: Page) -> None:
    page.get_by_role("button", name="Photo 13", exact=True).click()
    expect(page.get_by_text("of this map lies on the lesion")).to_be_visible()


def learn(page: Page) -> None:
    expect(page.get_by_role("button", name="Learn 5 photos")).to_be_visible()


def at_rest(page: Page) -> None:
    expect(page.get_by_role("heading").first).to_be_visible()


def booth(page: Page) -> None:
    expect(page.get_by_text("The data set records")).to_be_visible()


PAGES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "scan": ("", scan),
    "explain": ("explain", explain),
    "compare": ("compare", at_rest),
    "convert": ("convert?chapter=chip", at_rest),
    "learn": ("learn", learn),
    "facts": ("facts", at_rest),
    "booth": ("?booth=1&idle=600", booth),
}


def main() -> int:
    """Writes a picture a page; returns an exit code."""
    if CHROMIUM is None:
        sys.stderr.write(MISSING)
        return 2
    OUT.mkdir(exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        Server(Path(folder)) as server,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, (path, prepare) in PAGES.items():
            shots = []
            for size, scheme in ((PHONE, "dark"), (LAPTOP, "light")):
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
                shots.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
                context.close()
            _beside(shots).save(OUT / f"{name}.webp", quality=84, method=6)
            sys.stdout.write(f"{OUT.name}/{name}.webp\n")
    return 0


def _beside(shots: list[Image.Image]) -> Image.Image:
    width = sum(shot.width for shot in shots) + GAP * (len(shots) - 1)
    picture = Image.new("RGB", (width, shots[0].height), "#7a746a")
    left = 0
    for shot in shots:
        picture.paste(shot, (left, 0))
        left += shot.width + GAP
    return picture


if __name__ == "__main__":
    sys.exit(main())

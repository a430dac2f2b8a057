"""A learner of the load test of a class, with a real browser."""

import random
import threading
import time
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, sync_playwright
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from qana.data.samples import load_samples
from tools.server import CHROMIUM
from tools.soak.connection import ConnectionLostError, ends_run
from tools.soak.learner import Learner
from tools.soak.low_priority import lower_priority

TIMEOUT = 60_000
"""Time in which the page must change, milliseconds."""
DRAWN = "() => document.querySelector('[data-test-script-state=notRunning]') !== null"
"""Tells in the browser that no run of the page is going on."""
POLL = 10
"""Time between two looks at the messages, milliseconds."""
LEVELS = (1, 2, 3, 4)
"""Levels of the zoom, from the layer to the product."""


@dataclass
class LearnerInBrowser(Learner):
    """One learner with Chromium, who takes a sample through the chapters.

    Attributes:
        started: is passed when all browsers have started, which is no work of the server.
        steps_back: whether the browser takes only the time that the server leaves.
        finished_runs: how often the server has drawn the page.
    """

    started: threading.Barrier = field(default_factory=lambda: threading.Barrier(1))
    steps_back: bool = False
    finished_runs: int = 0

    def learn(self, address: str, seconds: float, think: tuple[float, float]) -> None:
        """Goes through the chapters again and again; see `Learner.learn`."""
        rng = random.Random(self.number)
        samples = load_samples()
        sample = samples[self.number * 5 % len(samples)].image_id
        try:
            if self.steps_back:
                lower_priority()
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
                page = browser.new_page(viewport={"width": 1366, "height": 768})
                page.set_default_timeout(TIMEOUT)
                page.on("pageerror", lambda error: self.errors.append(f"browser: {error}"))
                page.on("websocket", lambda one: one.on("framereceived", self._read_message))
                self.started.wait(TIMEOUT / 1000)
                deadline = time.monotonic() + seconds
                time.sleep(rng.uniform(0, think[1]))
                start = time.perf_counter()
                page.goto(f"{address}/convert?sample={sample}")
                self._wait_for_run(page, 0)
                self._find_chapters(page).first.wait_for()
                self._add("open", page, start)
                time.sleep(rng.uniform(*think))
                self._zoom(page)  # in the first chapter
                self._learn(page, rng, deadline, think)
                browser.close()
        except Exception as error:  # whoever ends early must be in the report
            self.started.abort()  # the others need not wait for this browser
            self.errors.append(f"learner {self.number}: {type(error).__name__}: {error}"[:300])

    def _learn(
        self, page: Page, rng: random.Random, deadline: float, think: tuple[float, float]
    ) -> None:
        chapters = self._find_chapters(page).all_inner_texts()
        at = self.number + 1
        while True:
            chapter = chapters[at % len(chapters)]
            number, _, name = chapter.partition(". ")
            labels = ["Chapter"]
            for label in labels:
                time.sleep(rng.uniform(*think))
                if time.monotonic() > deadline:
                    return
                if label == "Chapter":
                    self._choose(page, f"chapter {name.lower()}", label, chapter)
                    page.get_by_role("heading", name=f"{number}. ").wait_for()
                    labels += self._list_rows(page)
                    continue
                row = page.get_by_role("radiogroup", name=label, exact=True)
                free = row.locator("[aria-checked=false]").all_inner_texts()
                if free:  # an earlier choice may have replaced this row
                    self._choose(page, f"step in {name.lower()}", label, rng.choice(free))
            if name == "Zoom":  # any other chapter may still show its frame for a moment
                self._zoom(page)
            at += 1

    def _find_chapters(self, page: Page) -> Locator:
        """Finds the buttons of the chapters."""
        return page.get_by_role("radiogroup", name="Chapter").get_by_role("radio")

    def _choose(self, page: Page, step: str, label: str, option: str) -> None:
        """Chooses an option of a row of buttons, and waits until the page is drawn."""
        runs, start = self.finished_runs, time.perf_counter()
        group = page.get_by_role("radiogroup", name=label, exact=True)
        group.get_by_role("radio", name=option, exact=True).click()
        self._wait_for_run(page, runs)
        self._add(step, page, start)

    def _read_message(self, message: bytes | str) -> None:
        """Counts a run of the page that has ended, also where the browser draws nothing new."""
        if isinstance(message, bytes) and ends_run(ForwardMsg.FromString(message)):
            self.finished_runs += 1

    def _wait_for_run(self, page: Page, runs: int) -> None:
        """Waits until one more run than `runs` has ended and the browser has drawn it.

        Raises:
            ConnectionLostError: no run ends in time.
        """
        deadline = time.monotonic() + TIMEOUT / 1000
        while self.finished_runs <= runs:
            if time.monotonic() > deadline:
                raise ConnectionLostError("the server has not drawn the page")
            page.wait_for_timeout(POLL)  # messages are handed on meanwhile
        page.wait_for_function(DRAWN)

    def _list_rows(self, page: Page) -> list[str]:
        """Lists the rows of buttons of the chapter by their labels."""
        rows = [one for one in page.get_by_role("radiogroup").all() if one.is_visible()]
        labels = [row.get_attribute("aria-label") or "" for row in rows]
        return [label for label in labels if label != "Chapter"]

    def _zoom(self, page: Page) -> None:
        """Zooms from the network to a product, which this browser computes itself."""
        page.locator('.frame[data-state="ready"]').wait_for()
        page.locator(".stage").focus()
        for level in LEVELS:
            start = time.perf_counter()
            page.keyboard.press("Enter")
            page.locator(f'.frame[data-level="{level}"]').wait_for()
            self._add("zoom in the browser", page, start)

    def _add(self, name: str, page: Page, start: float) -> None:
        self.seconds[name].append(time.perf_counter() - start)
        self.errors += [
            f"{name}: {one}" for one in page.get_by_test_id("stException").all_inner_texts()
        ]
        if page.get_by_test_id("stProgress").count():
            self.waits.append(name)

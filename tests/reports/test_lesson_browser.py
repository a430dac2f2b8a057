"""The exported lesson in a real browser: from a web server, from a disk, and from nowhere else."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import requests
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from qana.cli.main import main
from qana.data.samples import load_all_samples
from qana.export.integer_network import read_integer_network
from qana.imaging import read_image, to_input
from tests.doubles.explorer_walk import (
    change_one_weight,
    press_slider,
    put_back,
    read,
    time_steps,
    wait_until_ready,
    walk_through_levels,
)
from tests.doubles.real_browser import CHROMIUM, FLAGS, LAPTOP, PHONE, pytestmark

__all__ = ["pytestmark"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lesson")
    assert main(["export-lesson", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Python's own web server, as a lecturer starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)
    try:
        found = f"http://127.0.0.1:{port}/"
        for _ in range(100):
            try:
                assert requests.get(found, timeout=10).ok
                break
            except requests.ConnectionError:
                time.sleep(0.2)
        yield found
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture
def first(classifier) -> np.ndarray:
    return to_input(read_image(load_all_samples()[0].path), classifier.input_size)


class Visit:
    """A page that may ask no other address and write no fault to the console."""

    def __init__(self, browser: Browser, address: str, size: dict[str, int]) -> None:
        self.page: Page = browser.new_context(viewport=size).new_page()
        self.faults: list[str] = []
        self.allowed = (address.rpartition("/")[0], "data:", "blob:")
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda line: self.faults.append(line.text))
        self.page.on("request", self._check)
        self.page.goto(address)

    def _check(self, request: Request) -> None:
        if not request.url.startswith(self.allowed):
            self.faults.append(request.url)

    def __enter__(self) -> Page:
        return self.page

    def __exit__(self, *_: object) -> None:
        wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not self.page.evaluate(wider)
        assert not self.faults
        self.page.context.close()


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_the_lesson_passes_the_walk_from_a_web_server(
    browser, address, classifier, first, size
) -> None:
    with Visit(browser, address, size) as page:
        walk_through_levels(page, classifier, first)
        change_one_weight(page, classifier, first)


@pytest.mark.alone
@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_each_step_of_the_zoom_is_quick(browser, address, size) -> None:
    with Visit(browser, address, size) as page:
        time_steps(page)


@pytest.mark.alone
def test_each_step_of_the_zoom_is_quick_from_a_disk(browser, folder) -> None:
    with Visit(browser, (folder / "index.html").as_uri(), LAPTOP) as page:
        time_steps(page)


def test_the_lesson_passes_the_walk_from_a_disk(browser, folder, classifier, first) -> None:
    with Visit(browser, (folder / "index.html").as_uri(), LAPTOP) as page:
        walk_through_levels(page, classifier, first)


def test_every_photo_has_the_engines_answer(browser, address) -> None:
    with Visit(browser, address, LAPTOP) as page:
        wait_until_ready(page)
        buttons = page.locator("#gallery button")
        assert buttons.count() == len(load_all_samples()) + 2
        seen = set()
        for number in range(buttons.count()):
            before = read(page)["logits"]
            buttons.nth(number).click()
            if number:
                page.wait_for_function(
                    "(old) => document.querySelector('.frame').dataset.logits !== old", arg=before
                )
            found = wait_until_ready(page)
            assert found["equal"] == "true", number
            seen.add(found["logits"])
        assert len(seen) == buttons.count()


def test_exercises_check_themselves(browser, address, classifier) -> None:
    first = read_integer_network(classifier.layers).layers[0]
    with Visit(browser, f"{address}#at={first.name}", LAPTOP) as page:
        wait_until_ready(page)
        expect(page.get_by_text("Not solved yet.")).to_have_count(3)
        press_slider(page, page.get_by_role("slider", name="Bits of its weights"), "Home")
        verdict = read(page)["verdict"]
        put_back(page)
        if verdict != read(page)["verdict"]:
            expect(page.locator("#exercise-bits.solved")).to_be_visible()
        page.locator(".stage").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        press_slider(page, page.get_by_role("slider", name="Bound of channel"), "Home")
        expect(page.locator("#exercise-silence.solved")).to_contain_text("it is silent now")


def test_a_question_says_what_is_right_and_why(browser, address) -> None:
    with Visit(browser, address, PHONE) as page:
        wait_until_ready(page)
        questions = page.evaluate("window.QANA_LESSON.questions")
        assert len(questions) >= 3
        for question in questions:
            field = page.locator(f"#question-{question['key']}")
            for number, option in enumerate(question["options"]):
                field.get_by_label(option, exact=True).check()
                word = "Right." if number == question["right"] else "Wrong."
                expect(field.locator(".state")).to_contain_text(word)
                expect(field.locator(".state")).to_contain_text(question["why"])


def test_the_address_brings_back_the_photo_and_the_place(browser, address) -> None:
    with Visit(browser, address, LAPTOP) as page:
        wait_until_ready(page)
        page.locator("#gallery button").nth(3).click()
        expect(page.locator("#about")).to_contain_text("Photo 4")
        page.locator(".card").nth(5).click()
        expect(page.locator('.frame[data-level="1"]')).to_be_visible()
        place = read(page)["at"]
        page.reload()
        assert wait_until_ready(page)["at"] == place
        expect(page.locator("#about")).to_contain_text("Photo 4")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser, address, theme: str) -> None:
    with Visit(browser, address, PHONE) as page:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        wait_until_ready(page)
        page.evaluate(AXE_SCRIPT)
        page.locator(".stage").focus()
        for level in range(5):
            found = page.evaluate("axe.run().then((all) => all.violations)")
            serious = [one for one in found if one["impact"] in ("serious", "critical")]
            assert not serious, (level, [(one["id"], one["nodes"][0]["html"]) for one in serious])
            page.keyboard.press("Enter")

"""The page Convert: chapters that open by their address, with the visitor's photo in each."""

import io
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from qana.jobs.background_worker import BackgroundWorker, Job
from qana.jobs.messages import Answer, Request
from tests.doubles.stored_doubles import STALE, forget_stored_results

PAGE = str(Path(__file__).parents[2] / "pages" / "convert.py")
SECONDS = 240
CHAPTERS = (
    *("zoom", "network", "breaking", "bounding", "bits", "conversion", "spikes", "chip"),
    *("exercises", "quiz"),
)
MODULES = {"breaking": "conversion_cases", "conversion": "agreement"}
HEAVY = {"breaking", "bits", "conversion", "quiz"}
"""Chapters with something that the worker computes where no results are stored."""


def number(chapter: str) -> str:
    """Begins the heading of a chapter."""
    return f"{CHAPTERS.index(chapter) + 1}. "


class Quiet(BackgroundWorker):
    """Takes requests and answers none: what it would compute has tests of its own."""

    asked: ClassVar[list[tuple[str, dict, Job]]] = []

    def submit(self, function: str, **arguments: object) -> Job:
        job = Job(Request(1, "none:none"))
        self.asked.append((function, arguments, job))
        return job


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    st.cache_resource.clear()
    Quiet.asked = []
    monkeypatch.setattr("ui.shared_models.BackgroundWorker", Quiet)
    forget_stored_results(monkeypatch)
    yield
    st.cache_resource.clear()


def opened(chapter: str | None = None) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=SECONDS)
    if chapter:
        page.query_params["chapter"] = chapter
    page.run()
    assert not page.exception
    return page


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception


def words(page: AppTest) -> str:
    kinds = (page.header, page.markdown, page.caption, page.warning, page.error, page.success)
    return "\n".join(element.value for kind in kinds for element in kind)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_opens_by_its_address(chapter: str) -> None:
    page = opened(chapter)
    module = import_module(f"ui.convert.{MODULES.get(chapter, chapter)}")
    assert page.header[0].value == f"{CHAPTERS.index(chapter) + 1}. {module.TITLE}"
    assert len(module.IDEA) == 3
    assert all(sentence.strip().endswith(".") for sentence in module.IDEA)
    assert " ".join(module.IDEA) in words(page)
    assert "Not a medical device" in words(page)
    assert STALE in words(page)
    if chapter in HEAVY:
        assert Quiet.asked
        assert page.get("progress")
    elif chapter != "zoom":
        assert page.metric


def test_no_chapter_and_an_unknown_one_begin_at_the_first() -> None:
    assert opened().header[0].value.startswith("1. ")
    assert opened("nothing").header[0].value.startswith("1. ")


def test_the_reader_goes_on_and_back_and_the_address_follows() -> None:
    page = opened()
    press(page, "Next: The network")
    assert page.header[0].value.startswith("2. ")
    assert page.query_params["chapter"] == "network"
    press(page, "Back")
    assert page.header[0].value.startswith("1. ")


def test_the_browsers_own_way_back_is_followed() -> None:
    page = opened("spikes")
    press(page, "Next: On the chip")
    page.query_params["chapter"] = "spikes"
    page.session_state.chapter_since += 100  # however long the machine took
    page.run()
    assert page.header[0].value.startswith(
        number("chip")
    )  # the browser has not shown the new address yet
    page.session_state.chapter_since -= 110
    page.run()
    assert page.header[0].value.startswith(number("spikes"))
    page.query_params["chapter"] = "nothing"
    page.session_state.chapter_since -= 10
    page.run()
    assert page.header[0].value.startswith("1. ")
    assert page.query_params["chapter"] == CHAPTERS[0]


def test_tensorflow_is_loaded_while_the_first_chapter_is_read() -> None:
    opened()
    assert [task for task, _arguments, _job in Quiet.asked] == [
        "qana.walkthrough.bit_widths_job:load_networks"
    ]
    opened()
    assert len(Quiet.asked) == 1  # once for all visitors


def test_a_photo_of_ones_own_goes_through_the_chapters(samples) -> None:
    page = opened("conversion")
    first = Quiet.asked[-1][1]["inputs"]
    page.file_uploader[0].upload("mine.jpg", samples[0].path.read_bytes(), "image/jpeg").run()
    assert not page.exception
    second = Quiet.asked[-1][1]["inputs"]
    assert first.shape == second.shape == (128, 128, 3)
    assert not np.array_equal(first, second)


def test_visitors_share_the_answer_to_a_sample_and_nothing_else() -> None:
    one, other = (opened().session_state.convert_photo for _visitor in range(2))
    assert one.answer.diagnosis is other.answer.diagnosis
    one.remember("value", lambda: 1)
    assert other.remember("value", lambda: 2) == 2
    assert one.jobs is not other.jobs


def test_a_file_that_is_no_photo_gets_one_sentence_and_the_photo_stays() -> None:
    page = opened("spikes")
    before = page.metric[0].value
    page.file_uploader[0].upload("words.jpg", b"only words", "image/jpeg").run()
    assert not page.exception
    assert "cannot be read as a photo" in page.error[0].value
    assert page.metric[0].value == before


def test_trouble_in_the_workshop_is_one_sentence_and_can_be_tried_again() -> None:
    page = opened("conversion")
    Quiet.asked[-1][2].answer = Answer(1, done=True, error="It would not.")
    page.run()
    assert page.warning[-1].value == "It would not."
    count = len(Quiet.asked)
    press(page, "Try again")
    assert len(Quiet.asked) == count + 1


@pytest.mark.slow
def test_nothing_of_the_photo_is_left_on_disk(tmp_path, monkeypatch, samples) -> None:
    """With the real process, which loads TensorFlow: it generates code, in a folder of its own."""
    pytest.importorskip("tensorflow")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    worker = BackgroundWorker()
    monkeypatch.setattr("ui.shared_models.BackgroundWorker", lambda: worker)
    page = opened("conversion")
    frame = io.BytesIO()
    Image.open(samples[2].path).save(frame, "PNG")
    page.file_uploader[0].upload("mine.png", frame.getvalue(), "image/png").run()
    assert not page.exception
    for _ in range(3600):
        if page.metric:
            break
        time.sleep(0.25)
        page.run()
    assert page.metric[0].label.startswith("Integers that differ")
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path.suffix == ".py" for path in written)
    worker.close()
    assert not list(tmp_path.iterdir())

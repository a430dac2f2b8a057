"""A reload of the page brings everything of its tab back, and nothing that is empty replaces it."""

import uuid
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.data.samples import Sample, load_all_samples
from qana.imaging import read_image
from qana.inference.classifier import load_classifier
from qana.inference.diagnosis import diagnose
from qana.inference.gate import Gate
from tests.ui.test_app import APP, SECONDS
from ui.answered_photo import AnsweredPhoto
from ui.convert.lesson import Lesson
from ui.entry import STARTED
from ui.tab_memory import _get_store


@pytest.fixture
def name(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name that the browser gives to its tab, after the first run of the page."""
    st.cache_resource.clear()
    sent = uuid.uuid4().hex
    answers = chain([None], repeat(sent))
    monkeypatch.setattr("ui.tab_memory._tab_name", lambda **_: SimpleNamespace(name=next(answers)))
    yield sent


@pytest.fixture
def rejected(monkeypatch: pytest.MonkeyPatch) -> AnsweredPhoto:
    """A sample at a gate that rejects all, because akd1000's own rejects none of them."""
    monkeypatch.setattr(Gate, "passes", lambda _, features, __: np.zeros(len(features), bool))
    sample = load_all_samples()[0]
    diagnosis = diagnose(read_image(sample.path), load_classifier("akd1000"))
    assert diagnosis.status == "rejected"
    return AnsweredPhoto(diagnosis, sample)


def start(**values: object) -> AppTest:
    """A new session of Scan, in which the first run has made some values."""
    scan = (Path(APP).parent / "pages" / "scan.py").read_text(encoding="utf-8")
    before, called, after = scan.rpartition("ensure_app_started()")
    source = f"{before}from ui.tab_memory import restore_tab\nrestore_tab()\n{called}{after}"
    app = AppTest.from_string(source, default_timeout=SECONDS)
    app.session_state[STARTED] = True
    for key, value in values.items():
        app.session_state[key] = value
    return app


def run(**values: object) -> AppTest:
    """The same, after the name of the tab has arrived."""
    app = start(**values)
    app.run().run()
    assert not app.exception
    return app


def test_what_a_pupil_solved_replaces_the_empty_lesson_of_the_new_session(name: str) -> None:
    solved = Lesson(tries={"bits": 2}, solved={"bits": 2})
    _get_store().write(name, {"lesson": solved, "learn_session": "taught"}, "old")
    app = run(lesson=Lesson(), learn_session="empty")
    assert app.session_state.lesson is solved
    assert app.session_state.learn_session == "taught"
    assert _get_store().read(name)["lesson"] is solved


def test_the_choice_of_the_network_names_the_one_that_answers(name: str) -> None:
    _get_store().write(name, {"network": "akd1000"}, "old")
    app = run()
    box = next(one for one in app.selectbox if one.label == "Which network answers?")
    assert box.value == "akd1000" == app.session_state.network
    box.select("akida2").run()
    assert app.session_state.network == "akida2"


def test_a_rejected_photo_is_not_brought_back(name: str, rejected: AnsweredPhoto) -> None:
    app = run(answer=rejected, pending=rejected.diagnosis.square)
    assert "Classify anyway" in [button.label for button in app.button]
    assert "answer" not in _get_store().read(name)
    assert "history" not in app.session_state or not app.session_state.history


def test_a_rejected_link_enters_no_history(name: str, rejected: AnsweredPhoto) -> None:
    app = start()
    assert rejected.sample is not None
    app.query_params["sample"], app.query_params["model"] = rejected.sample.image_id, "akd1000"
    app.run().run()
    next(one for one in app.button if one.label == "Classify anyway").click().run()
    assert not app.exception
    assert len(app.session_state.history) == 1


def test_a_late_address_of_the_photo_before_opens_it_not_again(sure_samples: list[Sample]) -> None:
    app = run()
    app.button(key=sure_samples[0].image_id).click().run()
    before = app.query_params["sample"], app.query_params["model"]
    next(one for one in app.button if one.label == "Scan another").click().run()
    app.session_state.link = before  # as with the buttons Back and Forward of a visit
    app.button(key=sure_samples[1].image_id).click().run()
    app.query_params["sample"], app.query_params["model"] = before
    app.run()
    assert app.session_state.answer.sample == sure_samples[1]
    assert len(app.session_state.history) == 2

"""Booth mode: the show, what a visitor's touch does, and what an address may ask for."""

import time
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.classes import BY_CODE
from qana.data.samples import load_samples
from qana.imaging import read_image
from qana.inference.diagnosis import diagnose
from ui.booth import show
from ui.booth.mode import IDLE_SECONDS, MAX_IDLE_SECONDS, MIN_IDLE_SECONDS, parse_idle_seconds

APP = str(Path(__file__).parents[2] / "streamlit_app.py")


def _show() -> None:
    from ui.booth.show import run_show

    run_show()


@pytest.fixture
def booth() -> AppTest:
    """The show alone: the test driver would run the page whose place it takes from its second run
    on. The browser tests open it by its address, and touch it."""
    st.cache_resource.clear()
    app = AppTest.from_function(_show, default_timeout=30).run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    return "\n".join(one.value for kind in (app.title, app.markdown, app.caption) for one in kind)


def press(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if one.label == label).click().run()
    assert not app.exception
    return app


def test_the_show_asks_first_and_then_tells_what_the_network_says(booth, classifier) -> None:
    assert show.QUESTION in words(booth)
    assert "The data set records" not in words(booth)
    assert "Not a medical device" in words(booth)
    booth.session_state.began = time.monotonic() - show.GUESS_SECONDS - 0.1
    booth.run()
    sample = load_samples()[0]
    prediction = diagnose(read_image(sample.path), classifier, force=True).prediction
    told = words(booth)
    assert f"records **{BY_CODE[sample.label].name.lower()}**" in told
    expected = "Not sure" if prediction.unsure else BY_CODE[prediction.top[0][0]].name
    assert expected in told
    assert f"{prediction.events:,} events" in told


def test_every_sample_has_its_turn(booth) -> None:
    samples = load_samples()
    seen = set()
    for _ in samples:
        seen.add(booth.session_state.scene_answer.sample.image_id)
        press(booth, "Next")
    assert seen == {sample.image_id for sample in samples}


def test_it_goes_on_by_itself_unless_held(booth) -> None:
    first = booth.session_state.scene_answer.sample.image_id
    press(booth, "Hold")
    booth.session_state.began = time.monotonic() - 1000
    booth.run()
    assert booth.session_state.scene_answer.sample.image_id == first
    press(booth, "Hold")
    assert booth.session_state.scene_answer.sample.image_id != first


def test_without_the_booth_s_address_there_is_no_show() -> None:
    app = AppTest.from_file(APP, default_timeout=30).run()
    assert "Scan a lesion" in words(app)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("30", 30),
        ("1", MIN_IDLE_SECONDS),
        ("9999", MAX_IDLE_SECONDS),
        *((one, IDLE_SECONDS) for one in ("", "-5", "1e3", "abc", "9" * 5000, "٣", "<script>")),
    ],
)
def test_what_is_no_number_of_seconds_counts_as_not_asked_for(asked: str, seconds: int) -> None:
    assert parse_idle_seconds(asked) == seconds

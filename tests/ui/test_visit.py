"""A visit to Scan: links to verdicts, the photos of the visit, and what a reload brings back."""

import time

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.classes import BY_CODE
from qana.data.samples import Sample, load_phone_samples
from qana.inference.manifest import find_entry
from qana.reports.gate_facts import describe_gate_errors
from tests.ui.test_app import APP, SECONDS, words
from ui.scan.history import MOST_ANSWERS
from ui.shared_models import get_background_worker
from ui.tab_memory.store import KEPT_SECONDS, MOST_CLOSED_TABS, TabStore


@pytest.fixture
def app() -> AppTest:
    st.cache_resource.clear()
    return AppTest.from_file(APP, default_timeout=SECONDS)


def press(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if one.label == label).click().run()
    assert not app.exception
    return app


def open_sample(app: AppTest, sample: Sample) -> AppTest:
    if any(button.label == "Scan another" for button in app.button):
        press(app, "Scan another")
    app.button(key=sample.image_id).click().run()
    assert not app.exception
    return app


@pytest.mark.parametrize("model", ["akida2", "akd1000", None])
def test_a_link_opens_the_verdict_of_its_network(app: AppTest, sure_samples, model) -> None:
    sample = sure_samples[0]
    app.query_params["sample"] = sample.image_id
    if model:
        app.query_params["model"] = model
    app.run()
    assert not app.exception
    answer = app.session_state.answer
    assert answer.sample == sample
    assert answer.diagnosis.model == (model or "akida2")
    assert app.query_params["model"] == answer.diagnosis.model


def test_the_address_follows_what_is_shown(app: AppTest, sure_samples) -> None:
    open_sample(app.run(), sure_samples[0])
    assert app.query_params["sample"] == sure_samples[0].image_id
    press(app, "Scan another")
    assert "sample" not in app.query_params and "model" not in app.query_params


@pytest.mark.parametrize(
    ("sample", "model", "sentence"),
    [
        ("ISIC_0", "akida2", "There is no sample with the name in this link"),
        ("<b>", "akida2", "There is no sample with the name in this link"),
        ("ISIC_0025904", "other", "There is no model 'other': choose one of"),
    ],
)
def test_a_link_to_nothing_gives_one_sentence(app, sample: str, model: str, sentence: str) -> None:
    app.query_params["sample"], app.query_params["model"] = sample, model
    app.run()
    assert not app.exception
    assert len(app.error) == 1 and sentence in app.error[0].value
    assert "Scan a lesion" in words(app)


def test_the_photos_of_a_visit_can_be_opened_again_and_compared(app, sure_samples) -> None:
    first, second = sure_samples[:2]
    open_sample(app.run(), first)
    assert "Photos of this visit" not in words(app)
    open_sample(app, second)
    assert "Photos of this visit" in words(app)
    press(app, "Back")
    assert app.session_state.answer.sample == first
    assert next(one for one in app.button if one.label == "Back").disabled
    press(app, "Forward")
    assert app.session_state.answer.sample == second
    chooser = next(one for one in app.selectbox if one.label == "Show beside it")
    chooser.select_index(0).run()
    assert not app.exception
    for sample in (first, second):
        assert f"Recorded: {BY_CODE[sample.label].name.lower()}." in words(app)


def test_only_the_last_photos_are_kept(app: AppTest, sure_samples) -> None:
    app.run()
    for _ in range(MOST_ANSWERS + 2):
        open_sample(app, sure_samples[0])
    assert len(app.session_state.history) == MOST_ANSWERS
    assert app.session_state.history[-1] is app.session_state.answer


def test_explain_takes_the_photo_with_its_sample(app: AppTest, sure_samples) -> None:
    open_sample(app.run(), sure_samples[0])
    answer = app.session_state.answer
    next(one for one in app.button if one.label == "Explain this").click()
    app.run()
    assert app.session_state.explained.answer is answer


def test_a_rejection_by_the_gate_says_how_often_it_is_wrong() -> None:
    entry = find_entry("akida2")
    gate = entry.record["gate"]
    sentence = describe_gate_errors(entry)
    assert f"{1 - gate['lesions']['lesion-test']['pass']:.0%} of 1,986 test photos" in sentence
    assert f"let {1 - gate['turned_away']['pictures']['share']:.0%} of" in sentence


def test_phone_samples_can_be_chosen(app: AppTest) -> None:
    app.run()
    app.session_state.sample_kind = "Smartphone"
    app.run()
    sample = load_phone_samples()[0]
    open_sample(app, sample)
    assert app.session_state.answer.sample == sample
    assert "PAD-UFES-20" in app.session_state.answer.sample.attribution


class Clock:
    """A clock that a test sets, and the sessions that are connected."""

    def __init__(self) -> None:
        self.now = 1.0
        self.connected: set[str] = set()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> TabStore:
    return TabStore(lambda session: session in clock.connected, lambda: clock.now)


def test_a_reload_finds_the_values_of_its_tab(store: TabStore, clock: Clock) -> None:
    clock.connected = {"one"}
    store.write("tab", {"answer": 1}, "one")
    clock.connected = set()
    assert store.read("tab") == {"answer": 1}
    assert store.read("other") == {}
    clock.now += KEPT_SECONDS - 1
    assert store.read("tab") == {"answer": 1}


def test_values_are_dropped_ten_minutes_after_the_last_connection(store, clock: Clock) -> None:
    clock.connected = {"one"}
    store.write("tab", {"answer": 1}, "one")
    clock.now += 10 * KEPT_SECONDS
    assert store.read("tab") == {"answer": 1}  # still open
    clock.connected = set()
    store.drop_closed()
    clock.now += KEPT_SECONDS + 1
    assert store.read("tab") == {} and len(store) == 0


def test_an_empty_tab_and_too_many_closed_tabs_are_dropped(store: TabStore, clock: Clock) -> None:
    store.write("tab", {"answer": 1}, "one")
    store.write("tab", {}, "one")
    assert len(store) == 0
    for number in range(MOST_CLOSED_TABS + 5):
        clock.now += 1
        store.write(str(number), {"answer": number}, "gone")
        store.drop_closed()
    assert len(store) == MOST_CLOSED_TABS
    assert store.read("0") == {} and store.read(str(MOST_CLOSED_TABS + 4))


def test_the_background_process_ends_with_its_cache() -> None:
    st.cache_resource.clear()
    worker = get_background_worker()
    worker.submit("tests.jobs.test_background_worker:count", upto=1000)
    end = time.monotonic() + 60
    while not worker.running and time.monotonic() < end:
        time.sleep(0.05)
    assert worker.running
    st.cache_resource.clear()
    assert not worker.running

"""Addresses with any parameters: no page fails, and nothing outside a list is ever chosen."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as hs
from streamlit.testing.v1 import AppTest

from qana.data.samples import load_all_samples
from qana.errors import UserError
from qana.inference.manifest import read_manifest
from qana.jobs.background_worker import BackgroundWorker, Job
from tests.doubles.changed_documents import check_sentence
from tests.doubles.stored_doubles import keep_stored_results, make_stored_results
from ui.booth.mode import (
    IDLE_SECONDS,
    MAX_IDLE_SECONDS,
    MIN_IDLE_SECONDS,
    is_booth,
    parse_idle_seconds,
)
from ui.convert.exercises import EXERCISES
from ui.scan.link import close_link, read_link

FOLDER = Path(__file__).parents[2]
PAGE = str(FOLDER / "pages" / "convert.py")
SECONDS = 240
QUICK = settings(derandomize=True, deadline=None, phases=(Phase.explicit, Phase.generate))
"""Without a search for the shortest failing address, because each run of a page takes long."""
SOURCES = "".join(path.read_text() for path in sorted((FOLDER / "ui" / "convert").rglob("*.py")))
BOUND = set(re.findall(r'key="(\w+)",\s*bind="query-params"', SOURCES))
PREFIXES = ("repair_", "threshold_", "form_")
"""Beginnings of the other keys, which the pages make."""
CHAPTERS = ("zoom", "network", "breaking", "bounding", "bits", "conversion", "spikes", "chip")
STATES = [
    *({"chapter": chapter} for chapter in (*CHAPTERS, "quiz")),
    *({"chapter": "exercises", "exercise": title} for title, _show in EXERCISES.values()),
]
"""Addresses that open every widget with a parameter of its own."""
WRONG = hs.sampled_from(
    ("", " ", "0", "-1", "1e9", "nan", "None", "[]", "\0", "\ud7ff", "²", "a" * 5_000, "<b>x</b>")
) | hs.text(max_size=9)
SAMPLES = [sample.image_id for sample in load_all_samples()]
MODELS = [entry.name for entry in read_manifest()]


class State(dict[str, Any]):
    """A session's state, with names as keys and as attributes."""

    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__


class IdleWorker(BackgroundWorker):
    """A background worker that fails the test that submits a job."""

    def submit(self, function: str, **arguments: object) -> Job:
        raise AssertionError(f"{function} was started")


@pytest.fixture(scope="module", autouse=True)
def stored(classifier) -> Iterator[None]:
    """Stored results, so that no chapter computes for long."""
    st.cache_resource.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.shared_models.BackgroundWorker", IdleWorker)
        keep_stored_results(patch, make_stored_results(classifier.entry))
        yield
    st.cache_resource.clear()


def open_page(address: dict[str, Any]) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=SECONDS)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception, [one.value for one in page.exception]
    return page


def list_choices(page: AppTest) -> dict[str, Any]:
    """Lists the widgets that the address may set, by their key."""
    widgets = (*page.pills, *page.segmented_control, *page.select_slider, *page.selectbox)
    keyed = {one.key: one for one in widgets if one.key}
    return {key: one for key, one in keyed.items() if key in BOUND or key.startswith(PREFIXES)}


def get_chosen(widget: Any) -> list[str]:
    """Gets the options that are chosen, as the page shows them."""
    value = widget.value
    values = value if isinstance(value, list | tuple) else [value]
    return [str(widget.format_func(one)) for one in values]


def is_multiple(widget: Any) -> bool:
    return isinstance(widget.value, list)


_opened: dict[str, AppTest] = {}


def open_plainly(state: dict[str, str]) -> AppTest:
    """Opens a state of the page once, without further parameters."""
    if str(state) not in _opened:
        _opened[str(state)] = open_page(state)
    return _opened[str(state)]


@pytest.mark.parametrize("state", STATES, ids=lambda state: " ".join(state.values()))
@settings(QUICK, max_examples=3)
@given(data=hs.data())
def test_nothing_outside_its_list_is_chosen(state: dict[str, str], data: hs.DataObject) -> None:
    known = {key: one for key, one in list_choices(open_plainly(state)).items() if key not in state}
    address: dict[str, Any] = {}
    for key, widget in known.items():
        values = hs.sampled_from(widget.options) | WRONG
        address[key] = data.draw(values | hs.lists(values, max_size=3), key)
    address["at"], address["photo"] = data.draw(WRONG), data.draw(WRONG)
    check_choices(state, address)


def check_choices(state: dict[str, str], address: dict[str, Any]) -> None:
    page = open_page(address | state)
    for key, widget in list_choices(page).items():
        chosen = get_chosen(widget)
        assert set(chosen) <= set(map(str, widget.options)), key
        assert is_multiple(widget) or len(chosen) == 1, key
        asked = address.get(key)
        if isinstance(asked, str) and asked in widget.options:
            assert chosen == [asked], key
    assert page.session_state.chapter == state["chapter"]


@pytest.mark.parametrize("place", [0, 1, -1])
def test_a_link_opens_any_block(place: int) -> None:
    state = {"chapter": "network"}
    options = list_choices(open_plainly(state))["network_block"].options
    check_choices(state, {"network_block": options[place]})


def test_every_parameter_of_the_sources_was_tried() -> None:
    found = {key for state in STATES for key in list_choices(open_plainly(state))}
    # Without a class that 4 bits lose, there is nothing to give back.
    assert len(BOUND) > 10 and found >= BOUND - {"bits_back"}
    assert all(any(key.startswith(prefix) for key in found) for prefix in PREFIXES)


@settings(QUICK, max_examples=4)
@given(chapter=WRONG | hs.lists(WRONG, min_size=1, max_size=2), photo=hs.sampled_from(SAMPLES))
def test_an_unknown_chapter_opens_the_first_and_the_sample_is_taken(
    chapter: str | list[str], photo: str
) -> None:
    page = open_page({"chapter": chapter, "photo": photo})
    assert page.session_state.chapter == CHAPTERS[0]
    assert page.session_state.convert_photo.answer.sample.image_id == photo


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    sample=hs.sampled_from(SAMPLES) | WRONG,
    model=hs.none() | hs.sampled_from(MODELS) | WRONG,
    idle=WRONG,
    booth=hs.sampled_from(("1", "01", "true", "", "1 ")),
)
@example(sample=SAMPLES[0], model="[a](http://b.c)", idle="5", booth="0")
@example(sample=SAMPLES[0], model="www.b.c", idle="٣", booth="0")
@example(sample=SAMPLES[0], model="x\ny", idle="1_0", booth="0")
def test_a_link_to_a_verdict_names_what_exists_or_gives_one_sentence(
    sample: str, model: str | None, idle: str, booth: str
) -> None:
    asked = {"sample": sample, "idle": idle, "booth": booth}
    parts = SimpleNamespace(
        query_params=asked if model is None else asked | {"model": model}, session_state=State()
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.scan.link.st", parts)
        patch.setattr("ui.booth.mode.st", parts)
        assert is_booth() == (booth == "1")
        assert MIN_IDLE_SECONDS <= parts.session_state.idle <= MAX_IDLE_SECONDS
        if sample in SAMPLES and model in (None, *MODELS):
            link = read_link()
            assert link is not None and (link.sample.image_id, link.model) == (sample, model)
            close_link()
            assert read_link() is None
            return
        with pytest.raises(UserError) as caught:
            read_link()
        check_sentence(caught.value)
        assert "www." not in str(caught.value)


@settings(derandomize=True, max_examples=300)
@given(text=hs.text(max_size=6) | hs.integers(-9, 10**9).map(str))
def test_any_idle_time_is_within_its_limits(text: str) -> None:
    seconds = parse_idle_seconds(text)
    assert MIN_IDLE_SECONDS <= seconds <= MAX_IDLE_SECONDS
    if re.fullmatch("[0-9]{1,4}", text):
        assert seconds == min(max(int(text), MIN_IDLE_SECONDS), MAX_IDLE_SECONDS)
    else:
        assert seconds == IDLE_SECONDS

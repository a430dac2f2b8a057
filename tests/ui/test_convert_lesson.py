"""Convert with stored results: nobody waits, a state has an address, and the lesson is kept."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.imaging import read_image
from qana.jobs.background_worker import BackgroundWorker, Job
from qana.walkthrough.bit_widths import count_correct_by_class
from qana.walkthrough.block_repair import is_repaired, list_designs, read_repairs
from qana.walkthrough.event_budget import STEPS
from qana.walkthrough.few_bit_blocks import list_reducible_blocks
from tests.doubles.stored_doubles import keep_stored_results, make_stored_results
from ui.convert.exercise_bits import SEEN

PAGE = str(Path(__file__).parents[2] / "pages" / "convert.py")
SECONDS = 240
CHAPTERS = ("breaking", "bounding", "bits", "conversion", "spikes", "exercises", "quiz")


class Refusing(BackgroundWorker):
    """Fails the test that submits a job: with stored results, no visitor starts one."""

    def submit(self, function: str, **arguments: object) -> Job:
        raise AssertionError(f"{function} was started")


@pytest.fixture(scope="module")
def stored(classifier):
    return make_stored_results(classifier.entry)


@pytest.fixture(autouse=True)
def at_once(stored, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    st.cache_resource.clear()
    monkeypatch.setattr("ui.shared_models.BackgroundWorker", Refusing)
    keep_stored_results(monkeypatch, stored)
    yield
    st.cache_resource.clear()


def opened(**address: str) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=SECONDS)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.info, page.warning, page.error, page.success)
    return "\n".join(element.value for kind in kinds for element in kind)


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_chapter_starts_a_job(chapter: str) -> None:
    page = opened(chapter=chapter)
    assert not page.get("progress")
    assert "stored results" not in words(page)


def test_every_pair_of_bits_is_there_at_once(stored) -> None:
    from qana.data.balanced_subset import load_balanced_subset

    labels = load_balanced_subset()[1]
    page = opened(chapter="bits", weight_bits="2", activation_bits="8")
    right = sum(count_correct_by_class(stored.answers[2, 8].logits, labels).values())
    assert page.metric[0].value == f"{right} of {len(labels)}"
    page.segmented_control(key="weight_bits").set_value(8).run()
    assert not page.exception
    right = sum(count_correct_by_class(stored.answers[8, 8].logits, labels).values())
    assert page.metric[0].value == f"{right} of {len(labels)}"


def test_a_photo_of_ones_own_needs_no_job_in_any_chapter(samples) -> None:
    page = opened(chapter="bits")
    page.file_uploader[0].upload("mine.jpg", samples[3].path.read_bytes(), "image/jpeg").run()
    assert not page.exception
    assert "The float network answers" in words(page)


def test_keras_runs_on_an_own_photo_only_on_demand(samples) -> None:
    page = opened(chapter="conversion")
    assert page.metric[0].label == "Integers that differ"
    photo = np.array(read_image(samples[3].path))[5:-5]
    file = io.BytesIO()
    from PIL import Image

    Image.fromarray(photo).save(file, "PNG")
    page.file_uploader[0].upload("mine.png", file.getvalue(), "image/png").run()
    assert not page.exception
    assert page.metric[0].label == "Integers that differ, over all samples"
    assert any(button.label.startswith("Compare them on this photo") for button in page.button)


def test_the_address_names_the_photo_and_the_state(samples) -> None:
    page = opened(chapter="spikes", photo=samples[9].image_id)
    assert page.session_state.convert_photo.answer.sample.image_id == samples[9].image_id
    page = opened(chapter="chip", chip="AKD1000", photo="nothing")
    assert "AKD1000" in words(page)
    page = opened(chapter="bounding", bounding_layer="head_mix_dw")
    assert page.select_slider(key="bounding_layer").value == "head_mix_dw"
    page = opened(chapter="breaking", block="Activation", form_activation="Bounded at 6")
    assert "**ReLU bounded at 6**" in words(page)


def test_spikes_answers_whether_it_spikes_with_the_numbers_of_the_photo() -> None:
    page = opened(chapter="spikes")
    prediction = page.session_state.convert_photo.prediction
    assert "Is it really spiking?" in [one.value for one in page.subheader]
    text = words(page)
    assert f"{prediction.events:,} sent an event" in text
    assert "One time step" in text
    assert "plain skin without a lesion" in text


def test_a_block_is_repaired_from_what_the_tools_report() -> None:
    outcomes = read_repairs()
    solution = next(one for one in list_designs() if is_repaired(outcomes[one.key]))
    page = opened(chapter="exercises", exercise="Repair a block")
    press(page, "Convert and map")
    assert not page.success
    assert "Refused" in words(page)
    for key, value in (
        ("repair_gate", solution.gate),
        ("repair_join", solution.join),
        ("repair_follower", solution.follower),
        ("repair_bits", f"{solution.bits[0]} / {solution.bits[1]}"),
    ):
        page.pills(key=key).set_value(value).run()
    assert not page.success  # a try counts only once it is converted
    press(page, "Convert and map")
    assert page.success[0].value.startswith("**Solved in 2 tries.**")
    assert page.metric[0].value == "1 of 3"


def test_blocks_go_back_to_eight_bits_and_the_page_checks_the_answer(samples) -> None:
    for sample in samples:  # the first with a task
        page = opened(chapter="exercises", exercise="Find the lossy block", photo=sample.image_id)
        if "**Task.**" in words(page):
            break
        assert "so the photo has no task" in words(page)
    pills = next(group for group in page.get("button_group") if "with 8 bits" in group.label)
    names = [option.content for option in pills.proto.options]
    photo = page.session_state.convert_photo
    blocks = [block.name for block in list_reducible_blocks(photo.computed["graph"])]
    assert len(blocks) == len(names)
    page.session_state.bits_back = blocks[:3]
    page.run()
    assert "3 blocks have 8 bits, and 2 are allowed" in words(page)
    page.session_state.bits_back = blocks[:1]
    page.run()
    assert not page.exception
    answer = photo.computed["few bits", *sorted(blocks[1:])]
    label = photo.prediction.top[0][0]
    assert page.metric[-1].value == f"{answer.compute_margin(label):+.2f}"
    assert bool(page.success) == (answer.label == label)
    for pair in (blocks[:2], blocks[1::-1]):  # in either order they are one try
        page.session_state.bits_back = pair
        page.run()
    assert list(photo.computed[SEEN]) == [tuple(blocks[:1]), tuple(blocks[:2])]


def test_events_are_saved_and_the_verdict_is_checked() -> None:
    page = opened(chapter="exercises", exercise="Save events")
    prediction = page.session_state.convert_photo.prediction
    assert page.metric[-1].value == f"{prediction.events:,}"
    sliders = [one for one in page.select_slider if str(one.key).startswith("threshold_")]
    for slider in sliders:
        page.select_slider(key=slider.key).set_value(STEPS[-1]).run()
    assert not page.exception
    assert page.metric[-1].value != f"{prediction.events:,}"
    assert bool(page.success) != ("The answer is lost" in words(page))
    tries = page.session_state.lesson.tries["events"]
    for value in (0, STEPS[-1]):  # to a setting that was tried, and back
        page.select_slider(key=sliders[-1].key).set_value(value).run()
    assert page.session_state.lesson.tries["events"] == tries


def test_the_quiz_is_asked_twice_and_can_be_handed_in() -> None:
    page = opened(chapter="quiz")
    assert len(page.radio) == 5
    press(page, "Hand in")
    assert "Choose an answer to question 1, 2, 3, 4, 5" in words(page)
    for radio in list(page.radio):
        page.radio(key=radio.key).set_value(0)
    press(page, "Hand in")
    assert "Handed in and kept" in words(page)
    assert "Right:" not in words(page)
    page.segmented_control(key="round").set_value("after").run()
    for radio in list(page.radio):
        page.radio(key=radio.key).set_value(1)
    press(page, "Hand in")
    results = page.session_state.lesson.results
    assert page.metric[0].value == f"{results['after'].right} of 5"
    assert f"Before the lesson: {results['before'].right} of 5" in words(page)
    page.text_input(key="quiz_name").set_value("Ada").run()
    file = page.get("download_button")[-1]
    assert file.proto.label == "Answers as CSV"


def test_no_first_guess_is_asked_for_when_the_answers_are_known() -> None:
    page = opened(chapter="quiz", round="After the lesson")
    for radio in list(page.radio):
        page.radio(key=radio.key).set_value(0)
    press(page, "Hand in")
    assert "Still to do" not in words(page)
    page.segmented_control(key="round").set_value("before").run()
    assert not page.radio
    assert "a first guess can no longer be made" in words(page)


def test_the_first_chapter_leads_to_the_guess() -> None:
    page = opened(chapter="zoom")
    press(page, "Guess first: five questions")
    assert len(page.radio) == 5


def test_the_handout_is_offered_for_the_photo(samples) -> None:
    from ui.convert.photo import _draw_handout

    page = opened(chapter="spikes", photo=samples[2].image_id)
    assert "Handout" in [one.proto.label for one in page.get("download_button")]
    assert _draw_handout(page.session_state.convert_photo).startswith(b"%PDF")


def test_the_file_has_both_rounds(stored) -> None:
    from qana.walkthrough.quiz_result import write_csv

    page = opened(chapter="quiz", round="Before the lesson")
    for radio in list(page.radio):
        page.radio(key=radio.key).set_value(0)
    press(page, "Hand in")
    lesson = page.session_state.lesson
    rows = list(csv.DictReader(io.StringIO(write_csv("", lesson.results, {}, ["repair"]))))
    assert [row["part"] for row in rows] == ["before"] * 5 + ["exercise"]
    assert {row["sha256"] for row in rows[:5]} == {stored.entry.sha256}

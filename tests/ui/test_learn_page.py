"""The page Learn: a visitor teaches the head a class, sees what came of it, and takes it back."""

import re

import numpy as np
from streamlit.testing.v1 import AppTest

from qana.classes import BY_CODE, CLASSES, LABELS
from qana.edge_learning.held_out_photos import load_held_out_photos, score_head
from qana.edge_learning.teaching_photos import load_teaching_photos
from qana.imaging import read_image
from tests.doubles.edge_doubles import edge
from tests.doubles.learn_page import choose_class, own_engines, page, press, session, words
from ui.learn.session import NEW

__all__ = ["edge", "own_engines", "page"]
CLASS = "df"
PLACE = LABELS.index(CLASS)


def test_the_page_opens_with_the_seven_classes_and_says_where_it_runs(page, edge) -> None:
    shown = words(page)
    assert [f"**{name} classes**" in shown for name in ("six", "seven")] == [False, True]
    names = [lesion.name for lesion in CLASSES]
    assert [option.replace("\\", "") for option in page.pills[0].options[:-1]] == names
    assert f"Akida {edge.engine.backend.kind}" in shown
    assert "Not a medical device" in shown
    assert "CC BY-NC 4.0" in shown
    assert not page.error
    before = score_head(edge, edge.initial_head, load_held_out_photos(edge))
    assert np.array_equal(session(page).before.recognized, before.recognized)


def test_a_class_that_is_forgotten_is_gone_and_its_ten_lessons_bring_it_back(page) -> None:
    choose_class(page, CLASS)
    press(page, "Forget this class")
    assert page.pills[0].options[PLACE].endswith("gone]")
    assert "**six classes**" in words(page)
    assert session(page).now.recognized[PLACE] == 0
    assert CLASS not in session(page).now.answers

    press(page, "10")
    press(page, "Learn 10 photos")
    assert f"**{BY_CODE[CLASS].name} learned 10 photos.**" in words(page)
    assert "ms a photo, measured here" in words(page)
    assert not page.pills[0].options[PLACE].endswith("gone]")
    mine = [lesson for lesson in load_teaching_photos() if lesson.label == CLASS]
    answers = [session(page).learner.recognize(lesson.image).name for lesson in mine]
    assert CLASS in answers
    steps = [step.description for step in session(page).steps]
    assert len(steps) == 1 + 1 + 1 + 10  # as it came, forgotten, added again, ten photos
    recalls, curve = (chart.proto.alt for chart in page.get("vega_lite_chart"))
    now = session(page).now
    assert f"{BY_CODE[CLASS].name}: {session(page).before.recognized[PLACE]} before" in recalls
    assert f"{now.recognized[PLACE]} now, of {now.photos[PLACE]}" in recalls
    assert all(what in curve for what in steps)


def test_only_the_lesson_photos_that_are_ticked_are_learned(page) -> None:
    choose_class(page, CLASS)
    press(page, "1")
    page.checkbox(key=f"learn_lesson_{CLASS}_7").check().run()
    press(page, "Learn 2 photos")
    taught = (
        session(page).learner.head.photo_counts[PLACE]
        - session(page).model.initial_head.photo_counts[PLACE]
    )
    assert taught == len(session(page).lessons) == 2


def test_a_name_that_is_taken_or_none_is_said_and_the_head_stays(page) -> None:
    for name, said in (("melanoma", "already"), ("  ", "needs a name")):
        choose_class(page, NEW)
        page.text_input(key="learn_name").set_value(name).run()
        press(page, "Learn 5 photos")
        assert [said in error.value for error in page.error] == [True]
        assert session(page).learner.head is session(page).model.initial_head


def test_undo_takes_each_press_back_to_the_bit(page) -> None:
    assert next(b for b in page.button if b.label == "Undo").disabled
    choose_class(page, CLASS)
    heads = [session(page).learner.head]
    press(page, "Forget this class")
    heads.append(session(page).learner.head)
    press(page, "Learn 5 photos")
    assert not session(page).learner.head.equals(heads[-1])
    for head in reversed(heads):
        press(page, "Undo")
        assert session(page).learner.head.equals(head)
    assert next(b for b in page.button if b.label == "Undo").disabled
    assert len(session(page).steps) == 1


def test_asking_shows_every_class_the_strongest_first(page, samples) -> None:
    page.button(key=samples[3].image_id).click().run()
    assert not page.exception
    answer = session(page).learner.recognize(read_image(samples[3].path))
    bars = [bar.proto.text for bar in page.get("progress")]
    assert len(bars) == len(answer.classes)
    assert bars[0].replace("\\", "").startswith(BY_CODE[answer.name].name)
    counts = [int(re.search(r"\*\*(\d+)\*\*", bar)[1]) for bar in bars]
    assert counts == sorted(answer.agreement, reverse=True)
    assert "Agreement is no probability" in words(page)
    choose_class(page, answer.name)
    press(page, "Forget this class")
    assert len(page.get("progress")) == len(answer.classes) - 1  # asked anew


def test_the_first_press_tells_the_story_of_a_class_that_was_never_known(page: AppTest) -> None:
    story = page.session_state.story
    place = LABELS.index(story.chosen)
    assert story.chosen not in story.learner.head.classes
    assert story.now.recognized[place] == 0
    assert "This head has never learned a **blood-vessel mark**" in words(page)
    press(page, "Teach it these 5 photos")
    story = page.session_state.story
    recognized = story.now.recognized[place]
    assert [step.is_lesson for step in story.steps] == [False] + [True] * 5
    assert recognized > 0
    shown = words(page)
    assert f"recognizes **{recognized} of {story.now.photos[place]}**" in shown
    others = np.delete(story.now.recognized / story.now.photos, place).mean()
    assert f"was {story.before.balanced_accuracy:.2f} and is {others:.2f}" in shown
    assert session(page).learner.head.classes == tuple(LABELS)  # the visitor's own head is another


def test_the_story_can_be_told_with_another_class(page: AppTest) -> None:
    press(page, "Teach it these 5 photos")
    page.selectbox(key="story_class").set_value("mel").run()
    assert not page.exception
    assert "This head has never learned a **melanoma**" in words(page)
    assert "mel" not in page.session_state.story.learner.head.classes

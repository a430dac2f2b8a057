"""The page Learn: a visitor teaches the head a class, sees what came of it, and takes it back."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.classes import BY_CODE, CLASSES, LABELS
from qana.edge_learning.edge_model import EdgeModel, load_edge_model
from qana.edge_learning.held_out_photos import load_held_out_photos, score_head
from qana.edge_learning.teaching_photos import load_teaching_photos
from qana.imaging import read_image
from qana.inference.manifest import find_models_folder
from ui.learn.session import NEW, LearnSession

PAGE = str(Path(__file__).parents[2] / "pages" / "learn.py")
SECONDS = 60
CLASS = "df"
PLACE = LABELS.index(CLASS)
BROKEN = ("broken.jpg", b"only words", "image/jpeg")


@pytest.fixture(scope="module", autouse=True)
def own_engines() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture(scope="module")
def edge() -> EdgeModel:
    return load_edge_model()


@pytest.fixture
def page() -> AppTest:
    opened = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    assert not opened.exception
    return opened


def session(page: AppTest) -> LearnSession:
    return page.session_state.learn_session


def words(page: AppTest) -> str:
    kinds = (page.title, page.header, page.subheader, page.markdown, page.caption, page.error)
    return "\n".join(element.value for kind in kinds for element in kind)


def press(page: AppTest, label: str) -> None:
    next(b for b in page.button if re.fullmatch(label, b.label)).click().run()
    assert not page.exception


def choose_class(page: AppTest, name: str) -> None:
    page.pills[0].set_value(name).run()
    assert not page.exception


def upload(page: AppTest, *files: tuple[str, bytes, str]) -> None:
    page.segmented_control[0].set_value("Upload").run()
    page.file_uploader(key=f"learn_upload{session(page).upload_number}").set_value(
        list(files)
    ).run()
    assert not page.exception


def jpeg(sample) -> tuple[str, bytes, str]:
    return sample.path.name, sample.path.read_bytes(), "image/jpeg"


def load(page: AppTest, data: bytes) -> None:
    key = f"learn_head{session(page).upload_number}"
    page.file_uploader(key=key).set_value(("qana.head", data, "application/octet-stream")).run()
    assert not page.exception


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


def test_a_class_of_ones_own_is_recognized_and_after_a_reset_it_is_gone(page, samples) -> None:
    choose_class(page, NEW)
    page.text_input(key="learn_name").set_value("Tattoo [1]").run()
    upload(page, jpeg(samples[0]))
    press(page, "Learn 1 photo")
    assert r"Tattoo \[1\]" in page.pills[0].options
    assert "no held-out photo shows it" in words(page)
    assert session(page).learner.recognize(read_image(samples[0].path)).name == "Tattoo [1]"
    page.button(key=samples[0].image_id).click().run()
    assert page.header[-1].value == r"Tattoo \[1\]"

    press(page, "Reset")
    assert "Tattoo" not in words(page) + "".join(page.pills[0].options)
    assert session(page).learner.head.equals(session(page).model.initial_head)
    assert len(session(page).steps) == 1


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


def test_a_broken_upload_is_one_sentence_and_the_head_is_as_it_was(page) -> None:
    choose_class(page, NEW)
    page.text_input(key="learn_name").set_value("Tattoo").run()
    upload(page, BROKEN)
    press(page, "Learn 1 photo")
    assert len(page.error) == 1
    assert "cannot be read as a photo" in page.error[0].value
    assert session(page).learner.head is session(page).model.initial_head


def test_beside_a_broken_upload_the_others_still_learn_and_the_files_are_gone(
    page, samples
) -> None:
    upload(page, BROKEN, jpeg(samples[0]), jpeg(samples[1]))
    press(page, "Learn 3 photos")
    assert len(page.error) == 1
    assert len(session(page).lessons) == 2
    assert page.file_uploader(key=f"learn_upload{session(page).upload_number}").value == []


def test_a_damaged_head_is_one_sentence_and_a_saved_one_comes_back(page) -> None:
    choose_class(page, CLASS)
    press(page, "Learn 5 photos")
    taught = session(page).learner.head
    saved = session(page).learner.encode()
    damaged = bytearray(saved)
    damaged[len(saved) // 2] ^= 1
    load(page, bytes(damaged))
    assert len(page.error) == 1
    assert "The file is damaged" in page.error[0].value
    assert session(page).learner.head is taught

    press(page, "Reset")
    load(page, saved)
    assert not page.error
    assert session(page).learner.head.equals(taught)


def test_a_photo_of_the_camera_is_learned_as_it_is_taken(page, samples, monkeypatch) -> None:
    shots = [samples[0].path.read_bytes()]
    keys: list[str] = []

    def camera(key: str) -> bytes | None:
        keys.append(key)
        return shots.pop() if shots else None

    monkeypatch.setattr("ui.learn.photos.show_camera", camera)
    page.segmented_control[0].set_value("Camera").run()
    assert not page.exception
    assert len(session(page).lessons) == 1
    assert keys[-1] != keys[0]  # a camera that has taken a photo is over


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


def test_a_photo_to_ask_about_that_is_none_is_one_sentence(page) -> None:
    page.segmented_control[1].set_value("Upload").run()
    page.file_uploader(key="learn_ask_upload").set_value(BROKEN).run()
    assert not page.exception
    assert ["cannot be read as a photo" in error.value for error in page.error] == [True]


def test_without_a_model_that_learns_the_page_says_so_in_one_sentence(
    tmp_path, monkeypatch
) -> None:
    folder = shutil.copytree(find_models_folder(), tmp_path / "models")
    for path in folder.glob("*.head"):
        path.write_bytes(path.read_bytes()[:-1])
    monkeypatch.setenv("QANA_MODELS", str(folder))
    st.cache_resource.clear()
    opened = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    st.cache_resource.clear()
    assert not opened.exception
    assert len(opened.error) == 1
    assert not opened.button


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

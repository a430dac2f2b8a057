"""The page Learn takes a visitor's photos and heads, and says in a sentence what it cannot use."""

import shutil

import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.imaging import read_image
from qana.inference.manifest import find_models_folder
from tests.doubles.learn_page import (
    PAGE,
    SECONDS,
    choose_class,
    own_engines,
    page,
    press,
    session,
    words,
)
from ui.learn.session import NEW

__all__ = ["own_engines", "page"]
CLASS = "df"
BROKEN = ("broken.jpg", b"only words", "image/jpeg")


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

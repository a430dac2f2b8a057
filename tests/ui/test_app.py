"""The pages, through Streamlit's own test driver, with the real engine behind them."""

import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from PIL import Image, ImageFilter
from streamlit.testing.v1 import AppTest

from qana.classes import BY_CODE
from qana.imaging import read_image
from qana.imaging.crop import CENTRE_SQUARE
from qana.inference.classifier import load_classifier
from qana.inference.diagnosis import get_gate_problem
from qana.inference.gate import read_gate
from qana.inference.manifest import find_entry, find_models_folder, update_record
from qana.inference.model_store import hash_file
from qana.inference.probabilities import format_percent

APP = str(Path(__file__).parents[2] / "streamlit_app.py")
SECONDS = 240


@pytest.fixture(autouse=True)
def hand(monkeypatch) -> None:
    """The visitor who presses Classify at once: the test driver cannot press a custom component's
    button. The browser tests press it, and move the photo."""
    monkeypatch.setattr("ui.framing.show_framing", lambda photo, preview, key: CENTRE_SQUARE)


@pytest.fixture
def app() -> AppTest:
    st.cache_resource.clear()
    started = AppTest.from_file(APP, default_timeout=SECONDS).run()
    assert not started.exception
    return started


def words(app: AppTest) -> str:
    kinds = (
        app.title,
        app.header,
        app.subheader,
        app.markdown,
        app.caption,
        app.error,
        app.warning,
    )
    return "\n".join(element.value for kind in kinds for element in kind)


def upload(app: AppTest, data: bytes, name: str = "photo.jpg") -> AppTest:
    app.session_state.photo_source = "Upload"
    app.run()
    app.file_uploader[0].upload(name, data, "image/jpeg").run()
    assert not app.exception
    return app


def jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def test_the_page_opens_with_samples_and_says_what_it_is_not(app: AppTest) -> None:
    assert "Scan a lesion" in words(app)
    assert "Not a medical device" in words(app)
    assert "CC BY-NC 4.0" in words(app)
    assert len([button for button in app.button if button.label.startswith("Photo ")]) == 21


@pytest.mark.parametrize("name", ["photo.jpg", "photo.jfif", "PHOTO.JPE", "photo.mpo", "photo"])
def test_an_upload_gets_the_classifier_s_verdict(
    app: AppTest, classifier, sure_samples, name: str
) -> None:
    data = sure_samples[0].path.read_bytes()
    shown = words(upload(app, data, name))
    prediction = classifier.classify(read_image(data))
    code, probability = prediction.top[0]
    assert f"{BY_CODE[code].name}, {format_percent(probability)}" in shown
    assert f"Needs a professional look: {format_percent(prediction.malignant_probability)}" in shown
    assert f"{prediction.events:,} events" in shown
    assert "Akida simulator" in shown or "Akida chip" in shown
    assert "Not a medical device" in shown


def test_a_visitor_can_ask_the_network_of_the_chips_on_sale(app: AppTest, samples) -> None:
    app.selectbox(key="network_choice").select("akd1000").run()
    other = load_classifier("akd1000")
    data = samples[0].path.read_bytes()
    upload(app, data)
    prediction = other.classify(read_image(data))
    if prediction.out_of_distribution:
        next(one for one in app.button if one.label == "Classify anyway").click().run()
    assert f"{prediction.events:,} events" in words(app)
    app.toggle(key="map").set_value(True).run()
    assert not app.exception
    next(one for one in app.button if one.label == "Scan another").click().run()
    assert app.selectbox(key="network_choice").value == "akd1000"


def test_a_sample_tells_afterwards_what_is_recorded(app: AppTest, sure_samples) -> None:
    sample = sure_samples[-1]
    app.button(key=sample.image_id).click().run()
    assert not app.exception
    assert f"The data set records **{BY_CODE[sample.label].name.lower()}**" in words(app)


def test_a_file_that_is_no_photo_gets_one_sentence(app: AppTest) -> None:
    shown = words(upload(app, b"only words", "words.jpg"))
    assert "cannot be read as a photo" in shown
    assert "Looks most like" not in shown


def test_a_blurred_photo_is_told_so_before_a_verdict(app: AppTest, samples) -> None:
    blurred = Image.open(samples[0].path).filter(ImageFilter.GaussianBlur(6))
    shown = words(upload(app, jpeg(blurred)))
    assert "blurred" in shown
    assert "Looks most like" not in shown
    next(button for button in app.button if button.label == "Classify anyway").click().run()
    assert not app.exception
    assert "Needs a professional look" in words(app)
    assert "blurred" in words(app)


def test_what_is_no_lesion_is_told_so_before_a_verdict(app: AppTest, text_page) -> None:
    shown = words(upload(app, text_page.read_bytes()))
    assert get_gate_problem(find_entry("akida2")).message in shown
    assert "Needs a professional look" not in shown
    next(button for button in app.button if button.label == "Classify anyway").click().run()
    assert not app.exception
    assert "Needs a professional look" in words(app)
    assert get_gate_problem(find_entry("akida2")).message in words(app)


def test_a_sample_that_the_gate_turns_away_still_tells_what_is_recorded(
    sure_samples, classifier, tmp_path, monkeypatch
) -> None:
    folder = shutil.copytree(find_models_folder(), tmp_path / "models")
    gate = read_gate(classifier.entry)
    path = folder / classifier.entry.gate[0].name
    replace(gate, threshold=1e9).write(path)
    record = classifier.entry.record["gate"] | {"sha256": hash_file(path)}
    update_record("akida2", {"gate": record}, folder)
    monkeypatch.setenv("QANA_MODELS", str(folder))
    st.cache_resource.clear()
    app = AppTest.from_file(APP, default_timeout=SECONDS).run()
    sample = sure_samples[0]
    app.button(key=sample.image_id).click().run()
    assert get_gate_problem(find_entry("akida2")).message in words(app)
    next(button for button in app.button if button.label == "Classify anyway").click().run()
    st.cache_resource.clear()
    assert f"The data set records **{BY_CODE[sample.label].name.lower()}**" in words(app)


def test_an_unsure_answer_has_no_headline_but_its_candidates(
    sure_samples, classifier, tmp_path, monkeypatch
) -> None:
    folder = shutil.copytree(find_models_folder(), tmp_path / "models")
    update_record("akida2", {"abstain": {"threshold": 1.0}}, folder)
    monkeypatch.setenv("QANA_MODELS", str(folder))
    st.cache_resource.clear()
    app = AppTest.from_file(APP, default_timeout=SECONDS).run()
    shown = words(upload(app, sure_samples[0].path.read_bytes()))
    st.cache_resource.clear()
    prediction = classifier.classify(read_image(sure_samples[0].path))
    assert "Not sure" in shown
    assert "Looks most like" not in shown
    assert f"Needs a professional look: {format_percent(prediction.malignant_probability)}" in shown
    bars = [bar.proto.text.split(" **")[0] for bar in app.get("progress")]
    assert bars == [BY_CODE[code].name for code, _ in prediction.top]


def test_scanning_another_forgets_the_photo(app: AppTest, samples) -> None:
    upload(app, samples[0].path.read_bytes())
    next(button for button in app.button if button.label == "Scan another").click().run()
    assert "Looks most like" not in words(app)
    assert not {"answer", "pending", "photo"} & set(app.session_state)


def test_where_one_network_is_missing_the_other_can_still_be_asked(tmp_path, monkeypatch) -> None:
    folder = shutil.copytree(find_models_folder(), tmp_path / "models")
    (folder / "akd1000.fbz").unlink()
    monkeypatch.setenv("QANA_MODELS", str(folder))
    st.cache_resource.clear()
    app = AppTest.from_file(APP, default_timeout=SECONDS).run()
    app.selectbox(key="network_choice").select("akd1000").run()
    assert not app.exception
    assert "akd1000.fbz" in words(app)
    app.selectbox(key="network_choice").select("akida2").run()
    assert not app.error
    assert len([button for button in app.button if button.label.startswith("Photo ")]) == 21


def test_a_missing_or_changed_model_is_said_without_a_traceback(tmp_path, monkeypatch) -> None:
    for missing in (True, False):
        folder = tmp_path / str(missing)
        shutil.copytree(find_models_folder(), folder)
        if missing:
            (folder / "akida2.fbz").unlink()
        else:
            data = (folder / "akida2.fbz").read_bytes()
            (folder / "akida2.fbz").write_bytes(data[:-1])
        monkeypatch.setenv("QANA_MODELS", str(folder))
        st.cache_resource.clear()
        app = AppTest.from_file(APP, default_timeout=SECONDS).run()
        assert not app.exception
        assert len(app.error) == 1
        assert "akida2.fbz" in app.error[0].value
        monkeypatch.undo()
    st.cache_resource.clear()

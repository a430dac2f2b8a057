"""An answer keeps the network that gave it, whatever is chosen afterwards, on every page."""

import itertools
import shutil
from datetime import datetime
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.classes import BY_CODE
from qana.data.samples import Sample
from qana.explanation.akida_map import AkidaMap
from qana.imaging import read_image
from qana.inference.classifier import load_classifier
from qana.inference.diagnosis import diagnose
from qana.inference.manifest import find_entry, find_models_folder
from qana.reports.diagnosis_report import write_diagnosis_report
from tests.ui.test_app import APP, SECONDS, hand, words
from ui.answered_photo import AnsweredPhoto
from ui.booth.scene_player import encode_scene
from ui.booth.show import choose_sample

__all__ = ["hand"]

MODELS = ("akida2", "akida2-large", "akd1000")
PAIRS = list(itertools.permutations(MODELS, 2))


@pytest.fixture(scope="module")
def sample(samples) -> Sample:
    return next(one for one in samples if one.label == "mel")


@pytest.fixture
def app() -> AppTest:
    st.cache_resource.clear()
    started = AppTest.from_file(APP, default_timeout=SECONDS).run()
    assert not started.exception
    return started


def choose(app: AppTest, model: str) -> None:
    app.selectbox(key="network_choice").select(model).run()
    assert not app.exception


def classify_on_scan(app: AppTest, sample: Sample, model: str) -> None:
    choose(app, model)
    app.button(key=sample.image_id).click().run()
    anyway = [button for button in app.button if button.label == "Classify anyway"]
    if anyway:
        anyway[0].click().run()
    assert not app.exception


def open_page(app: AppTest, name: str) -> None:
    app.switch_page(f"pages/{name}.py").run()
    assert not app.exception


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def badges(app: AppTest) -> str:
    return "\n".join(element.value for element in app.markdown)


@pytest.mark.parametrize(("asked", "chosen"), PAIRS)
def test_a_verdict_keeps_its_network_when_another_one_is_chosen(
    app: AppTest, sample: Sample, asked: str, chosen: str
) -> None:
    classify_on_scan(app, sample, asked)
    before = words(app)
    open_page(app, "compare")
    choose(app, chosen)
    open_page(app, "scan")
    assert words(app) == before
    assert f"{asked}]" in badges(app)
    assert f"{chosen}]" not in badges(app).replace(f"{asked}]", "")
    app.toggle(key="map").set_value(True).run()
    assert not app.exception
    answer = app.session_state.answer
    assert (answer.diagnosis.model, answer.diagnosis.sha256) == (asked, find_entry(asked).sha256)
    report = write_diagnosis_report(answer.diagnosis, datetime.now().astimezone(), answer.sample)
    assert find_entry(asked).sha256[:12] in report.decode()
    assert find_entry(chosen).sha256[:12] not in report.decode()


def test_a_rejected_photo_is_classified_by_the_network_that_rejected_it(
    app: AppTest, text_page: Path
) -> None:
    choose(app, "akd1000")
    app.session_state.photo_source = "Upload"
    app.run()
    app.file_uploader[0].upload("page.jpg", text_page.read_bytes(), "image/jpeg").run()
    assert app.session_state.answer.diagnosis.status == "rejected"
    open_page(app, "compare")
    choose(app, "akida2")
    open_page(app, "scan")
    press(app, "Classify anyway")
    assert app.session_state.answer.diagnosis.model == "akd1000"


def test_a_verdict_stays_when_the_network_chosen_afterwards_cannot_be_loaded(
    app: AppTest, sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    classify_on_scan(app, sample, "akida2")
    before = words(app)
    folder = shutil.copytree(find_models_folder(), tmp_path / "models")
    (folder / "akd1000.fbz").unlink()
    monkeypatch.setenv("QANA_MODELS", str(folder))
    app.session_state.network = "akd1000"
    open_page(app, "scan")
    assert words(app) == before
    open_page(app, "explain")
    press(app, "The photo from Scan")
    assert app.session_state.explained.diagnosis.model == "akida2"


@pytest.mark.parametrize(("asked", "chosen"), PAIRS)
def test_explain_takes_the_photo_of_scan_with_its_network(
    app: AppTest, sample: Sample, asked: str, chosen: str
) -> None:
    classify_on_scan(app, sample, asked)
    open_page(app, "explain")
    choose(app, chosen)
    press(app, "The photo from Scan")
    session = app.session_state.explained
    assert session.diagnosis.model == asked
    assert session.answer.sample == sample
    assert f"{asked}]" in badges(app)
    assert "of this map lies on the lesion" in words(app)
    assert sample.attribution in words(app)
    (values,) = (
        values for request, values in session.maps.items() if request.method == "Akida map"
    )
    akida_map = AkidaMap(session.diagnosis.classifier.layers)
    label = int(session.prediction.probabilities.argmax())
    assert (values == akida_map.compute_grad_cam(session.prediction.outputs, label)).all()
    app.pills(key="explain_method").set_value("Occlusion").run()
    assert not app.exception


@pytest.mark.parametrize("asked", MODELS)
def test_convert_takes_the_photo_of_scan_apart_with_one_network(
    app: AppTest, sample: Sample, asked: str
) -> None:
    classify_on_scan(app, sample, asked)
    open_page(app, "convert")
    press(app, "The photo from Scan")
    photo = app.session_state.convert_photo
    assert photo.classifier.name == "akida2"
    assert photo.answer.sample == sample
    expected = diagnose(read_image(sample.path), photo.classifier, force=True).prediction
    assert photo.prediction.events == expected.events
    assert (photo.prediction.logits == expected.logits).all()
    notes = [note.value for note in app.info if asked in note.value]
    assert bool(notes) == (asked != "akida2")
    assert f"{BY_CODE[sample.label].code}" == sample.label
    for chapter in ("network", "spikes", "chip", "quiz"):
        app.query_params["chapter"] = chapter
        app.session_state.chapter = chapter
        app.run()
        assert not app.exception, chapter


@pytest.mark.parametrize("model", MODELS)
def test_the_booth_names_the_network_that_answered(model: str) -> None:
    sample = choose_sample(0)
    diagnosis = diagnose(read_image(sample.path), load_classifier(model), force=True)
    scene = encode_scene(0, AnsweredPhoto(diagnosis, sample), None)
    assert scene["origin"].startswith(f"The network {model} runs")
    assert f"{diagnosis.events:,} spikes" in scene["work"]

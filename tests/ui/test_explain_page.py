"""The page Explain: every map on it is of the very answer, and it waits for nothing."""

import io
import json
import shutil
import time
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from qana.classes import BY_CODE, LABELS
from qana.errors import ModelError
from qana.explanation.akida_map import AkidaMap
from qana.explanation.heatmap import is_empty_map
from qana.explanation.map_job import LAST_LAYER, METHODS, make_map
from qana.explanation.map_request import make_akida_request
from qana.imaging import read_image
from qana.inference.diagnosis import diagnose
from qana.inference.manifest import find_entry, find_models_folder
from qana.jobs.background_worker import STOPPED, BackgroundWorker, Job
from qana.jobs.cache import Cache
from qana.jobs.messages import Answer, Request
from ui.explain.picture import WAIT
from ui.explain.session import MAKE_MAP, PREPARE_MAPS

PAGE = str(Path(__file__).parents[2] / "pages" / "explain.py")
SECONDS = 240


class Quiet(BackgroundWorker):
    """Takes requests and answers none: the process itself has a test of its own."""

    asked: ClassVar[list[str]] = []

    def submit(self, function: str, **arguments: object) -> Job:
        self.asked.append(function)
        return Job(Request(1, "none:none"))


@pytest.fixture
def page(samples, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """A sample is open."""
    st.cache_resource.clear()
    monkeypatch.setattr("ui.shared_models.BackgroundWorker", Quiet)
    monkeypatch.setattr(Quiet, "asked", [])
    opened = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    assert not opened.exception
    opened.button(key=samples[0].image_id).click().run()
    assert not opened.exception
    yield opened
    st.cache_resource.clear()


def words(page: AppTest) -> str:
    kinds = (page.title, page.header, page.subheader, page.markdown, page.caption)
    notes = (page.error, page.warning, page.info)
    return "\n".join(element.value for kind in (*kinds, *notes) for element in kind)


def pictures(page: AppTest) -> list[str]:
    return [image.proto.imgs[0].caption for image in page.get("image")]


def test_a_sample_shows_the_map_at_once(page, samples, classifier) -> None:
    shown = words(page)
    assert "of this map lies on the lesion, which covers" in shown
    assert "Not a medical device" in shown
    assert "CC BY-NC 4.0" in shown
    prediction = diagnose(read_image(samples[0].path), classifier, force=True).prediction
    assert page.selectbox(key="explain_label").value == prediction.probabilities.argmax()
    for layer in prediction.layers:
        if layer.name == "stem_conv":
            assert f"{layer.events:,} events, {layer.sparsity:.0%} silent" in shown


def test_where_scan_names_no_class_nor_does_explain(page, samples, classifier) -> None:
    unsure = next(
        s
        for s in samples
        if diagnose(read_image(s.path), classifier, force=True).status == "abstained"
    )
    next(button for button in page.button if button.label == "Another photo").click().run()
    page.button(key=unsure.image_id).click().run()
    assert page.header[0].value == "Not sure"


def test_every_class_can_be_asked_for(page) -> None:
    for label in (0, len(LABELS) - 1):
        page.selectbox(key="explain_label").set_value(label).run()
        assert not page.exception
    assert page.selectbox(key="explain_label").options[0].startswith(BY_CODE["akiec"].name)


def test_an_empty_map_has_no_facts(page, samples, classifier) -> None:
    akida_map = AkidaMap(classifier.layers)
    found = []
    for sample in samples:
        outputs = diagnose(read_image(sample.path), classifier, force=True).prediction.outputs
        empty = [
            label
            for label in range(len(LABELS))
            if is_empty_map(akida_map.compute_grad_cam(outputs, label))
        ]
        found += [(sample, label) for label in empty]
    if not found:
        pytest.skip("the deployed network has a map for each class of each sample")
    sample, label = found[len(found) // 2]
    next(button for button in page.button if button.label == "Another photo").click().run()
    page.button(key=sample.image_id).click().run()
    assert "of this map lies on the lesion" in words(page)
    page.selectbox(key="explain_label").set_value(label).run()
    assert not page.exception
    shown = words(page)
    assert f"Nothing in the photo supports {BY_CODE[LABELS[label]].name.lower()}." in shown
    assert "of this map lies on the lesion" not in shown
    assert "Akida map: empty" in pictures(page)
    session = page.session_state.explained
    assert session.measure_energy(session.maps[make_akida_request("Akida map", label)]) is None


@pytest.mark.parametrize("empty", [("float",), ("quantized",), ("float", "quantized")])
def test_an_empty_map_has_no_drift(page, empty: tuple[str, ...]) -> None:
    next(button for button in page.button if button.label == "Compare both networks").click().run()
    jobs = page.session_state.explained.jobs
    assert {request.form for request in jobs} == {"float", "quantized"}
    for request, job in jobs.items():
        values = np.zeros((16, 16), np.float32) if request.form in empty else np.eye(16)
        job.answer = Answer(1, done=True, value=(values, 0.25))
    page.run()
    assert not page.exception
    shown = words(page)
    assert f"The map of the {' and of the '.join(empty)} network is empty" in shown
    assert "this photo has no drift" in shown
    assert "drifted by" not in shown


def test_two_maps_have_a_drift(page) -> None:
    next(button for button in page.button if button.label == "Compare both networks").click().run()
    for job in page.session_state.explained.jobs.values():
        job.answer = Answer(1, done=True, value=(np.eye(16, dtype=np.float32), 0.25))
    page.run()
    assert "On this photo the map drifted by **0.00**." in words(page)


def test_occlusion_asks_the_spiking_network(page) -> None:
    page.pills(key="explain_method").set_value("Occlusion").run()
    assert not page.exception
    assert any(caption.startswith("Occlusion: agrees") for caption in pictures(page))


def test_what_needs_torch_is_waited_for_without_stopping_the_page(page) -> None:
    page.pills(key="explain_method").set_value("LayerCAM").run()
    assert not page.exception
    bars = [bar.proto.text for bar in page.get("progress")]
    assert bars == ["LayerCAM, quantized network: waiting in the queue"]
    assert "What the spikes see" in words(page)
    assert pictures(page)[0] == WAIT
    session = page.session_state.explained
    (job,) = session.jobs.values()
    job.answer = Answer(1, done=True, value=(np.eye(128, dtype=np.float32), 0.25))
    page.run()
    assert not page.get("progress")
    assert WAIT not in pictures(page)
    assert "Made in 0.2 s here" in words(page) or "Made in 0.3 s here" in words(page)
    assert any(caption.startswith("LayerCAM: agrees") for caption in pictures(page))


def test_a_process_that_stopped_is_said_in_one_sentence(page) -> None:
    page.pills(key="explain_method").set_value("Score-CAM").run()
    (job,) = page.session_state.explained.jobs.values()
    job.answer = Answer(1, done=True, error=STOPPED)
    page.run()
    assert [warning.value for warning in page.warning] == [f"Score-CAM: {STOPPED}"]
    page.run()
    assert not page.session_state.explained.jobs  # it would only fall over again
    next(button for button in page.button if button.label == "Try again").click().run()
    assert not page.exception
    assert len(page.session_state.explained.jobs) == 1


def test_the_download_is_a_picture_with_words(page) -> None:
    from qana.explanation.png_card import draw_png_card

    picture = np.zeros((512, 512, 3), np.uint8)
    short, long = (
        Image.open(io.BytesIO(draw_png_card(picture, "Title", ["word " * count])))
        for count in (2, 60)
    )
    assert short.width == 800
    assert long.height > short.height
    assert page.get("download_button")[0].proto.label == "Download as PNG"


def test_a_file_that_is_no_photo_gets_one_sentence() -> None:
    opened = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    opened.file_uploader[0].upload("words.jpg", b"only words", "image/jpeg").run()
    assert not opened.exception
    assert "cannot be read as a photo" in opened.error[0].value


def scored(energy: float, deletion: float) -> dict:
    values = {"energy": energy, "pointing": 0.5, "deletion": deletion, "insertion": 0.5}
    found = {name: {"mean": value, "ci95": [value, value]} for name, value in values.items()}
    return {**found, "photos": 12}


@pytest.mark.parametrize(
    "gain, said",
    [(0.1, "**beats**"), (-0.1, "**does worse**"), (0.0, "**does not differ clearly**")],
)
def test_the_page_says_whether_the_map_beats_a_guess(
    samples, tmp_path, monkeypatch, gain: float, said: str
) -> None:
    folder = shutil.copytree(
        find_models_folder(), tmp_path / "models", ignore=shutil.ignore_patterns("*.h5")
    )
    found = {"mean": gain, "ci95": [gain - 0.01, gain + 0.01], "beats": gain > 0.01}
    document = {
        "command": "python -m qana explain --data DIR --photos 12",
        "model": "akida2",
        "sha256": find_entry("akida2").sha256,
        "seed": 0,
        "photos": 12,
        "lesions": 12,
        "mask_share": 0.3,
        "methods": {
            "Akida map": scored(0.61, 0.2),
            "Centre blob": scored(0.5, 0.3),
            "Score-CAM": scored(0.5, 0.3) | {"photos": 5},
            "Random map": scored(0.3, 0.4),
        },
        "against_centre": {"Akida map": {"energy": found, "deletion": found}},
        "against_grad_cam": {"within_0.01": 11, "median": 1e-6, "ties": {"stem_conv": 1}},
        "agreement": {"Akida map | Centre blob": 0.66, "Akida map | Score-CAM": 0.71},
        "sanity": {"mean": 0.12, "ci95": [0.1, 0.14]},
        "drift": {"float to 8/8": {"mean": 0.123, "ci95": [0.1, 0.2]}},
    }
    (folder / "explanations.json").write_text(json.dumps(document))
    monkeypatch.setenv("QANA_MODELS", str(folder))
    st.cache_resource.clear()
    opened = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    opened.button(key=samples[0].image_id).click().run()
    st.cache_resource.clear()
    assert not opened.exception
    shown = words(opened)
    assert said in shown
    assert "python -m qana explain --data DIR --photos 12" in shown
    assert "float to 8/8 0.12" in shown
    assert "Mean agreement over 12 test photos: Centre blob 0.66; Score-CAM 0.71 (over 5)." in shown
    assert "on 11 of 12 photos; the other one differs only after a float32 rounding tie" in shown
    assert "12 test lesions, one photo each" in shown
    assert "falls from 1 to 0.12" in shown
    assert opened.table[0].value.loc["On the lesion", "Akida map"] == "0.61 (0.61 to 0.61)"


@pytest.mark.slow
def test_the_process_makes_a_map(square_photos) -> None:
    worker = BackgroundWorker()
    asked = {"method": "Grad-CAM", "layer": LAST_LAYER, "inputs": square_photos[0], "label": 4}
    job = worker.submit(MAKE_MAP, model="akida2", form="float", **asked)
    assert not job.done
    lost = worker.submit(MAKE_MAP, model="akida2", form="nothing", **asked)
    words_seen = set()
    for _ in range(6000):  # a busy machine takes minutes to load torch
        words_seen.add(job.answer.words)
        if lost.done:
            break
        time.sleep(0.1)
    values, seconds = job.answer.value
    assert values.shape == (128, 128)
    assert values.max() > 0.99
    assert seconds > 0
    assert "Loading torch and grad-cam" in words_seen
    assert "no Keras form" in lost.answer.error
    worker.close()


def test_an_answer_is_not_explained_by_a_network_that_replaced_its_own(square_photos) -> None:
    asked = {"model": "akida2", "form": "float", "method": "Grad-CAM", "layer": LAST_LAYER}
    asked |= {"inputs": square_photos[0], "label": 4, "sha256": "0" * 64}
    with pytest.raises(ModelError, match="replaced after this answer"):
        make_map(Cache(), lambda _words, _share: None, **asked)


def test_the_first_map_is_prepared_once(page) -> None:
    asked = Quiet.asked
    assert asked.count(PREPARE_MAPS) == 1
    page.selectbox(key="explain_label").set_value(1).run()
    assert asked.count(PREPARE_MAPS) == 1


def test_the_page_offers_what_the_package_has() -> None:
    from qana.explanation import grad_cam

    assert tuple(grad_cam.METHODS) == METHODS

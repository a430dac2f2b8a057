"""Maps of the page Explain that are empty, waited for, or stopped."""

import time

import numpy as np
import pytest

from qana.classes import BY_CODE, LABELS
from qana.errors import ModelError
from qana.explanation.akida_map import AkidaMap
from qana.explanation.heatmap import is_empty_map
from qana.explanation.map_job import LAST_LAYER, make_map
from qana.explanation.map_request import make_akida_request
from qana.imaging import read_image
from qana.inference.diagnosis import diagnose
from qana.jobs.background_worker import STOPPED, BackgroundWorker
from qana.jobs.cache import Cache
from qana.jobs.messages import Answer
from tests.doubles.explain_page import page, pictures, words
from ui.explain.picture import WAIT
from ui.explain.session import MAKE_MAP

__all__ = ["page"]


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

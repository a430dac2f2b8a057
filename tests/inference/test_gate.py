"""What is no lesion is turned away, lesions are not, and an unsure answer is not given."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import akida
import numpy as np
import pytest
from PIL import Image

from qana.data.labelled_folder import LabelledImage
from qana.data.samples import load_all_samples
from qana.data.surrounds import cut_to_circle
from qana.errors import ModelError
from qana.evaluation.evaluate import predict_images
from qana.evaluation.out_of_distribution import load_test_images
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.diagnosis import UNSURE, diagnose, diagnose_again, get_gate_problem
from qana.inference.gate import read_gate
from qana.inference.manifest import find_entry, update_record
from qana.inference.model_store import hash_file
from qana.screening.photo_answer import answer_photo
from qana.screening.worker import ScreeningWorker
from qana.training.outlier_squares import crop_inputs
from tests.doubles.gate_doubles import inputs_of, models_copy, png

__all__ = ["models_copy"]


def test_all_samples_are_let_in_and_what_is_no_lesion_is_not(classifier) -> None:
    photos = [read_image(sample.path) for sample in load_all_samples()]
    inputs, in_lit_field = crop_inputs(photos, classifier.input_size)
    assert classifier.passes_gate(inputs, in_lit_field).all()
    for family, pictures in load_test_images().items():
        passes = classifier.passes_gate(*crop_inputs(pictures, classifier.input_size))
        assert passes.mean() <= 0.1, family


def test_a_lit_field_lets_a_lesion_in_that_needs_it(
    classifier, samples, models_copy, monkeypatch
) -> None:
    """With a gate that asks nothing in lit fields and everything elsewhere."""
    gate = read_gate(classifier.entry)
    assert gate is not None
    path = models_copy / "akida2.gate.npz"
    replace(gate, threshold=1e9, field_threshold=-1e9).write(path)
    record = classifier.entry.record["gate"] | {"sha256": hash_file(path)}
    update_record("akida2", {"gate": record}, models_copy)
    strict = load_classifier("akida2", models_copy)
    photo = read_image(samples[0].path)
    surrounded = cut_to_circle(photo, 0.7, 0)
    assert strict.classify(photo).out_of_distribution
    answer = strict.classify(surrounded)
    assert answer.in_lit_field and not answer.out_of_distribution
    diagnosis = diagnose(surrounded, strict)
    assert diagnosis.problems == () == diagnose_again(diagnosis, strict).problems
    paths = [models_copy / "surrounded.png", samples[0].path]
    Image.fromarray(surrounded).save(paths[0])
    monkeypatch.setenv("QANA_MODELS", str(models_copy))
    worker = ScreeningWorker("akida2")
    rows = worker.screen([str(path) for path in paths])
    worker.close()
    assert [row.status == "rejected" for row in rows] == [False, True]
    in_batch = answer_photo(str(paths[0]), lambda path: Path(path).read_bytes(), strict)
    assert in_batch.row.status == rows[0].status
    images = [LabelledImage(path.stem, path, "nv", path.stem) for path in paths]
    assert predict_images(strict, images, abstain=True).abstained_by["gate"] == 1


def test_a_gate_of_an_earlier_version_has_one_threshold(classifier, models_copy) -> None:
    path = models_copy / "akida2.gate.npz"
    with np.load(path) as stored:
        np.savez(path, **{key: stored[key] for key in ("weights", "bias", "threshold")})
    record = classifier.entry.record["gate"] | {"sha256": hash_file(path)}
    update_record("akida2", {"gate": record}, models_copy)
    gate = read_gate(find_entry("akida2", models_copy))
    assert gate is not None and gate.field_threshold == gate.threshold


def test_a_page_of_text_is_told_so_and_can_be_classified_anyway(
    classifier, text_page: Path
) -> None:
    refused = diagnose(read_image(text_page), classifier)
    assert (refused.status, refused.prediction) == ("rejected", None)
    problem = get_gate_problem(classifier.entry)
    assert refused.reason == problem.message
    insisted = diagnose(read_image(text_page), classifier, force=True)
    assert insisted.prediction is not None
    assert problem in insisted.problems


def test_a_gate_for_all_kinds_asks_for_a_lesion_and_not_for_a_dermatoscope(
    classifier, text_page: Path, samples, tmp_path: Path
) -> None:
    shutil.copy(classifier.entry.path, tmp_path)
    shutil.copy(classifier.entry.gate[0], tmp_path)
    sentences = {}
    for kinds in (["dermoscopic"], ["dermoscopic", "close-up", "smartphone"]):
        record = dict(classifier.entry.record)
        record["gate"] = record["gate"] | {"image_types": kinds}
        (tmp_path / "manifest.json").write_text(json.dumps({"models": [record]}))
        network = load_classifier("akida2", tmp_path)
        rejected = diagnose(read_image(text_page), network)
        sentences[len(kinds)] = rejected.reason
        forced = diagnose(read_image(text_page), network, force=True)
        assert diagnose_again(forced, network).problems == rejected.problems
    assert "dermatoscope" in sentences[1]
    assert "dermatoscop" not in sentences[3]
    del record["gate"]["image_types"]  # as gates were recorded before there were several kinds
    (tmp_path / "manifest.json").write_text(json.dumps({"models": [record]}))
    assert get_gate_problem(find_entry("akida2", tmp_path)).message == sentences[1]


def test_a_blurred_page_is_told_of_its_blur_first(classifier, tmp_path: Path) -> None:
    rows, columns = np.mgrid[100:200, 100:200].astype(np.uint8).repeat(2, 1).repeat(2, 2)
    colours = np.stack([rows, np.full_like(rows, 130), columns], axis=-1)
    flat = png(colours, tmp_path / "flat.png")
    assert [problem.kind for problem in diagnose(read_image(flat), classifier).problems] == [
        "blurred"
    ]
    kinds = [
        problem.kind for problem in diagnose(read_image(flat), classifier, force=True).problems
    ]
    assert kinds == ["blurred", "out-of-distribution"]


def test_an_unsure_answer_is_held_back_with_its_reason(classifier, samples) -> None:
    shy = AkidaClassifier(replace(classifier.entry, abstain_below=1.0))
    result = diagnose(read_image(samples[0].path), shy, force=True)
    assert (result.status, result.reason) == ("abstained", UNSURE)
    assert result.prediction is not None
    bold = AkidaClassifier(replace(classifier.entry, abstain_below=0.0))
    assert diagnose(read_image(samples[0].path), bold, force=True).status == "classified"


def test_a_model_without_gate_and_band_turns_nothing_away(
    classifier, text_page, tmp_path: Path
) -> None:
    shutil.copy(classifier.entry.path, tmp_path)
    record = {k: v for k, v in classifier.entry.record.items() if k not in ("gate", "abstain")}
    (tmp_path / "manifest.json").write_text(json.dumps({"models": [record]}))
    open_to_all = load_classifier("akida2", tmp_path)
    assert diagnose(read_image(text_page), open_to_all).status == "classified"


def test_the_gate_sees_what_enters_the_last_layer(classifier, samples) -> None:
    inputs = inputs_of([read_image(sample.path) for sample in samples[::7]], classifier.input_size)
    cut = akida.Model(str(classifier.entry.path))
    while cut.layers[-1].parameters.layer_type != akida.LayerType.Dense1D:
        cut.pop_layer()
    cut.pop_layer()
    truth = cut.forward(inputs).reshape(len(inputs), -1)
    np.testing.assert_array_equal(classifier.features(inputs), truth)


@pytest.mark.parametrize(
    ("data", "sentence"), [(None, "gate.npz is missing"), (b"other", "bytes have changed")]
)
def test_a_missing_or_changed_gate_gets_one_sentence(models_copy, data, sentence: str) -> None:
    path = models_copy / "akida2.gate.npz"
    path.unlink()
    if data:
        path.write_bytes(data)
    with pytest.raises(ModelError, match=sentence) as caught:
        load_classifier("akida2", models_copy)
    assert "\n" not in str(caught.value)

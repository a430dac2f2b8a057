"""What is no lesion is turned away, lesions are not, and an unsure answer is not given."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import akida
import numpy as np
import pytest
from PIL import Image

from qana.cli.main import main
from qana.data.photo import Photo
from qana.data.plain_skin import crop_plain_skin
from qana.data.samples import load_all_samples
from qana.errors import ModelError
from qana.evaluation.out_of_distribution import load_test_images
from qana.evaluation.selective_prediction import choose_confidence_threshold, compute_risk_coverage
from qana.imaging import read_image, to_input
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.diagnosis import UNSURE, diagnose, diagnose_again, get_gate_problem
from qana.inference.manifest import find_entry, find_models_folder, read_manifest
from qana.training.fit_not_a_lesion_gate import Lesions, fit_gate
from qana.training.synthetic_outliers import FAMILIES, generate_outliers


def inputs_of(pictures: list[np.ndarray], size: int) -> np.ndarray:
    return np.stack([to_input(picture, size) for picture in pictures])


def png(picture: np.ndarray, path: Path) -> Path:
    Image.fromarray(picture).save(path)
    return path


def test_all_samples_are_let_in_and_what_is_no_lesion_is_not(classifier) -> None:
    photos = [read_image(sample.path) for sample in load_all_samples()]
    assert classifier.passes_gate(inputs_of(photos, classifier.input_size)).all()
    for family, pictures in load_test_images().items():
        passes = classifier.passes_gate(inputs_of(pictures, classifier.input_size))
        assert passes.mean() <= 0.1, family


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


@pytest.fixture
def models_copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(find_models_folder(), tmp_path / "models"))


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


@pytest.mark.slow
def test_a_gate_learns_from_drawn_pictures_to_turn_away_what_it_never_met(
    classifier, samples, met
) -> None:
    size = classifier.input_size
    lesions = classifier.features(inputs_of([read_image(s.path) for s in samples], size))
    outliers = {
        family: classifier.features(inputs_of(generate_outliers(family, 10, seed=5), size))
        for family in FAMILIES
    }
    photos = [
        Photo(s.image_id, s.image_id, s.label, "", None, "", "", s.path, None) for s in samples
    ]
    learned, held_out = Lesions(photos[::2], lesions[::2]), Lesions(photos[1::2], lesions[1::2])
    gate = fit_gate(learned, outliers, held_out)
    assert gate.passes(lesions[1::2]).all()
    for family, pictures in met.items():
        strange = classifier.features(inputs_of(pictures, size))
        assert gate.passes(strange).mean() <= 0.34, family


@pytest.mark.slow
def test_the_gate_command_makes_a_gate_and_a_band(
    models_copy, ham_folder, samples, few_test_images, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("QANA_MODELS", str(models_copy))
    records = [entry.record for entry in read_manifest(models_copy)]
    bare = {key: value for key, value in records[0].items() if key not in ("gate", "abstain")}
    (models_copy / "manifest.json").write_text(
        json.dumps({"models": [bare, {**bare, "name": "b"}]})
    )
    (models_copy / "akida2.gate.npz").unlink()
    assert main(["gate", "--data", str(ham_folder), "--phone", str(samples[0].path.parent)]) == 0
    entry, other = read_manifest(models_copy)
    assert other.record == {**bare, "name": "b"}
    assert {key: entry.record[key] for key in bare} == bare
    gate, band = entry.record["gate"], entry.record["abstain"]
    assert gate["lesions"]["validation"]["pass"] >= 0.9
    assert gate["turned_away"]["text"]["share"] >= 0.9
    assert gate["phone"]["n"] == len(load_all_samples())
    points = band["risk_coverage"]["lesion-test"]["points"]
    assert len(points) == 20
    assert points[-1][0] == 1
    assert entry.abstain_below == band["threshold"]
    assert (models_copy / gate["file"]).stat().st_size < 100_000
    assert load_classifier("akida2", models_copy).classify(read_image(samples[0].path))
    assert "rejected" in capsys.readouterr().out


def test_risk_falls_with_coverage_as_counted_by_hand() -> None:
    # Four photos, the surest first: right, right, wrong, right.
    probabilities = np.full((4, 7), 0.01)
    probabilities[np.arange(4), [0, 1, 2, 3]] = [0.9, 0.8, 0.7, 0.6]
    labels = np.array([0, 1, 5, 3])
    curve = compute_risk_coverage(labels, probabilities)
    assert curve.aurc == pytest.approx((0 + 0 + 1 / 3 + 1 / 4) / 4)
    assert curve.aurc_random == 0.25
    assert curve.points[-1] == (1.0, 0.25)
    assert choose_confidence_threshold(probabilities, 0.5) == 0.8
    assert choose_confidence_threshold(probabilities, 1.0) == 0.6


def test_plain_skin_is_cut_where_the_outline_leaves_room(samples, tmp_path: Path) -> None:
    def photo(outline: np.ndarray, name: str) -> Photo:
        mask = png(outline, tmp_path / name)
        return Photo("a", "a", "nv", "histo", None, "male", "back", samples[0].path, mask)

    height, width = read_image(samples[0].path).shape[:2]
    left = np.zeros((height, width), np.uint8)
    left[:, : width // 2] = 255
    full = np.full((height, width), 255, np.uint8)
    empty = np.zeros((height, width), np.uint8)
    found = crop_plain_skin([photo(left, "l.png"), photo(full, "f.png"), photo(empty, "e.png")], 9)
    assert len(found) == 1  # an outline of nothing proves nothing
    side = found[0].shape[0]
    assert 0.4 * height <= side <= 0.6 * height
    np.testing.assert_array_equal(found[0], read_image(samples[0].path)[:side, -side:])


def test_evaluate_says_what_the_photos_were_left_out_for(
    classifier, samples, text_page, tmp_path: Path, capsys
) -> None:
    names = [sample.image_id for sample in samples] + ["page", "flat"]
    for sample in samples:
        shutil.copy(sample.path, tmp_path)
    page = Path(shutil.copy(text_page, tmp_path))
    flat = png(np.full((200, 200, 3), (190, 150, 130), np.uint8), tmp_path / "flat.png")
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("image_id", "dx"), *((name, "nv") for name in names)])
    command = ["evaluate", "--images", str(tmp_path), "--labels", str(tmp_path / "labels.csv")]
    assert main([*command, "--json", "--abstain"]) == 0
    document = json.loads(capsys.readouterr().out)
    results = [
        diagnose(read_image(path), classifier) for path in (*(s.path for s in samples), page, flat)
    ]
    by, problem = document["abstained_by"], get_gate_problem(classifier.entry)
    assert by["quality"] == 1
    assert by["gate"] == sum(problem in result.problems for result in results) >= 1
    assert by["unsure"] == sum(result.status == "abstained" for result in results)
    assert document["abstained"] == sum(by.values()) == len(names) - document["n"]
    assert main([*command, "--json"]) == 0
    everything = json.loads(capsys.readouterr().out)
    assert (everything["n"], everything["abstained"]) == (len(names), 0)


def test_the_manifest_tells_how_the_deployed_gate_did() -> None:
    entry = find_entry("akida2")
    gate = entry.record["gate"]
    assert gate["command"].startswith("python -m qana gate --data DIR --model akida2")
    assert {"text", "noise", "cells", "waves", "skin"} <= gate["turned_away"].keys()
    assert entry.gate is not None
    assert 0 < entry.abstain_below < 1

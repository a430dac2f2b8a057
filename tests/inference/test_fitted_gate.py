"""A gate and a band are fitted to photos, recorded, and counted in an evaluation."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from qana.cli.main import main
from qana.data.photo import Photo
from qana.data.plain_skin import crop_plain_skin
from qana.data.samples import load_all_samples
from qana.evaluation.selective_prediction import choose_confidence_threshold, compute_risk_coverage
from qana.imaging import read_image
from qana.inference.classifier import load_classifier
from qana.inference.diagnosis import diagnose, get_gate_problem
from qana.inference.manifest import find_entry, read_manifest
from qana.training.fit_not_a_lesion_gate import Lesions, fit_gate
from qana.training.synthetic_outliers import FAMILIES, generate_outliers
from tests.doubles.gate_doubles import inputs_of, make_sample_photos, models_copy, png

__all__ = ["models_copy"]


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
    photos = make_sample_photos(samples)
    learned, held_out = Lesions(photos[::2], lesions[::2]), Lesions(photos[1::2], lesions[1::2])
    gate = fit_gate(learned, outliers, held_out)
    assert gate.passes(lesions[1::2], in_lit_field=False).all()
    for family, pictures in met.items():
        strange = classifier.features(inputs_of(pictures, size))
        assert gate.passes(strange, in_lit_field=False).mean() <= 0.34, family


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

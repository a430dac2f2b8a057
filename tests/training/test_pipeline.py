"""The whole pipeline on 70 photos: it runs, it can be resumed, and its model is usable."""

import json
from dataclasses import replace
from pathlib import Path

import akida
import numpy as np
import pytest

from qana.errors import DataError
from qana.imaging import read_image
from qana.inference.classifier import load_classifier
from qana.inference.manifest import find_entry
from qana.inference.model_store import hash_file
from qana.training.named_recipes import RECIPES

pytestmark = pytest.mark.slow  # trains a network
SMOKE = RECIPES["smoke"]


class Stop(BaseException):
    """Stop from outside, like a power cut, that nothing catches."""


@pytest.fixture(scope="module")
def published(ham_folder: Path, tmp_path_factory, few_test_images: None) -> dict[str, object]:
    """A run that was stopped after the float stage and then resumed."""
    from qana.training.pipeline import train

    root = tmp_path_factory.mktemp("pipeline")
    lines: list[str] = []

    def stop_at_ptq(line: str) -> None:
        if line == "Stage ptq":
            raise Stop

    with pytest.raises(Stop):
        train(ham_folder, SMOKE, root / "models", root / "runs", stop_at_ptq)
    before = hash_file(root / "runs" / "smoke" / "float.h5")
    assert not (root / "models").exists()
    train(ham_folder, SMOKE, root / "models", root / "runs", lines.append)
    assert hash_file(root / "runs" / "smoke" / "float.h5") == before
    return {"models": root / "models", "runs": root / "runs", "lines": lines}


def test_stopped_run_is_resumed(published) -> None:
    assert "Stage float: already done, loading float.h5" in published["lines"]
    assert "Stage tuned" in published["lines"]


def test_published_model_is_complete_and_classifies(published, samples) -> None:
    folder = published["models"]
    assert {path.name for path in folder.iterdir()} == {
        "manifest.json",
        "smoke.fbz",
        "smoke.float.h5",
        "smoke.quantized.h5",
        "smoke.gate.npz",
    }
    entry = find_entry("smoke", folder)
    for form in entry.record["keras"].values():
        assert hash_file(folder / form["file"]) == form["sha256"]
    assert entry.record["conversion"]["passes"].keys() == {"TwelveNodesIPv2", "SixNodesIPv2"}
    assert {"lesion-test", "validation", "stages"} <= entry.metrics.keys()
    assert 0.05 <= entry.temperature <= 20
    assert entry.gate is not None
    assert 0 < entry.abstain_below < 1
    prediction = load_classifier("smoke", folder).classify(read_image(samples[0].path))
    assert prediction.probabilities.sum() == pytest.approx(1)


def test_akida_differs_from_keras_at_rounding_ties_only(published, samples) -> None:
    from qana.conversion.compare_layers import find_differences
    from qana.imaging import to_input
    from qana.network.logits import compute_logits
    from qana.network.quantizeml_loading import load_model

    classifier = load_classifier("smoke", published["models"])
    inputs = np.stack([to_input(read_image(s.path), SMOKE.input_size) for s in samples])
    keras_model = load_model(str(published["models"] / "smoke.quantized.h5"))
    expected = compute_logits(keras_model, inputs)  # without a graph, which may round differently
    found = classifier.logits(inputs)
    # The number of ties depends on the weights, which differ between processors.
    unequal = np.flatnonzero((found != expected).any(axis=1))
    model = akida.Model(str(published["models"] / "smoke.fbz"))
    left = find_differences(keras_model, model, inputs[unequal], len(inputs))
    assert all(one.is_tie for one in left)
    assert sum(len(one.photos) for one in left) == len(unequal)


def test_convert_makes_the_same_file_again(published, tmp_path: Path, monkeypatch, capsys) -> None:
    from qana.cli.main import main

    monkeypatch.setenv("QANA_MODELS", str(published["models"]))
    assert main(["convert", "--model", "smoke", "--out", str(tmp_path / "again.fbz")]) == 0
    again = load_classifier("smoke", published["models"]).entry
    assert (tmp_path / "again.fbz").is_file()
    assert "the same class on all" in capsys.readouterr().out
    assert again.record["bytes"] == (tmp_path / "again.fbz").stat().st_size


def test_run_of_another_recipe_is_refused(published, ham_folder: Path) -> None:
    from qana.training.pipeline import train

    other = replace(SMOKE, epochs=3)
    with pytest.raises(DataError, match="another recipe"):
        train(ham_folder, other, published["models"], published["runs"], print)


def test_manifest_keeps_other_models(published, tmp_path: Path) -> None:
    from qana.training.publish import _merge_records

    manifest = json.loads((published["models"] / "manifest.json").read_text())
    (record,) = manifest["models"]
    (tmp_path / "manifest.json").write_text(
        json.dumps({"models": [record | {"bytes": 0}, record | {"name": "other"}]})
    )
    found = _merge_records(record, tmp_path)
    assert [(one["name"], one["bytes"] > 0) for one in found] == [("smoke", True), ("other", True)]
    assert [one["name"] for one in _merge_records(record | {"name": "new"}, tmp_path)][-1] == "new"
    assert _merge_records(record, tmp_path / "nowhere") == [record]


def test_manifest_keeps_the_edge_head_of_earlier_weights(published, tmp_path: Path) -> None:
    from qana.training.publish import _merge_records

    (record,) = json.loads((published["models"] / "manifest.json").read_text())["models"]
    earlier = record | {"edge": {"file": "smoke.front.fbz"}, "cases": {}}
    (tmp_path / "manifest.json").write_text(json.dumps({"models": [earlier]}))
    (found,) = _merge_records(record, tmp_path)
    assert found["edge"] == earlier["edge"]
    assert "cases" not in found  # their features are those of the earlier weights

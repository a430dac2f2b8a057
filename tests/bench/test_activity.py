"""The recorded sparsity belongs to the deployed weights, and is the mean over layers."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qana.bench import activity
from qana.bench.activity import COMMAND, FILE, find_sparsity, measure_sparsity
from qana.data.samples import load_samples
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.events import count_events
from qana.inference.manifest import ModelEntry, find_entry


@pytest.fixture
def entry() -> ModelEntry:
    return find_entry("akida2")


@pytest.fixture
def record(entry: ModelEntry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record of one network in a folder of its own."""
    path = tmp_path / FILE.name
    monkeypatch.setattr(activity, "FILE", path)
    document = {"weights": {entry.name: entry.sha256}, "sparsity": {entry.name: 0.4}}
    path.write_text(json.dumps(document))
    return path


def test_the_sparsity_is_the_mean_over_layers_and_photos(entry: ModelEntry) -> None:
    classifier = AkidaClassifier(entry)
    photos = [read_image(sample.path) for sample in load_samples()[:2]]
    found = measure_sparsity(classifier, photos)
    means = []
    for photo in photos:
        layers = count_events(classifier.classify(photo).outputs)
        means.append(np.mean([1 - layer.events / layer.size for layer in layers]))
    assert found == pytest.approx(np.mean(means), abs=1e-12)
    assert 0.05 < found < 0.95


def test_a_record_of_these_weights_is_found(record: Path, entry: ModelEntry) -> None:
    assert find_sparsity(entry) == 0.4


def test_a_record_of_other_weights_is_not(record: Path, entry: ModelEntry) -> None:
    assert find_sparsity(replace(entry, sha256="0" * 64)) is None
    assert find_sparsity(replace(entry, name="other")) is None


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"weights": [], "sparsity": 1}'])
def test_a_damaged_record_counts_as_missing(record: Path, entry: ModelEntry, text: str) -> None:
    record.write_text(text)
    assert find_sparsity(entry) is None
    record.unlink()
    assert find_sparsity(entry) is None


@pytest.mark.parametrize("sparsity", [-0.1, 1.0, None, "x"])
def test_a_sparsity_out_of_range_counts_as_missing(
    record: Path, entry: ModelEntry, sparsity: object
) -> None:
    document = json.loads(record.read_text())
    document["sparsity"][entry.name] = sparsity
    record.write_text(json.dumps(document))
    assert find_sparsity(entry) is None


def test_the_stored_record_names_its_command_and_its_photos() -> None:
    document = json.loads(FILE.read_bytes())
    assert document["command"] == COMMAND
    assert document["photos"] == len(load_samples())
    assert set(document["weights"]) == set(document["sparsity"])

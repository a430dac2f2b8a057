"""The network that a page computes has the integers of the engine in every layer."""

import json
from pathlib import Path

import akida
import numpy as np
import pytest

from qana.data.samples import load_calibration_photos
from qana.export.akida_layers import ExportError
from qana.export.integer_network import read_integer_network
from qana.export.integer_network_files import NetworkFiles, pack_network
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.manifest import AKIDA1, AKIDA2, read_manifest
from tests.doubles.integer_engine import Computed, compute_in_node

NAMES = [entry.name for entry in read_manifest() if entry.target == AKIDA2]
FEW = 3


@pytest.fixture(scope="module")
def files(classifier: AkidaClassifier) -> NetworkFiles:
    return pack_network(classifier)


def compute(files: NetworkFiles, photos: np.ndarray, folder: Path) -> list[Computed]:
    return compute_in_node(files, photos, [{"photo": at} for at in range(len(photos))], folder)


def assert_equal_layers(computed: Computed, recorded: dict[str, np.ndarray]) -> None:
    """Concatenate has no record of its own, because it sends no events of its own."""
    assert set(recorded) <= set(computed.outputs)
    for name, integers in recorded.items():
        np.testing.assert_array_equal(computed.outputs[name], integers, err_msg=name)


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_has_the_integers_of_the_engine(name: str, tmp_path: Path) -> None:
    classifier = load_classifier(name)
    photos = load_calibration_photos(classifier.input_size)[:: 21 // FEW]
    found = compute(pack_network(classifier), photos, tmp_path)
    np.testing.assert_array_equal([one.logits for one in found], classifier.logits(photos))
    for photo, computed in zip(photos, found, strict=True):
        assert_equal_layers(computed, classifier.record_layers(photo))


def test_noise_and_flat_pictures_have_the_integers_of_the_engine(
    classifier: AkidaClassifier, files: NetworkFiles, tmp_path: Path
) -> None:
    shape = (classifier.input_size, classifier.input_size, 3)
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 256, shape), 255 * rng.integers(0, 2, shape)]
    photos = np.stack([*noise, *(np.full(shape, value) for value in (0, 255))]).astype(np.uint8)
    for photo, computed in zip(photos, compute(files, photos, tmp_path), strict=True):
        assert_equal_layers(computed, classifier.record_layers(photo))


@pytest.mark.slow
def test_every_layer_of_every_sample_is_equal(
    classifier: AkidaClassifier, files: NetworkFiles, tmp_path: Path
) -> None:
    photos = load_calibration_photos(classifier.input_size)
    found = compute(files, photos, tmp_path)
    np.testing.assert_array_equal([one.logits for one in found], classifier.logits(photos))
    for photo, computed in zip(photos, found, strict=True):
        assert_equal_layers(computed, classifier.record_layers(photo))


@pytest.mark.slow
def test_the_logits_of_every_photo_of_the_subset_are_equal(
    classifier: AkidaClassifier, files: NetworkFiles, square_photos: np.ndarray, tmp_path: Path
) -> None:
    found = compute(files, square_photos, tmp_path)
    np.testing.assert_array_equal([one.logits for one in found], classifier.logits(square_photos))


def test_the_files_name_the_network_and_hold_each_integer_once(
    classifier: AkidaClassifier, files: NetworkFiles
) -> None:
    description = json.loads(files.description)
    assert description["model"] == classifier.name
    assert description["sha256"] == classifier.entry.sha256
    places = [place for layer in description["layers"] for place in layer["variables"].values()]
    sizes = [int(np.prod(place["shape"])) for place in places]
    assert [place["offset"] for place in places] == [sum(sizes[:at]) for at in range(len(sizes))]
    assert len(files.integers) == sum(sizes)
    weights = sum(
        layer.get_variable("weights").size
        for layer in classifier.layers
        if "weights" in layer.get_variable_names()
    )
    assert weights < len(files.integers) < 1.2 * weights


def test_what_a_page_cannot_compute_is_refused() -> None:
    names = [entry.name for entry in read_manifest() if entry.target == AKIDA1]
    with pytest.raises(ExportError, match=r"choose a network for Akida 2\.0"):
        read_integer_network(load_classifier(names[0]).layers)


def test_outputs_of_fewer_bits_are_refused(classifier: AkidaClassifier) -> None:
    described = akida.Model(str(classifier.entry.path)).to_dict()
    described["layers"][-3]["parameters"]["output_bits"] = 4
    with pytest.raises(ExportError, match="outputs of 4 bits"):
        read_integer_network(akida.Model.from_dict(described).layers)


def test_a_network_without_its_end_is_refused(classifier: AkidaClassifier) -> None:
    with pytest.raises(ExportError, match="end in a dense layer"):
        read_integer_network(classifier.layers[:-1])

"""A change in the browser gives the integers of the engine with the same change."""

from pathlib import Path
from typing import Any

import akida
import numpy as np
import pytest

from qana.data.samples import load_calibration_photos
from qana.export.integer_network import IntegerLayer, read_integer_network
from qana.export.integer_network_files import NetworkFiles, pack_network
from qana.inference.classifier import AkidaClassifier
from qana.inference.events import LayerRecorder
from tests.doubles.akida_changes import ORDER, change_akida
from tests.doubles.integer_engine import Computed, compute_in_node

RANDOM_CHANGES = 48
QUICK_CHANGES = 8
JOINS = ("add", "concatenate")


@pytest.fixture(scope="module")
def files(classifier: AkidaClassifier) -> NetworkFiles:
    return pack_network(classifier)


@pytest.fixture(scope="module")
def layers(classifier: AkidaClassifier) -> tuple[IntegerLayer, ...]:
    return read_integer_network(classifier.layers).layers


def list_layers(kind: str, layers: tuple[IntegerLayer, ...]) -> list[IntegerLayer]:
    """Those that a change of this kind is possible for."""
    weighted = [layer for layer in layers if layer.kind not in JOINS]
    if kind in ("bounds", "bound"):
        return [layer for layer in weighted if layer.rectified]
    hidden = ("threshold", "scale", "activation_bits")
    return [layer for layer in weighted if kind not in hidden or layer.kind != "dense"]


def draw_change(
    kind: str, layers: tuple[IntegerLayer, ...], rng: np.random.Generator
) -> dict[str, Any]:
    possible = list_layers(kind, layers)
    layer = possible[rng.integers(len(possible))]
    rows, columns, inputs, outputs = layer.variables["weights"].shape
    depthwise = layer.kind in ("depthwise", "spread")
    channel = int(rng.integers(inputs if depthwise else outputs))
    change: dict[str, Any] = {"kind": kind, "layer": layer.name}
    if kind in ("weight_bits", "activation_bits"):
        return change | {"bits": int(rng.integers(1, 8))}
    if kind == "threshold":
        return change | {"steps": float(rng.choice([-20, -3, -0.5, 0.5, 1, 4, 30]))}
    if kind == "bounds":
        return change | {"percent": int(rng.integers(0, 200))}
    change["channel"] = channel
    if kind == "weight":
        change |= {"row": int(rng.integers(rows)), "column": int(rng.integers(columns))}
        change |= {"input": channel if depthwise else int(rng.integers(inputs))}
    low, high = {"weight": (-128, 128), "bias": (-128, 128), "bound": (0, 256)}.get(kind, (1, 256))
    return change | {"value": int(rng.integers(low, high))}


def change_model(classifier: AkidaClassifier, changes: list[dict[str, Any]]) -> akida.Model:
    """The engine's network with the same changes."""
    model = akida.Model(str(classifier.entry.path))
    change_akida(model, changes)
    return model


def record(model: akida.Model, photo: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The integers of its layers, and the logits."""
    return LayerRecorder(model).record(photo), model.predict(photo[None]).reshape(-1)


def assert_equal_variables(found: Computed, model: akida.Model) -> None:
    """A weight that no photo shows is equal, too."""
    for layer in read_integer_network(model.layers).layers:
        for name, values in found.variables.get(layer.name, {}).items():
            np.testing.assert_array_equal(values, layer.variables[name].reshape(-1), err_msg=name)


def assert_equal(found: Computed, recorded: dict[str, np.ndarray], logits: np.ndarray) -> None:
    for name, integers in recorded.items():
        np.testing.assert_array_equal(found.outputs[name], integers, err_msg=name)
    np.testing.assert_array_equal(found.logits, logits)


def compare(
    classifier: AkidaClassifier,
    files: NetworkFiles,
    lists: list[list[dict[str, Any]]],
    folder: Path,
) -> list[Computed]:
    photos = load_calibration_photos(classifier.input_size)[::7]
    tasks = [{"photo": at % len(photos), "changes": one} for at, one in enumerate(lists)]
    found = compute_in_node(files, photos, tasks, folder)
    for task, computed in zip(tasks, found, strict=True):
        model = change_model(classifier, task["changes"])
        assert_equal_variables(computed, model)
        assert_equal(computed, *record(model, photos[task["photo"]]))
    return found


def test_a_change_of_each_kind_is_the_engines(classifier, files, layers, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    changes = [[draw_change(kind, layers, rng)] for kind in ORDER]
    assert len(changes) >= QUICK_CHANGES
    found = compare(classifier, files, changes, tmp_path)
    assert all(computed.variables for computed in found)


@pytest.mark.slow
def test_random_changes_are_the_engines(classifier, files, layers, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    changes = [
        [draw_change(ORDER[number % len(ORDER)], layers, rng)] for number in range(RANDOM_CHANGES)
    ]
    compare(classifier, files, changes, tmp_path)


@pytest.mark.slow
def test_several_changes_at_once_are_the_engines(classifier, files, layers, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    lists = [
        [draw_change(str(kind), layers, rng) for kind in rng.choice(ORDER, 6)] for _ in range(12)
    ]
    compare(classifier, files, lists, tmp_path)


@pytest.mark.slow
def test_few_bits_in_every_layer_are_the_engines(classifier, files, layers, tmp_path: Path) -> None:
    """The bits of two layers that are joined, or of one that two layers read, meet."""
    lists = [
        [
            {"kind": kind, "layer": layer.name, "bits": bits}
            for kind in ("weight_bits", "activation_bits")
            for layer in list_layers(kind, layers)
        ]
        for bits in (1, 2, 4, 6)
    ]
    compare(classifier, files, lists, tmp_path)


def test_only_the_layers_from_the_change_on_are_computed(
    classifier, files, layers, tmp_path: Path
) -> None:
    """Each task starts from the outputs of the one before, and the last one puts back."""
    photos = load_calibration_photos(classifier.input_size)[:1]
    rng = np.random.default_rng(4)
    weight, bits = draw_change("weight", layers, rng), draw_change("activation_bits", layers, rng)
    lists = [[], [weight], [weight, bits], [bits], []]
    found = compute_in_node(
        files, photos, [{"photo": 0, "changes": one} for one in lists], tmp_path
    )
    places = {layer.name: at for at, layer in enumerate(layers)}
    at = {id(change): places[change["layer"]] for change in (weight, bits)}
    assert [one.first for one in found[1:]] == [
        at[id(weight)],
        at[id(bits)],
        at[id(weight)],
        at[id(bits)],
    ]
    for one, computed in zip(lists, found, strict=True):
        assert_equal(computed, *record(change_model(classifier, one), photos[0]))


def test_levels_of_few_bits_are_few(classifier, files, layers, tmp_path: Path) -> None:
    photos = load_calibration_photos(classifier.input_size)[:1]
    for bits in (1, 3):
        lists = [
            [{"kind": "activation_bits", "layer": layer.name, "bits": bits}]
            for layer in list_layers("activation_bits", layers)[::5]
        ]
        tasks = [{"photo": 0, "changes": one} for one in lists]
        for one, computed in zip(
            lists, compute_in_node(files, photos, tasks, tmp_path), strict=True
        ):
            layer = next(layer for layer in layers if layer.name == one[0]["layer"])
            values = computed.outputs[layer.name]
            if layer.rectified:
                assert values.min() >= 0 and values.max() <= 2**bits - 1
            else:
                assert abs(values).max() <= 2 ** (bits - 1)


def test_a_neuron_is_the_sum_of_its_parts(classifier, files, layers, tmp_path: Path) -> None:
    photos = load_calibration_photos(classifier.input_size)[:1]
    recorded = classifier.record_layers(photos[0])
    rng = np.random.default_rng(5)
    asked = [
        (layer.name, *(int(rng.integers(length)) for length in layer.output))
        for layer in layers
        for _ in range(6)
    ]
    asked += [(layer.name, 0, 0, 0) for layer in layers]
    task = {"photo": 0, "neurons": asked}
    neurons = compute_in_node(files, photos, [task], tmp_path)[0].neurons
    for (name, *place), neuron in zip(asked, neurons, strict=True):
        if name in recorded:
            value = recorded[name][tuple(place)]
            assert neuron["value"] == neuron["rescaled"] == value, (name, place)
            fires = neuron["sum"] >= neuron["rise"]
            falls = neuron["fall"] is not None and neuron["sum"] <= neuron["fall"]
            if name != layers[-1].name:
                assert (value > 0, value < 0) == (fires, falls)
                check_edges(neuron)
        if neuron["form"] != "pooled":
            assert neuron["sum"] == neuron["bias"] + neuron["total"]
        assert neuron["parts"] <= neuron["reads"]


def check_edges(neuron: dict[str, Any]) -> None:
    """The thresholds are the first sums with an event."""
    below, at, negative, above = neuron["edges"]
    assert below <= 0
    assert at > 0 or (neuron["limit"] is not None and neuron["limit"] < neuron["rise"])
    if neuron["fall"] is not None:
        assert negative < 0 <= above


def test_a_neuron_depends_on_its_receptive_field_alone(
    classifier, files, layers, tmp_path: Path
) -> None:
    """Noise outside of the field changes nothing; noise inside of it changes something."""
    side = classifier.input_size
    rng = np.random.default_rng(6)
    photo = load_calibration_photos(side)[0]
    early = [layer for layer in layers if layer.output[0] > side // 16]
    asked = [(layer.name, layer.output[0] // 3, layer.output[1] - 1, 0) for layer in early]
    before = compute_in_node(files, photo[None], [{"photo": 0, "neurons": asked}], tmp_path)[0]
    noise = rng.integers(0, 256, photo.shape).astype(np.uint8)
    for (name, row, column, _), neuron in zip(asked, before.neurons, strict=True):
        field = neuron["field"]
        inside = np.zeros((side, side, 1), bool)
        inside[field["top"] : field["bottom"] + 1, field["left"] : field["right"] + 1] = True
        kept = classifier.record_layers(np.where(inside, photo, noise))[name][row, column]
        lost = classifier.record_layers(np.where(inside, noise, photo))[name][row, column]
        assert (kept == before.outputs[name][row, column]).all(), name
        assert (lost != before.outputs[name][row, column]).any(), name

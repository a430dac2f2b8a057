"""NeuroBench's figures of Akida 1.0: equal to plain loops, and to the manifest and the file."""

import math

import akida
import numpy as np
import pytest

from qana.bench.neurobench import count_footprint_bytes, count_neurobench
from qana.bench.synaptic_operations import LayerOperations, count_operations
from qana.inference.classifier import AkidaClassifier, load_classifier


@pytest.fixture(scope="module")
def akd1000() -> AkidaClassifier:
    return load_classifier("akd1000")


@pytest.fixture(scope="module")
def photo(square_photos: np.ndarray) -> np.ndarray:
    return square_photos[0]


@pytest.fixture(scope="module")
def outputs(akd1000: AkidaClassifier, photo: np.ndarray) -> dict[str, np.ndarray]:
    return akd1000.record_layers(photo)


KINDS = {
    # layer: stride, rows of padding before the first, whether its kernel lies turned in memory
    "stem_conv": (2, 0, False),
    "block0_sep": (1, 1, True),
    "block3_sep": (2, 0, True),
    "block4_sep": (1, 2, True),
    "block6_expand_conv": (1, 0, True),
    "head_average_conv": (1, 0, True),
    "logits": (1, 0, False),
}


def looped(
    weights: np.ndarray, inputs: np.ndarray, stride: int, before: int, turned: bool
) -> tuple[int, int, np.ndarray]:
    """Counts dense and effective operations in loops, and computes the sums of the same steps."""
    kernel, _, _, filters = weights.shape
    side, last, depthwise = len(inputs), kernel - 1, filters == 1
    rows = -(-side // stride)
    sums = np.zeros((rows, rows, weights.shape[2] if depthwise else filters), np.int64)
    dense = effective = 0
    for row, column, i, j in np.ndindex(rows, rows, kernel, kernel):
        y, x = row * stride + i - before, column * stride + j - before
        if 0 <= y < side and 0 <= x < side:
            here = weights[last - i, last - j] if turned else weights[i, j]
            products = inputs[y, x].astype(np.int64)[:, None] * here
            dense += products.size
            effective += np.count_nonzero(products)
            sums[row, column] += products[:, 0] if depthwise else products.sum(axis=0)
    return dense, effective, sums


def activated(layer: akida.Layer, sums: np.ndarray) -> np.ndarray:
    """Computes the output of the layer: sums for an average, else steps above a threshold."""
    if layer.parameters.layer_type == akida.LayerType.FullyConnected:
        return sums
    if akida.PoolType(layer.parameters.pool_type) == akida.PoolType.Average:
        sums = sums.sum(axis=(0, 1), keepdims=True)
    step = np.floor(layer.get_variable("act_step").astype(np.float64) * 16) / 16
    steps = np.ceil((sums - layer.get_variable("threshold")) / step)
    return np.clip(steps, 0, 2**layer.parameters.act_bits - 1)


@pytest.mark.parametrize("name", KINDS)
def test_operations_of_each_layer_kind_equal_plain_loops(name, akd1000, photo, outputs) -> None:
    """The loops also give the engine's integers, so they run the same steps as the engine."""
    layer = next(layer for layer in akd1000.layers if layer.name == name)
    entering = outputs.get(layer.inbounds[0].name, photo)
    parts = [(name, layer.get_variable("weights"), KINDS[name])]
    if "weights_pw" in layer.get_variable_names():
        parts = [
            (f"{name} depthwise", layer.get_variable("weights"), KINDS[name]),
            (f"{name} pointwise", layer.get_variable("weights_pw"), (1, 0, False)),
        ]
    found = {part.name: part for part in count_operations(akd1000.layers, outputs, photo)}
    for part, weights, steps in parts:
        dense, effective, sums = looped(weights, entering, *steps)
        events = np.count_nonzero(entering)
        assert found[part] == LayerOperations(part, dense, effective, 0, events, entering.size)
        entering = sums
    np.testing.assert_array_equal(activated(layer, sums), outputs[name])


def test_dense_operations_agree_with_the_manifest(akd1000, photo, outputs) -> None:
    """The vendor counts nothing for Akida 1.0. The manifest's count is that of the Keras network,
    which has, beside our operations, kernel positions over the border and nothing else."""
    assert {layer.macs for layer in akd1000.layers} == {0}
    layers = {layer.name: layer for layer in akd1000.layers}
    border = 0
    for found in count_operations(akd1000.layers, outputs, photo):
        name, _, half = found.name.partition(" ")
        layer = layers[name]
        weights = layer.get_variable("weights_pw" if half == "pointwise" else "weights")
        kernel, places = weights.shape[0], layer.output_dims[0]
        if name == "head_average_conv":
            places = layer.input_dims[0]
        whole = math.prod(weights.shape) * places**2
        border += whole - found.dense
        if kernel > 1:
            stride = layer.parameters.stride_x
            before = (kernel - 1) // 2 if stride == 1 else 0
            reached = [row * stride + i - before for row in range(places) for i in range(kernel)]
            inside = sum(0 <= row < layer.input_dims[0] for row in reached)
            assert found.dense * len(reached) ** 2 == whole * inside**2
        else:
            assert found.dense == whole
    assert border > 0
    assert count_neurobench(akd1000, photo[None]).dense + border == akd1000.entry.macs


def test_a_black_photo_has_no_effective_operations_in_the_first_layer(akd1000, photo) -> None:
    """The layer pads with 0, the value of a black pixel, so padding is never counted."""
    black = np.zeros_like(photo)
    found = count_operations(akd1000.layers, akd1000.record_layers(black), black)[0]
    assert (found.events_in, found.effective_macs, found.effective_acs) == (0, 0, 0)


def test_the_footprint_agrees_with_the_file(akd1000) -> None:
    """The engine's own buffer holds the same constants, each weight a whole byte, and names and
    shapes beside them."""
    narrow = sum(
        layer.get_variable(name).size
        for layer in akd1000.layers
        for name in layer.get_variable_names()
        if name.startswith("weights") and layer.parameters.weights_bits == 4
    )
    held = count_footprint_bytes(akd1000.layers) + narrow / 2
    buffer = len(akida.Model(str(akd1000.entry.path)).to_buffer())
    assert narrow < held < buffer < 1.05 * held


def test_metrics_are_means_over_the_photos(akd1000, square_photos) -> None:
    first, second, both = (
        count_neurobench(akd1000, square_photos[part]) for part in ([0], [40], [0, 40])
    )
    assert first.effective_macs != second.effective_macs
    assert both.effective_macs == (first.effective_macs + second.effective_macs) / 2
    assert both.effective_acs == 0  # 4-bit events are no binary ones
    mean = (first.activation_sparsity + second.activation_sparsity) / 2
    assert both.activation_sparsity == pytest.approx(mean)


def test_activation_sparsity_equals_that_of_the_prediction(akd1000, photo) -> None:
    """The sums inside a separable layer are no activations."""
    verdict = akd1000.classify(photo)
    found = count_neurobench(akd1000, verdict.inputs[None])
    assert found.activation_sparsity == pytest.approx(verdict.sparsity)

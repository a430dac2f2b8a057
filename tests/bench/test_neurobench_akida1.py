"""NeuroBench's figures of Akida 1.0: equal to a count by hand, to plain loops, and to the engine's
own sums of ones."""

import math

import akida
import numpy as np
import pytest

from qana.bench.neurobench import (
    compute_connection_sparsity,
    count_footprint_bytes,
    count_neurobench,
)
from qana.bench.synaptic_operations import LayerOperations, count_operations
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.events import LayerRecorder


@pytest.fixture(scope="module")
def akd1000() -> AkidaClassifier:
    return load_classifier("akd1000")


@pytest.fixture(scope="module")
def photo(square_photos: np.ndarray) -> np.ndarray:
    return square_photos[0]


@pytest.fixture(scope="module")
def outputs(akd1000: AkidaClassifier, photo: np.ndarray) -> dict[str, np.ndarray]:
    return akd1000.record_layers(photo)


def small_network(weights_bits: int = 4) -> akida.Model:
    """A 4x4 grey image, 3x3 convolution of stride 2, separable 3x3 convolution, linear layer.

    Thresholds are 0 and steps 1: a layer sends its sums, cut to 0 and 15.
    """
    sends = {"weights_bits": weights_bits, "act_bits": 4}
    model = akida.Model()
    model.add(
        akida.InputConvolutional(
            (4, 4, 1), (3, 3), 2, "see", kernel_stride=(2, 2), weights_bits=8, act_bits=4
        )
    )
    model.add(akida.SeparableConvolutional((3, 3), 3, "mix", **sends))
    model.add(akida.FullyConnected(2, "tell", weights_bits=weights_bits, activation=False))
    see, mix, tell = model.layers
    first = np.zeros((3, 3, 1, 2), np.int8)
    first[..., 0] = 1
    first[0, 1, 0, 1] = 1
    see.set_variable("weights", first)
    depthwise = np.zeros((3, 3, 2, 1), np.int8)
    depthwise[1, 1:, 0, 0] = 1, -1
    depthwise[0, 1, 1, 0] = 1
    mix.set_variable("weights", depthwise[::-1, ::-1])
    mix.set_variable("weights_pw", np.array([[1, 0, 1], [0, 1, -1]], np.int8)[None, None])
    last = np.zeros((1, 1, 12, 2), np.int8)
    last[..., 0] = 1
    last[:, :, 1::4, 1] = 1
    tell.set_variable("weights", last)
    return model


def test_operations_of_a_small_network_equal_a_count_by_hand() -> None:
    """See: four windows start at rows and columns 0 and 2; the two that start at 2 reach one row
    or column over the edge. Inside lie 3 + 2 rows and as many columns: 5 x 5 x 2 filters = 50.
    The 5 lies in the first window, at (0, 1), where both filters have a weight: 2. The 9 lies at a
    corner of each window, where filter 0 has a weight: 4. It sends 14, 9, 9, 9 and 5, 0, 0, 0.

    Mix, depthwise: a kernel of 3 lies on 2 rows at both places: 4 x 4 x 2 channels = 32. Channel 0
    is the pixel less its right neighbour: 4 pixels and, of the left places, 2 neighbours. Channel 1
    is the upper neighbour: of the lower places, the 5 and a 0. Together 7. The sums are
    14 - 9 = 5, 9, 9 - 9 = 0, 9 and 0, 0, 5, 0: 4 of 8 are other than 0.

    Mix, pointwise: 4 places x 2 x 3 = 24. Channel 0 has two weights and 3 sums, channel 1 two
    weights and 1 sum: 8. It sends 5, 9, 0, 9; 0, 0, 5, 0; 5, 9, 0 (cut from -5), 9: 7 of 12.

    Tell: 12 x 2 = 24. Unit 0 has every weight: 7. Unit 1 reads the lower left place: one 5.
    """
    model = small_network()
    image = np.zeros((4, 4, 1), np.uint8)
    image[0, 1], image[2, 2] = 5, 9
    found = LayerRecorder(model).record(image)
    assert found["tell"].ravel().tolist() == [5 + 9 + 9 + 5 + 5 + 9 + 9, 5]
    assert count_operations(model.layers, found, image) == (
        LayerOperations("see", 50, 6, 0, events_in=2, size_in=16),
        LayerOperations("mix depthwise", 32, 7, 0, events_in=5, size_in=8),
        LayerOperations("mix pointwise", 24, 8, 0, events_in=4, size_in=8),
        LayerOperations("tell", 24, 8, 0, events_in=7, size_in=12),
    )


def test_each_half_of_a_separable_layer_accumulates_by_its_own_inputs() -> None:
    """One pixel of 1 at (0, 1) makes see send a 1 at the upper left in both channels, so that the
    depthwise half sees but 0 and 1; with its weight of 2 the pointwise half sees a 2.
    """
    model = small_network()
    image = np.zeros((4, 4, 1), np.uint8)
    image[0, 1] = 1
    spent = []
    for weight in (1, 2):
        depthwise = model.layers[1].get_variable("weights")
        depthwise[2, 1, 1, 0] = weight
        model.layers[1].set_variable("weights", depthwise)
        counted = count_operations(model.layers, LayerRecorder(model).record(image), image)
        spent.append([(half.effective_macs, half.effective_acs) for half in counted[1:3]])
    assert spent == [[(0, 2), (0, 4)], [(0, 2), (4, 0)]]


def test_footprint_and_connections_of_the_small_network() -> None:
    """18 + 18 + 6 + 24 weights, and a threshold and a step, 4 bytes each, for each filter."""
    constants = 8 * (2 + 3 + 2)
    assert count_footprint_bytes(small_network().layers) == 18 + (18 + 6 + 24) / 2 + constants
    assert count_footprint_bytes(small_network(weights_bits=2).layers) == 18 + 12 + constants
    assert compute_connection_sparsity(small_network().layers) == (8 + 15 + 2 + 9) / 66


@pytest.mark.parametrize("padding", [akida.Padding.Same, akida.Padding.Valid])
@pytest.mark.parametrize("stride", [(1, 1), (2, 2), (1, 2)])
@pytest.mark.parametrize(
    "kind", [akida.InputConvolutional, akida.Convolutional, akida.SeparableConvolutional]
)
def test_effective_operations_equal_the_engines_sums_of_ones(
    kind: type, stride: tuple[int, int], padding
) -> None:
    """Where all that is not 0 is 1, the engine's sums are the operations that are effective, and
    where all is 1, the dense ones: so counts NeuroBench's own code."""
    rng = np.random.default_rng(0)
    options = {"kernel_stride": stride, "padding": padding, "activation": False}
    model = akida.Model()
    if kind is akida.InputConvolutional:
        model.add(kind((9, 8, 3), (5, 3), 3, weights_bits=8, **options))
    else:
        model.add(akida.InputData((9, 8, 3), input_bits=4))
        model.add(kind((5, 3), 3, weights_bits=4, **options))
    layer = model.layers[-1]
    separable = kind is akida.SeparableConvolutional

    def sparse(shape: tuple[int, ...], low: int, high: int) -> np.ndarray:
        return rng.integers(low, high, shape) * rng.integers(0, 2, shape)

    def summed(weights: np.ndarray, inputs: np.ndarray) -> np.ndarray:
        layer.set_variable("weights", weights.astype(np.int8))
        if separable:
            layer.set_variable("weights_pw", np.eye(3, dtype=np.int8)[None, None])
        return model.forward(inputs.astype(np.uint8)[None])[0]

    inputs = sparse((9, 8, 3), 1, 16).astype(np.uint8)
    weights = sparse((5, 3, 3, 1 if separable else 3), -7, 8)
    between = summed(weights, inputs)
    if separable:
        pointwise = sparse((1, 1, 3, 3), -7, 8)
        layer.set_variable("weights_pw", pointwise.astype(np.int8))
    first, *second = count_operations(model.layers, {}, inputs)
    assert first.effective_macs == summed(weights != 0, inputs != 0).sum() > 0
    assert first.dense == summed(np.ones_like(weights), np.ones_like(inputs)).sum()
    assert len(second) == separable
    for half in second:
        met = np.count_nonzero(between, axis=(0, 1)) @ np.count_nonzero(pointwise[0, 0], axis=1)
        assert (half.events_in, half.size_in) == (np.count_nonzero(between), between.size)
        assert half.effective_macs == met > 0
        assert half.dense == 3 * between.size


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

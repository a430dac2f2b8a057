"""NeuroBench's figures of small networks of Akida 1.0: counted by hand and as the engine's sums."""

import akida
import numpy as np
import pytest

from qana.bench.neurobench import compute_connection_sparsity, count_footprint_bytes
from qana.bench.synaptic_operations import LayerOperations, count_operations
from qana.inference.events import LayerRecorder


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

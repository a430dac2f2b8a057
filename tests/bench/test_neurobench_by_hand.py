"""NeuroBench's figures of a small network are equal to a count by hand."""

import akida
import numpy as np
import pytest

from qana.bench.neurobench import compute_connection_sparsity, count_footprint_bytes
from qana.bench.synaptic_operations import LayerOperations, count_operations
from qana.errors import UserError
from qana.inference.events import LayerRecorder

LINEAR = akida.ActivationType.NoActivation
PIXELS = ((0, 5, 0, 0), (0, 0, 0, 0), (0, 0, 9, 0), (0, 0, 0, 0))


def small_network(weights_bits: int = 8) -> akida.Model:
    """A 4x4 grey image, 3x3 convolution of stride 2, 1x1 convolution with bias, linear layer."""
    model = akida.Model()
    model.add(akida.InputConv2D((4, 4, 1), 2, 3, kernel_stride=2, activation=LINEAR, name="see"))
    model.add(akida.Conv2D(3, 1, activation=LINEAR, weights_bits=weights_bits, name="mix"))
    model.add(akida.Dense1D(2, weights_bits=weights_bits, output_bits=28, name="tell"))
    see, mix, tell = model.layers
    first = np.zeros((3, 3, 1, 2), np.int8)
    first[..., 0] = 1
    first[0, :2, 0, 1] = 1
    see.set_variable("weights", first)
    mix.set_variable("weights", np.array([[1, 0, 0], [0, 1, 1]], np.int8)[None, None])
    mix.set_variable("bias", np.array([0, 0, 1], np.int8))
    tell.set_variable("weights", np.array([[3, 0]] * 12, np.int8))
    return model


def counted(model: akida.Model, image: np.ndarray) -> dict[str, LayerOperations]:
    outputs = LayerRecorder(model).record(image)
    return {layer.name: layer for layer in count_operations(model.layers, outputs, image)}


def grey(pixels: tuple[tuple[int, ...], ...]) -> np.ndarray:
    return np.array(pixels, np.uint8)[..., None]


def test_operations_of_a_small_network_equal_a_count_by_hand() -> None:
    """See: four windows start at rows and columns 0 and 2; the two that start at 2 reach one row
    or column over the edge. Inside lie 3 + 2 rows and as many columns: 5 x 5 x 2 filters = 50.
    The 5 lies in one window, at (0, 1), where both filters have a weight: 2. The 9 lies in all
    four windows, at their four corners: filter 0 has all four, filter 1 only (0, 0): 5. Sum 7.

    It sends 14, 9, 9, 9 in filter 0 and 5, 0, 0, 9 in filter 1: 6 events of 8.

    Mix: 4 places x 2 x 3 = 24. 4 events meet the one weight of channel 0, 2 events the two of
    channel 1: 8. It sends filter 0, filter 1, and filter 1 with 1 added: 4 + 2 + 4 = 10 of 12.

    Tell: 12 x 2 = 24. Ten events meet one weight each: 10.
    """
    assert tuple(counted(small_network(), grey(PIXELS)).values()) == (
        LayerOperations("see", 50, 7, 0, events_in=2, size_in=16),
        LayerOperations("mix", 24, 8, 0, events_in=6, size_in=8),
        LayerOperations("tell", 24, 10, 0, events_in=10, size_in=12),
    )


def test_without_padding_only_whole_windows_count() -> None:
    """One window of 9 x 2 weights; the 5 meets both filters at (0, 1), the 9 one at (2, 2)."""
    model = akida.Model()
    valid = akida.Padding.Valid
    model.add(akida.InputConv2D((4, 4, 1), 2, 3, valid, 2, activation=LINEAR, name="see"))
    model.layers[0].set_variable("weights", small_network().layers[0].get_variable("weights"))
    assert counted(model, grey(PIXELS))["see"] == LayerOperations("see", 18, 3, 0, 2, 16)


def test_a_layer_with_binary_inputs_counts_accumulates() -> None:
    """Ones make the sums 2, 1, 1, 1 and 1, 0, 0, 1, so only the first layer sees but 0 and 1."""
    binary = tuple(tuple(min(value, 1) for value in row) for row in PIXELS)
    found = counted(small_network(), grey(binary))
    assert [(layer.effective_macs, layer.effective_acs) for layer in found.values()] == [
        (0, 7),
        (8, 0),
        (10, 0),
    ]


@pytest.mark.parametrize(("weight", "macs", "acs"), [(-1, 0, 6), (-2, 6, 0)])
def test_minus_one_is_binary_and_minus_two_is_not(weight: int, macs: int, acs: int) -> None:
    """Two pixels in two windows: 2 events meet one weight each, 2 events two weights each."""
    model = small_network()
    model.layers[0].set_variable("weights", np.full((3, 3, 1, 2), weight, np.int8))
    pixels = ((0, 0, 0, 0), (0, 1, 0, 0), (0, 0, 0, 0), (0, 0, 0, 1))
    mix = counted(model, grey(pixels))["mix"]
    assert (mix.effective_macs, mix.effective_acs) == (macs, acs)


def test_footprint_and_connections_of_the_small_network() -> None:
    """18 + 6 + 24 weights; see: 4 constants for each of 2 filters and 1 padding value; mix: 4 for
    each of 3 filters and a shift for each of 2 inputs; tell: 4 for each of 2 and 12 shifts.
    """
    constants = (4 * 2 + 1) + (4 * 3 + 2) + (4 * 2 + 12)
    assert count_footprint_bytes(small_network().layers) == 18 + 6 + 24 + constants
    assert count_footprint_bytes(small_network(weights_bits=4).layers) == 18 + 3 + 12 + constants
    assert compute_connection_sparsity(small_network().layers) == (7 + 3 + 12) / 48


def unknown_kind() -> akida.Model:
    model = akida.Model()
    model.add(akida.InputData((8, 8, 1), input_bits=8))
    model.add(akida.Conv2DTranspose(2, 3, name="odd"))
    return model


def unknown_padding(kind: type) -> akida.Model:
    """A layer kind of both generations that no network of QANA uses."""
    upper = akida.Padding.SameUpper
    model = akida.Model()
    if kind is akida.InputConv2D:
        model.add(kind((8, 8, 1), 2, 3, padding=upper, name="odd"))
    else:
        model.add(kind((8, 8, 1), (3, 3), 2, padding=upper, name="odd"))
    return model


@pytest.mark.parametrize(
    "model",
    [
        unknown_kind(),
        unknown_padding(akida.InputConv2D),
        unknown_padding(akida.InputConvolutional),
    ],
)
def test_an_unknown_layer_kind_raises(model: akida.Model) -> None:
    with pytest.raises(UserError, match="layer odd cannot be counted"):
        count_operations(model.layers, {}, np.zeros((8, 8, 1), np.uint8))

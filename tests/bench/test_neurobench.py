"""NeuroBench's figures: equal to plain loops, and explained to the vendor's.

Those of Akida 1.0 are in test_neurobench_akida1.py.
"""

import json

import akida
import numpy as np
import pytest

from qana.bench.neurobench import count_footprint_bytes, count_neurobench
from qana.bench.synaptic_operations import count_operations
from qana.errors import UserError

KINDS = {
    # layer: stride, rows of padding before the first, whether its kernel lies turned in memory
    "stem_conv": (2, 0, False),
    "block1_expand_conv": (2, 0, True),
    "block5_depthwise_dw": (2, 0, True),
    "block4_depthwise_dw": (1, 2, True),
    "block4_project_conv": (1, 0, True),
    "ghost112_project_conv": (1, 0, True),
    "excitation_spread_dwt": (2, 0, False),
    "logits": (1, 0, False),
}


def looped(layer: akida.Layer, inputs: np.ndarray) -> tuple[int, int, np.ndarray]:
    """Counts dense and effective operations in loops, and computes the sums of the same steps."""
    stride, before, turned = KINDS[layer.name]
    weights = layer.get_variable("weights").astype(np.int64)
    weights = weights[None, None] if weights.ndim == 2 else weights
    depthwise, upsampling = weights.shape[3] == 1, layer.name.endswith("dwt")
    shifts = np.zeros(1, np.int64)
    if "input_shift" in layer.get_variable_names():
        shifts = layer.get_variable("input_shift").astype(np.int64)
    height, width, _ = inputs.shape
    rows = height * stride if upsampling else -(-height // stride)
    kernel, last = len(weights), len(weights) - 1
    sums = np.zeros((rows, rows, weights.shape[2] if depthwise else weights.shape[3]), np.int64)
    dense = effective = 0
    for row in range(rows):
        for column in range(rows):
            for i in range(kernel):
                for j in range(kernel):
                    if upsampling:
                        y, y_rest = divmod(row + before - i, stride)
                        x, x_rest = divmod(column + before - j, stride)
                    else:
                        y, x = row * stride + i - before, column * stride + j - before
                        y_rest = x_rest = 0
                    if y_rest or x_rest or not (0 <= y < height and 0 <= x < width):
                        if layer.name == "stem_conv":  # pads with grey, which is no operation
                            sums[row, column] += 127 * weights[i, j].sum(axis=0)
                        continue
                    here = weights[last - i, last - j] if turned else weights[i, j]
                    products = (inputs[y, x].astype(np.int64) << shifts)[:, None] * here
                    dense += products.size
                    effective += np.count_nonzero(products)
                    sums[row, column] += products[:, 0] if depthwise else products.sum(axis=0)
    return dense, effective, sums


def activated(layer: akida.Layer, sums: np.ndarray) -> np.ndarray:
    """Computes the output of the layer before rounding: bias, limit, scale."""
    read = {name: layer.get_variable(name).astype(np.float64) for name in layer.variables.names}
    made = sums + read["bias"] * 2 ** read["bias_shift"]
    if "max_value" in read:
        made = np.clip(made, 0, read["max_value"] * 2 ** read["max_value_shift"])
    scaled = np.clip(made * read["output_scales"], -(2**31), 2**31 - 1)  # the engine's 32 bits
    return scaled * 2 ** read["output_shift"]


@pytest.mark.parametrize("name", KINDS)
def test_operations_of_each_layer_kind_equal_plain_loops(name, classifier, square_photos) -> None:
    """The loops also give the engine's integers, so they run the same steps as the engine."""
    photo = square_photos[0]
    outputs = classifier.record_layers(photo)
    layer = next(layer for layer in classifier.layers if layer.name == name)
    (before,) = layer.inbounds
    if name == "ghost112_project_conv":
        entering = np.concatenate([outputs[part.name] for part in before.inbounds], axis=-1)
    else:
        entering = outputs.get(before.name, photo)
    dense, effective, sums = looped(layer, entering)
    found = {layer.name: layer for layer in count_operations(classifier.layers, outputs, photo)}[
        name
    ]
    assert (found.dense, found.effective_macs) == (dense, effective)
    assert (found.events_in, found.size_in) == (np.count_nonzero(entering), entering.size)
    limits = np.iinfo(outputs[name].dtype)
    expected = np.clip(activated(layer, sums), limits.min, limits.max)
    assert np.abs(expected - outputs[name]).max() <= 0.5


def test_dense_operations_agree_with_the_vendors_count(classifier, square_photos) -> None:
    """The vendor counts, beside our operations, kernel positions over the border, one division of
    each global average, and in the transposed convolution the zeros that upsampling puts between.
    """
    photo = square_photos[0]
    layers = {layer.name: layer for layer in classifier.layers}
    border = average = zeros = 0
    for found in count_operations(classifier.layers, classifier.record_layers(photo), photo):
        layer = layers[found.name]
        more = layer.macs - found.dense
        kernel, size = layer.get_variable("weights").shape[0], layer.input_dims[0]
        if found.name == "excitation_spread_dwt":
            zeros += more
            # Each of 4 input rows, two apart, spreads over 3: of these 12, the last falls off.
            assert (found.dense, layer.macs) == (112 * 11**2, 112 * (8 * 3) ** 2)
        elif found.name == "head_features_conv":
            average += more
            assert more == 320
        elif found.name == "logits" or kernel == 1:
            assert more == 0
        else:
            border += more
            stride, outputs = layer.parameters.kernel_stride, layer.output_dims[0]
            before = (kernel - 1) // 2 if stride == 1 else 0
            reached = [row * stride + i - before for row in range(outputs) for i in range(kernel)]
            inside = sum(0 <= row < size for row in reached)
            assert found.dense * len(reached) ** 2 == layer.macs * inside**2
    whole = count_neurobench(classifier, square_photos[:1])
    assert whole.dense + border + average + zeros == classifier.entry.macs


def test_a_black_photo_has_no_effective_operations_in_the_first_layer(
    classifier, square_photos
) -> None:
    photo = square_photos[0]
    half = photo.copy()
    half[:64] = 0
    found = [
        count_operations(classifier.layers, classifier.record_layers(image), image)[0]
        for image in (np.zeros_like(photo), half, photo)
    ]
    assert (found[0].events_in, found[0].effective_macs, found[0].effective_acs) == (0, 0, 0)
    assert found[1].effective_macs == pytest.approx(found[2].effective_macs / 2, rel=0.05)
    assert found[0].dense == found[1].dense == found[2].dense


def test_effective_operations_scale_with_input_events(classifier, square_photos) -> None:
    """Few weights are zero, so operations of a 1x1 convolution scale with the events."""
    layers = {layer.name: layer for layer in classifier.layers}
    black, photo = (
        count_operations(classifier.layers, classifier.record_layers(image), image)
        for image in (np.zeros_like(square_photos[0]), square_photos[0])
    )
    moved = 0
    for dark, busy in zip(black, photo, strict=True):
        if layers[busy.name].get_variable("weights").shape[:2] == (1, 1):
            events = busy.events_in / dark.events_in
            spent = busy.effective_macs / dark.effective_macs
            assert spent == pytest.approx(events, rel=0.05)
            moved += abs(events - 1) > 0.05
    assert moved >= 3


def test_the_footprint_agrees_with_the_file(classifier) -> None:
    """The engine's buffer has the same constants, with names and shapes."""
    footprint = count_footprint_bytes(classifier.layers)
    buffer = len(akida.Model(str(classifier.entry.path)).to_buffer())
    assert classifier.entry.parameters < footprint < buffer < 1.15 * footprint
    assert footprint < classifier.entry.path.stat().st_size


def test_metrics_are_means_over_the_photos(classifier, square_photos) -> None:
    first, second, both = (
        count_neurobench(classifier, square_photos[part]) for part in ([0], [40], [0, 40])
    )
    assert both.images == 2
    assert first.effective_macs != second.effective_macs
    assert both.effective_macs == (first.effective_macs + second.effective_macs) / 2
    mean = (first.activation_sparsity + second.activation_sparsity) / 2
    assert both.activation_sparsity == pytest.approx(mean)
    document = json.loads(json.dumps(both.to_json()))
    assert document["synaptic_operations"] == {
        "Dense": both.dense,
        "Effective_MACs": both.effective_macs,
        "Effective_ACs": 0,  # 8-bit events are no binary ones
    }
    assert set(document) == {
        "footprint_bytes",
        "connection_sparsity",
        "activation_sparsity",
        "synaptic_operations",
        "images",
    }


def test_activation_sparsity_equals_that_of_the_prediction(classifier, square_photos) -> None:
    verdict = classifier.classify(square_photos[0])
    found = count_neurobench(classifier, verdict.inputs[None])
    assert found.activation_sparsity == pytest.approx(verdict.sparsity)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((0, 128, 128, 3), np.uint8),
        np.zeros((128, 128, 3), np.uint8),
        np.zeros((1, 64, 64, 3), np.uint8),
        np.zeros((1, 128, 128, 3), np.float32),
    ],
)
def test_photos_of_another_size_or_type_raise(classifier, images) -> None:
    with pytest.raises(UserError, match="128 x 128"):
        count_neurobench(classifier, images)

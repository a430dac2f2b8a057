"""Folding changes no output, and steps equal those of the vendor's quantizer."""

from typing import Any

import h5py
import numpy as np
import pytest

from qana.data.samples import load_calibration_photos, load_samples
from qana.errors import UserError
from qana.inference.manifest import find_entry
from qana.network.keras_forms import load_keras_form
from qana.walkthrough.activation_quantization import (
    compute_histogram,
    compute_step,
    count_levels,
    count_narrowed_channels,
    list_bounds,
    quantize,
)
from qana.walkthrough.folding import LAYERS

pytest.importorskip("tf_keras")

import tf_keras as keras
from quantizeml.models.transforms import fold_batchnorms
from quantizeml.tensors import FixedPoint

from qana.network.qana import _remove_bound
from qana.network.quantizeml_loading import QuantizationParams
from qana.network.quantizeml_loading import quantize as quantize_network
from qana.walkthrough.float_layers import fold_normalization
from tests.doubles.opened_layers import MODEL, STEM, found, opened, photo

__all__ = ["found", "opened", "photo"]


@pytest.fixture(scope="module")
def network() -> Any:
    """The float form in Keras."""
    return load_keras_form(find_entry(MODEL), "float")


def test_folding_changes_outputs_only_by_rounding(found) -> None:
    for one in found.values():
        assert one.folding.equal
        assert one.folding.difference64 < 1e-12
        assert 0 < one.folding.difference32 < 2e-6 * one.folding.largest
        assert one.folding.largest == pytest.approx(np.abs(one.values).max(), rel=1e-6)
        assert not np.allclose(one.folding.before, one.folding.after)


def test_folded_weights_equal_those_of_quantizeml(network, opened) -> None:
    vendors = fold_batchnorms(network)
    for name in LAYERS:
        layer = network.get_layer(name)
        kind = "depthwise" if "depthwise_kernel" in opened._layers[name].weights else "convolution"
        kernel, bias = fold_normalization(
            layer.get_weights()[0], opened._find_reader(name), np.float32, kind
        )
        expected_kernel, expected_bias = vendors.get_layer(name).get_weights()
        assert (kernel == expected_kernel).all()
        assert (bias == expected_bias).all()


def test_values_are_the_inputs_of_the_activation(found, network, photo) -> None:
    for name in (STEM, LAYERS[-1]):
        activation = network.get_layer(name).outbound_nodes[0].layer.outbound_nodes[0].layer
        expected = keras.Model(network.input, activation.output)(photo[None].astype(np.float32))
        clipped = np.clip(found[name].values, 0, found[name].bound)
        assert np.allclose(clipped, expected[0], atol=1e-4)
        assert found[name].bound == 6
        assert found[name].photos == len(load_samples())


def deployed_quantizers() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Range and rate of the deployed model's quantizers, by the convolution before them."""
    entry = find_entry(MODEL)
    path = entry.path.with_name(entry.record["keras"]["quantized"]["file"])
    quantizers = {}
    with h5py.File(path) as file:
        for layer in LAYERS:
            name = f"{layer.rsplit('_', 1)[0]}_relu"
            group = file[f"model_weights/{name}/{name}/output_quantizer"]
            quantizers[layer] = group["range_max:0"][:], group["rescaling_rate:0"][:]
    return quantizers


def test_the_step_equals_that_of_the_deployed_quantizer(found) -> None:
    for layer, (ranges, rates) in deployed_quantizers().items():
        alive = ranges > 0
        fractions = FixedPoint.max_frac_bits(7, ranges).numpy()
        tops = ranges / rates
        steps = [compute_step(top, 8, found[layer].equalized) for top in tops[alive]]
        assert np.allclose(steps, (2.0**-fractions / rates)[alive], rtol=1e-5)
        assert tops.max() <= found[layer].bound * (1 + 1e-6)
        assert found[layer].equalized == (rates[alive] != 1).any()


@pytest.mark.parametrize("bits, bound", [(8, 6.0), (4, None), (2, 6.0)])
def test_quantizeml_gives_the_same_ranges_and_steps(found, network, bits, bound) -> None:
    beginning = keras.Model(network.input, network.get_layer("block1_expand_bn").output)
    if bound is None:
        free = keras.models.clone_model(beginning, clone_function=_remove_bound)
        free.set_weights(beginning.get_weights())
        beginning = free
    photos = load_calibration_photos()
    quantized = quantize_network(
        beginning,
        qparams=QuantizationParams(activation_bits=bits),
        samples=photos,
        num_samples=len(photos),
        batch_size=len(photos),
    )
    quantizer = quantized.get_layer("stem_relu").out_quantizer
    assert 2**quantizer.value_bits == count_levels(bits)
    expected = 2.0 ** -quantizer.frac_bits.numpy() / quantizer.rescaling_rate.numpy()
    stem = found[STEM]
    for channel in stem.rank_channels():
        values, highest = stem.values[..., channel], stem.highest[channel]
        one = quantize(values, highest, bound, bits, stem.equalized)
        assert one.step == pytest.approx(expected[channel], rel=1e-4)


def test_an_outlier_enlarges_the_step_without_a_bound(found) -> None:
    stem = found[STEM]
    channel = stem.rank_channels()[0]
    values, highest = stem.values[..., channel], stem.highest[channel]
    bounded = quantize(values, highest, 6.0, 4, stem.equalized)
    free = quantize(values, highest, None, 4, stem.equalized)
    assert highest > 100
    assert bounded.step == pytest.approx(6 / 15)
    assert free.step == pytest.approx(highest / 15)
    assert free.used < bounded.used <= count_levels(4)
    assert free.error > 100 * bounded.error
    assert free.clipped == 0 < bounded.clipped
    assert bounded.clipped == np.mean(values > 6)
    assert free.counts.sum() == bounded.counts.sum() == values.size


def test_a_bound_above_the_range_has_no_effect(found) -> None:
    stem = found[STEM]
    channel = stem.rank_channels()[-1]
    values, highest = stem.values[..., channel], stem.highest[channel]
    assert highest < 6
    steps = {quantize(values, highest, bound, 8, True).step for bound in (6.0, 7.0, None)}
    assert len(steps) == 1
    assert count_narrowed_channels(stem.highest, 6.0) == sum(top > 6 for top in stem.highest)
    assert count_narrowed_channels(stem.highest, None) == 0


def test_the_histogram_has_every_value_and_edges_at_zero_and_the_range_end(found) -> None:
    for one in found.values():
        values = one.values[..., one.rank_channels()[0]]
        for end in (1.0, 6.0):
            top = max(float(values.max()), 6.0)
            edges, counts = compute_histogram(values, min(float(values.min()), 0.0), top, end)
            assert counts.sum() == values.size
            assert {0.0, end} <= set(edges)
            assert counts[edges[:-1] >= end].sum() == (values >= end).sum()


def test_the_bounds_begin_at_1_and_include_6() -> None:
    for highest in (0.5, 5.7, 154.0):
        tried = list_bounds(highest)
        assert tried == sorted(tried)
        assert tried[0] == 1
        assert 6 in tried
        assert tried[-1] < max(highest, 8)


def test_logits_equal_those_of_keras(opened, network, photo) -> None:
    expected = network(photo[None].astype(np.float32)).numpy()
    assert np.allclose(opened.compute_logits(photo[None]), expected, atol=1e-4)


def test_invalid_arguments_raise_one_sentence(opened, photo) -> None:
    with pytest.raises(UserError, match="There is no layer logits to open: choose one of"):
        opened.open_layer(photo, "logits", {}, 21)
    with pytest.raises(UserError, match="not 3"):
        count_levels(3)
    with pytest.raises(UserError, match="never rises above 0"):
        quantize(np.zeros(4, np.float32), 0.0, 6.0, 8, True)

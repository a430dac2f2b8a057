"""The penalty on activations that are not zero."""

import numpy as np
import pytest

pytest.importorskip("tensorflow")
import tensorflow as tf

from qana.inference.manifest import find_entry
from qana.network.builders import build_network
from qana.training.activation_penalty import (
    compute_active_share,
    compute_activity,
    find_event_layers,
)


def make_map(active: int, value: float = 1.0) -> tf.Tensor:
    """Makes a map of two pictures, (2, 4, 5, 5), with equal values at `active` places of each."""
    flat = np.zeros((2, 100), np.float32)
    flat[:, :active] = value
    return tf.constant(flat.reshape(2, 4, 5, 5))


@pytest.mark.parametrize("active", [10, 50, 100])
@pytest.mark.parametrize("value", [0.1, -3.0])
def test_share_of_equal_activations_is_exact(active: int, value: float) -> None:
    share = float(compute_active_share([make_map(active, value)]))
    assert share == pytest.approx(active / 100, rel=1e-3)


def test_maps_count_by_their_size() -> None:
    large, small = make_map(100), make_map(0)[:, :2]
    assert float(compute_active_share([large, small])) == pytest.approx(100 / 150, rel=1e-3)


def test_one_silent_picture_lowers_the_share() -> None:
    both, one = make_map(50), make_map(50) * tf.constant([1.0, 0.0])[:, None, None, None]
    assert float(compute_active_share([one])) < 0.6 * float(compute_active_share([both]))


@pytest.mark.parametrize("value", [0.1, -3.0])
def test_activity_is_that_of_each_picture_and_has_no_scale(value: float) -> None:
    maps = make_map(50, value) * tf.constant([1.0, 0.0])[:, None, None, None]
    activity = compute_activity([maps]).numpy()
    # Half the places of the first picture are active, and a quarter of all, so their root mean
    # square is value / 2.
    np.testing.assert_allclose(activity, [1.0, 0.0], rtol=1e-3)


def test_gradient_of_activity_lowers_small_activations_as_much_as_large_ones() -> None:
    values = tf.Variable([0.1, -1.0])
    with tf.GradientTape() as tape:
        activity = tf.reduce_sum(compute_activity([tf.reshape(values, (1, 1, 1, 2))]))
    small, large = tape.gradient(activity, values).numpy()
    assert small == -large > 0


def test_gradient_lowers_small_activations_more_than_large_ones() -> None:
    values = tf.Variable([0.1, 1.0])
    with tf.GradientTape() as tape:
        share = compute_active_share([tf.reshape(values, (1, 1, 1, 2))])
    small, large = tape.gradient(share, values).numpy()
    assert small > 0 > large


def test_layers_that_send_events_are_those_of_the_spiking_network() -> None:
    """The float network of akida2 has a layer for each layer of the .fbz file that sends events."""
    import akida

    layers = akida.Model(str(find_entry("akida2").path)).layers
    sizes = sorted(
        int(np.prod(layer.output_dims))
        for layer in layers
        if not layer.name.endswith(("quantizer", "concat", "logits", "identity_dw_conv"))
        # These two layers compute more places than the float network: a stride of two, an average.
        and layer.name not in ("head_features_conv", "block5_depthwise_dw")
    )
    model = build_network("qana", input_size=128, compact=True)
    found = {one.name: int(np.prod(one.output_shape[1:])) for one in find_event_layers(model)}
    skipped = ("head_features_relu", "block5_depthwise_relu")
    ours = sorted(size for name, size in found.items() if name not in skipped)
    assert ours == sizes

"""The sequential network for Akida 1.0 takes its first weights from a trained `qana`."""

import numpy as np
import pytest

keras = pytest.importorskip("tf_keras")

from qana.network.blocks.convolution import BOUND  # noqa: E402
from qana.network.initialize_sequential import TARGETS  # noqa: E402
from qana.network.least_squares import EPSILON  # noqa: E402

pytestmark = pytest.mark.slow  # builds, converts and compares large networks


def run_layer(model, name: str, photos: np.ndarray) -> np.ndarray:
    part = keras.Model(model.inputs, model.get_layer(name).output)
    return part(photos.astype(np.float32), training=False).numpy()


def correlate(model, parent, photos: np.ndarray) -> float:
    """Computes the mean correlation of the logits of two networks over the classes."""
    found, expected = (run_layer(one, "logits", photos) for one in (model, parent))
    pairs = zip(found.T, expected.T, strict=True)
    return float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in pairs]))


def test_the_logits_follow_the_parent(sequential, parent, untrained, sequential_photos) -> None:
    assert correlate(sequential, parent, sequential_photos["fit"]) > 0.6
    found = correlate(sequential, parent, sequential_photos["held_out"])
    assert found > 0.25
    assert found > correlate(untrained, parent, sequential_photos["held_out"]) + 0.25


def test_the_stem_gives_the_output_of_the_parent(sequential, parent, sequential_photos) -> None:
    photos = sequential_photos["held_out"][:8]
    found, expected = (run_layer(one, "stem_relu", photos) for one in (sequential, parent))
    # The borders differ: one network pads with black, the other with grey.
    inside = np.s_[:, 1:-1, 1:-1]
    np.testing.assert_allclose(found[inside], expected[inside], atol=1e-3)


def test_every_layer_gets_weights(sequential, parent, untrained) -> None:
    for layer in sequential.layers:
        for now, before in zip(
            layer.get_weights(), untrained.get_layer(layer.name).get_weights(), strict=True
        ):
            assert np.isfinite(now).all()
            assert not np.array_equal(now, before), layer.name
    names = {layer.name for layer in parent.layers}
    assert {target.target for target in TARGETS} <= names
    sources = {source for target in TARGETS for source in target.depthwise}
    assert {source for source in sources if isinstance(source, str)} <= names


def test_signed_maps_lie_in_the_range_of_the_activations(sequential, sequential_photos) -> None:
    for target in TARGETS:
        if target.signed:
            found = run_layer(sequential, f"{target.layer}_bn", sequential_photos["fit"][:32])
            assert 0.3 * BOUND < np.median(found) < 0.7 * BOUND
            assert ((found < 0) | (found > BOUND)).mean() < 0.1


def test_the_two_copies_before_an_attention_are_equal(sequential, sequential_photos) -> None:
    for layer in ("block4", "block6"):
        found = run_layer(sequential, f"{layer}_relu", sequential_photos["held_out"][:8])
        half = found.shape[-1] // 2
        np.testing.assert_allclose(found[..., :half], found[..., half:], atol=1e-3)


def test_the_head_weights_the_features_like_the_parent(
    sequential, parent, sequential_photos
) -> None:
    """Each average is scaled to the range, and the last layer undoes it."""
    means = run_layer(sequential, "head_average", sequential_photos["fit"])
    limit = np.quantile(means, 0.99, axis=0) + EPSILON
    kernel, bias = parent.get_layer("logits").get_weights()
    expected = np.minimum(means, limit) @ kernel + bias
    found = run_layer(sequential, "logits", sequential_photos["fit"])
    np.testing.assert_allclose(found, expected, atol=0.01 * expected.std())

"""Tests the first weights of a network with a ReLU at the end of each block."""

import numpy as np
import pytest

pytest.importorskip("tensorflow")
import tf_keras as keras

from qana.network.builders import build_network
from qana.network.initialize_rectified import initialize_rectified


@pytest.fixture(scope="module")
def photos() -> np.ndarray:
    """Smooth pictures, (16, 64, 64, 3) uint8."""
    small = np.random.default_rng(4).integers(0, 256, (16, 8, 8, 3), dtype=np.uint8)
    return small.repeat(8, axis=1).repeat(8, axis=2)


@pytest.fixture(scope="module")
def networks(photos: np.ndarray) -> tuple[keras.Model, keras.Model]:
    """A network with batch statistics of `photos`, and the rectified one made from it."""
    keras.utils.set_random_seed(5)
    signed = build_network("qana", input_size=64, compact=True)
    for layer in signed.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.5
    for _ in range(8):
        signed(photos.astype(np.float32), training=True)
    rectified = build_network("qana", input_size=64, compact=True, rectified=True)
    initialize_rectified(rectified, signed, photos)
    return signed, rectified


def test_all_that_blocks_exchange_is_zero_or_more(
    networks: tuple[keras.Model, keras.Model], photos: np.ndarray
) -> None:
    rectified = networks[1]
    sums = [one for one in rectified.layers if isinstance(one, keras.layers.Add)]
    assert len(sums) == 7
    outputs = keras.Model(rectified.inputs, [one.output for one in sums])(photos[:4] * 1.0)
    assert all(one.numpy().min() >= 0 for one in outputs)


def test_first_weights_keep_the_logits_close(
    networks: tuple[keras.Model, keras.Model], photos: np.ndarray
) -> None:
    signed, rectified = (one(photos * 1.0, training=False).numpy() for one in networks)
    assert np.corrcoef(signed.ravel(), rectified.ravel())[0, 1] > 0.6
    plain = build_network("qana", input_size=64, compact=True, rectified=True)
    plain.set_weights(networks[0].get_weights())
    raw = plain(photos * 1.0, training=False).numpy()
    assert np.abs(rectified - signed).mean() < 0.7 * np.abs(raw - signed).mean()

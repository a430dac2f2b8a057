"""Tests the loss that silences a network on plain skin while it learns from targets."""

import numpy as np
import pytest

pytest.importorskip("tensorflow")
import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

from qana.training.penalized_fit import build_penalized_model, make_penalized_loss
from qana.training.recipe import SKIN_FACTOR


def make_network() -> keras.Model:
    """Makes a network of one layer with 5 channels that answers with 7 logits."""
    keras.utils.set_random_seed(3)
    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(5, 3, padding="same")(image)
    x = layers.ReLU()(x)
    return keras.Model(image, layers.Dense(7)(layers.GlobalAveragePooling2D()(x)))


def make_outputs(share: float, activity: float) -> tf.Tensor:
    """Makes the output for one picture with equal logits."""
    return tf.constant([[0.0] * 7 + [share, activity]])


def test_outputs_are_the_logits_and_the_activity() -> None:
    network = make_network()
    pictures = np.random.default_rng(0).normal(size=(3, 8, 8, 3)).astype(np.float32)
    outputs = build_penalized_model(network)(pictures).numpy()
    np.testing.assert_allclose(outputs[:, :7], network(pictures).numpy(), rtol=1e-5)
    assert outputs.shape == (3, 9)
    assert (outputs[:, 7] == outputs[0, 7]).all()
    assert len(set(outputs[:, 8])) == 3


def test_a_lesion_costs_its_cross_entropy_and_the_share() -> None:
    loss = make_penalized_loss(0.5)(tf.one_hot([2], 7), make_outputs(0.4, 9.0))
    assert loss.numpy() == pytest.approx([np.log(7) + 0.5 * 0.4])


def test_plain_skin_costs_its_activity_and_has_no_class() -> None:
    loss = make_penalized_loss(0.5)(tf.zeros((1, 7)), make_outputs(0.4, 0.1))
    assert loss.numpy() == pytest.approx([0.5 * (0.4 + SKIN_FACTOR * 0.1)])


def test_training_silences_plain_skin_and_not_the_lesion() -> None:
    network = make_network()
    model = build_penalized_model(network)
    random = np.random.default_rng(1)
    lesions = np.abs(random.normal(size=(16, 8, 8, 3))).astype(np.float32)
    skin = np.full((16, 8, 8, 3), 0.2, np.float32)
    pictures = np.concatenate([lesions, skin])
    targets = np.concatenate([np.eye(7)[np.arange(16) % 7], np.zeros((16, 7))]).astype(np.float32)
    hidden = keras.Model(network.inputs, network.layers[2].output)
    before = np.count_nonzero(hidden(skin).numpy())
    model.compile(keras.optimizers.Adam(0.02), make_penalized_loss(0.3))
    model.fit(pictures, targets, batch_size=32, epochs=60, verbose=0)
    assert np.count_nonzero(hidden(skin).numpy()) < 0.5 * before
    assert np.count_nonzero(hidden(lesions).numpy()) > 2 * np.count_nonzero(hidden(skin).numpy())

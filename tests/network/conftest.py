"""A small `qana` and the sequential network that takes its weights from it."""

import numpy as np
import pytest

SIZE, FEATURES = 64, 16
OPTIONS = {"input_size": SIZE, "features": FEATURES}
HELD_OUT = 2
"""Number of held-out photos, of the ten teaching photos of each class."""


@pytest.fixture(scope="module")
def sequential_photos() -> dict[str, np.ndarray]:
    """(N, 64, 64, 3) uint8 photos: to fit the weights, flipped too, and held out, rotated too."""
    from qana.edge_learning.teaching_photos import load_teaching_photos
    from qana.imaging import to_input

    photos = np.stack([to_input(one.image, SIZE) for one in load_teaching_photos()])
    held_out = np.arange(len(photos)) % 10 < HELD_OUT
    return {
        "fit": np.concatenate([photos[~held_out], photos[~held_out, ::-1]]),
        "held_out": np.concatenate([np.rot90(photos[held_out], k, (1, 2)) for k in range(4)]),
    }


@pytest.fixture(scope="module")
def parent(sequential_photos: dict[str, np.ndarray]):
    """A small `qana`; its normalizations have the statistics of photos, as after training."""
    keras = pytest.importorskip("tf_keras")
    from qana.network.builders import build_network

    keras.utils.set_random_seed(0)
    model = build_network("qana", **OPTIONS)
    random = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0  # one batch sets the statistics
            gamma, beta, *statistics = layer.get_weights()
            scale = gamma * random.uniform(0.5, 1.5, gamma.shape)
            layer.set_weights([scale, gamma * random.normal(0, 0.5, beta.shape), *statistics])
    kernel, bias = model.get_layer("logits").get_weights()
    model.get_layer("logits").set_weights([kernel, random.normal(0, 0.3, bias.shape)])
    model(sequential_photos["fit"].astype(np.float32), training=True)
    return model


@pytest.fixture(scope="module")
def untrained():
    """A small sequential network with random weights."""
    keras = pytest.importorskip("tf_keras")
    from qana.network.builders import build_network

    keras.utils.set_random_seed(1)
    return build_network("qana_sequential", **OPTIONS)


@pytest.fixture(scope="module")
def sequential(parent, untrained, sequential_photos: dict[str, np.ndarray]):
    """The sequential network with weights from its parent."""
    keras = pytest.importorskip("tf_keras")
    from qana.network.initialize_sequential import initialize_sequential

    model = keras.models.clone_model(untrained)
    model.set_weights(untrained.get_weights())
    initialize_sequential(model, parent, sequential_photos["fit"])
    return model

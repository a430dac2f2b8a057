"""Weights learned in torch return to the Keras network, and a stopped fit can be resumed."""

import numpy as np
import pytest

keras = pytest.importorskip("tf_keras")
torch = pytest.importorskip("torch")

from qana.network.builders import build_network  # noqa: E402
from qana.network.torch_network import TorchNetwork  # noqa: E402
from qana.training import torch_fit  # noqa: E402
from qana.training.float_fit import fit_keras_with_torch  # noqa: E402
from qana.training.recipe import Recipe  # noqa: E402
from qana.training.views import Views  # noqa: E402

pytestmark = pytest.mark.slow  # trains a network

RECIPE = Recipe("small", epochs=3, warmup_epochs=1, batch=8, learning_rate=3e-3, transfer=False)


@pytest.fixture
def views() -> Views:
    """Bright and dark photos of two classes."""
    random = np.random.default_rng(0)
    labels = np.repeat([0, 5], 16)
    frames = random.integers(0, 90, (32, 36, 48, 3), dtype=np.uint8)
    frames[labels == 5] += 150
    return Views(frames, labels, size=32, smoothing=0.0)


@pytest.mark.parametrize("name", ["qana", "qana_sequential", "efficientnet_lite0"])
def test_weights_are_unchanged_after_a_round_trip_to_torch(name) -> None:
    network, other = build_network(name, input_size=64), build_network(name, input_size=64)
    TorchNetwork(network).copy_weights_to(other)
    for there, back in zip(network.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(there, back)


def test_keras_network_gets_the_weights_learned_in_torch(views, tmp_path) -> None:
    network = build_network("akidanet", input_size=32, width=0.25)
    before = network.get_weights()
    fit_keras_with_torch(
        network, TorchNetwork(network), views, views.labels, RECIPE, tmp_path / "c.pt"
    )
    assert not np.array_equal(before[0], network.get_weights()[0])
    inputs = views.frames[:, 2:34, 8:40]
    found = network.predict(inputs.astype(np.float32), verbose=0)
    with torch.inference_mode():
        expected = TorchNetwork(network)(torch.from_numpy(inputs).permute(0, 3, 1, 2).float())
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-4)


def test_stopped_fit_gives_the_weights_of_an_uninterrupted_one(
    views, tmp_path, monkeypatch
) -> None:
    def run(path) -> list[np.ndarray]:
        keras.utils.set_random_seed(1)
        network = build_network("akidanet", input_size=32, width=0.25)
        fit_keras_with_torch(network, TorchNetwork(network), views, views.labels, RECIPE, path)
        return network.get_weights()

    uninterrupted = run(tmp_path / "uninterrupted.pt")
    save, saved = torch_fit._save, []

    def stops(*arguments) -> None:
        save(*arguments)
        saved.append(arguments)
        if len(saved) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(torch_fit, "_save", stops)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "stopped.pt")
    monkeypatch.setattr(torch_fit, "_save", save)
    for one, other in zip(uninterrupted, run(tmp_path / "stopped.pt"), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)

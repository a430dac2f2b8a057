"""ImageNet weights are transferred to the networks that share layers with EfficientNet-Lite0."""

import numpy as np
import pytest

keras = pytest.importorskip("tf_keras")
torch = pytest.importorskip("torch")

from qana.imaging import read_image, to_input  # noqa: E402
from qana.network.builders import build_network  # noqa: E402
from qana.network.transfer import transfer_weights  # noqa: E402
from qana.training.teacher import Teacher, load_imagenet_network, load_imagenet_weights  # noqa: E402


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    return load_imagenet_weights()


def test_the_keras_network_computes_the_features_of_the_torch_network(weights, samples) -> None:
    network = build_network("efficientnet_lite0", input_size=128)
    transfer_weights(network, weights)
    photos = np.stack([to_input(read_image(sample.path), 128) for sample in samples[:3]])
    features = keras.Model(network.inputs, network.get_layer("average").output)
    found = features.predict(photos.astype(np.float32), verbose=0)
    reference = Teacher(load_imagenet_network()).network.eval()
    with torch.inference_mode():
        pixels = (torch.from_numpy(photos).permute(0, 3, 1, 2).float() - 127) / 128
        expected = reference.extract_features(pixels).mean((2, 3)).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_every_layer_of_the_baseline_except_its_head_gets_weights(weights) -> None:
    network = build_network("efficientnet_lite0")
    with_weights = {layer.name for layer in network.layers if layer.weights}
    assert with_weights - set(transfer_weights(network, weights)) == {"logits"}


def test_the_first_layers_of_qana_get_weights(weights) -> None:
    network = build_network("qana")
    filled = transfer_weights(network, weights)
    assert {"stem_conv", "block0_project_conv", "block8_project_bn"} <= set(filled)
    kernel = network.get_layer("block6_expand_conv").get_weights()[0]
    np.testing.assert_array_equal(
        kernel[0, 0], weights["_blocks.6._expand_conv.weight"][:, :, 0, 0].T
    )
    assert not any(name.startswith(("attention", "ghost", "head")) for name in filled)


def test_a_layer_of_another_shape_is_refused(weights) -> None:
    narrow = dict(weights, **{"_conv_stem.weight": weights["_conv_stem.weight"][:16]})
    with pytest.raises(ValueError, match="shape"):
        transfer_weights(build_network("qana"), narrow)

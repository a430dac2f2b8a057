"""The sequential network for Akida 1.0 converts and maps to its chips."""

import akida
import numpy as np
import pytest

keras = pytest.importorskip("tf_keras")

from qana.classes import LABELS  # noqa: E402
from qana.conversion.akida1_rounding import use_akida1_rounding  # noqa: E402
from qana.conversion.compare_layers import find_differences  # noqa: E402
from qana.conversion.convert import convert, convert_whole  # noqa: E402
from qana.conversion.mapping import check_mapping  # noqa: E402
from qana.conversion.vendor_converter import use_generation  # noqa: E402
from qana.edge_learning.teaching_photos import load_teaching_photos  # noqa: E402
from qana.imaging import read_image, to_input  # noqa: E402
from qana.inference.events import LayerRecorder, count_events, read_features  # noqa: E402
from qana.inference.manifest import AKIDA1, find_entry  # noqa: E402
from qana.network.keras_forms import load_keras_form  # noqa: E402
from qana.training.layerwise_rounding import solve_rounding  # noqa: E402
from qana.training.named_recipes import RECIPES  # noqa: E402
from qana.training.quantization import quantize_network  # noqa: E402
from qana.training.recipe import Recipe  # noqa: E402


@pytest.fixture(scope="module")
def converted(sequential, sequential_photos):
    """The quantized network and its Akida model."""
    recipe = Recipe(
        "test",
        architecture="qana_sequential",
        input_size=sequential.input_shape[1],
        weight_bits=4,
        activation_bits=4,
        calibration_photos=16,
    )
    assert recipe.target == AKIDA1
    quantized = quantize_network(sequential, sequential_photos["fit"], recipe)
    with use_generation(AKIDA1):
        return quantized, convert_whole(quantized)


@pytest.fixture(scope="module")
def solved(sequential, converted, sequential_photos):
    """The quantized network with its rounding solved layer by layer."""
    quantized, _ = converted
    model = keras.models.clone_model(quantized)
    model.set_weights(quantized.get_weights())
    solve_rounding(model, sequential, sequential_photos["fit"])
    return model


@pytest.fixture
def noise(sequential) -> np.ndarray:
    size = sequential.input_shape[1]
    return np.random.default_rng(0).integers(0, 256, (32, size, size, 3), np.uint8)


@pytest.mark.slow
def test_solved_rounding_keeps_more_than_rounding_to_nearest(
    solved, converted, sequential, sequential_photos
) -> None:
    photos = sequential_photos["held_out"].astype(np.float32)
    expected = sequential(photos, training=False).numpy()

    def correlate(model) -> float:
        found = model(photos, training=False).numpy()
        pairs = zip(found.T, expected.T, strict=True)
        return float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in pairs]))

    quantized, _ = converted
    assert correlate(solved) > correlate(quantized) + 0.2


@pytest.mark.slow
def test_the_solved_network_converts_with_its_weights(solved) -> None:
    with use_generation(AKIDA1):
        model = convert_whole(solved)
    for layer in solved.layers:
        if hasattr(layer, "pw_weight_quantizer"):
            kernel = layer.get_weights()[1]
            step = np.abs(kernel).max(axis=(0, 1, 2)) / 7
            levels = model.get_layer(layer.name).get_variable("weights_pw")
            np.testing.assert_array_equal(np.abs(levels), np.abs(np.round(kernel / step)))


@pytest.mark.slow
def test_it_has_only_layers_of_akida_1(sequential) -> None:
    allowed = {
        *("InputLayer", "Rescaling", "Conv2D", "SeparableConv2D", "BatchNormalization", "ReLU"),
        *("GlobalAveragePooling2D", "Dense"),
    }
    assert {type(layer).__name__ for layer in sequential.layers} == allowed
    for layer in sequential.layers[1:]:  # one after another
        assert not isinstance(layer.input, list)
        assert len(layer.inbound_nodes) == 1
    assert sequential.output_shape == (None, len(LABELS))


@pytest.mark.slow
def test_it_converts_with_4_bits_and_one_step_a_layer(converted) -> None:
    quantized, model = converted
    assert model.ip_version == akida.IpVersion.v1
    kinds = [layer.parameters.layer_type for layer in model.layers]
    assert kinds[1] == akida.LayerType.InputConvolutional
    assert kinds[-1] == akida.LayerType.FullyConnected
    weights = [layer for layer in model.layers if "weights" in layer.get_variable_names()]
    first, *others = [int(np.abs(layer.get_variable("weights")).max()) for layer in weights]
    assert 7 < first <= 127
    assert max(others) <= 7
    for layer in model.layers[1:-1]:
        assert layer.parameters.act_bits == 4
    with_scale = [layer for layer in quantized.layers if hasattr(layer, "out_quantizer")]
    with_scale = [layer for layer in with_scale if layer.out_quantizer]
    assert len(with_scale) == len(model.layers) - 2
    for layer in with_scale:
        scales = layer.out_quantizer.get_weights()
        assert all(np.size(one) == 1 for one in scales), layer.name


@pytest.mark.slow
def test_with_the_rounding_of_the_chip_all_integers_are_equal(converted, noise) -> None:
    quantized, model = converted
    with use_akida1_rounding():
        assert find_differences(quantized, model, noise) == []
        logits = quantized(noise.astype(np.float32), training=False).numpy()
    found = model.predict(noise).reshape(len(noise), -1)
    np.testing.assert_allclose(found, logits, atol=1e-5)
    assert find_differences(quantized, model, noise)  # Keras rounds in another way


@pytest.mark.slow
def test_a_changed_threshold_is_found(converted, noise) -> None:
    quantized, model = converted
    wrong = akida.Model(model.layers)
    layer = wrong.get_layer("block5_sep")
    thresholds = layer.get_variable("threshold").copy()
    thresholds[0] += 1
    layer.set_variable("threshold", thresholds)
    with use_akida1_rounding():
        found = find_differences(quantized, wrong, noise)[0]
    assert found.layer == "block5_sep"


@pytest.mark.slow
def test_the_deployed_network_converts_to_the_published_integers() -> None:
    entry = find_entry("akd1000")
    noise = np.random.default_rng(1).integers(0, 256, (8, *entry.input_shape), np.uint8)
    photos = np.stack([to_input(one.image, entry.input_shape[0]) for one in load_teaching_photos()])
    photos = np.concatenate([photos, noise])
    model, report = convert(load_keras_form(entry, "quantized"), photos, AKIDA1)
    assert report.equal_logits == report.photos == len(photos)
    assert report.ties == {}
    deployed = akida.Model(str(entry.path))
    np.testing.assert_array_equal(model.predict(photos), deployed.predict(photos))


@pytest.mark.slow
def test_it_maps_to_both_chips_of_akida_1(converted) -> None:
    _, model = converted
    devices = check_mapping(model, AKIDA1)
    assert set(devices) == {"AKD1000", "AKD1500"}
    assert devices["AKD1000"].passes == 1
    assert all(0 < device.processors <= 80 for device in devices.values())
    assert model.device is None


def test_the_deployed_network_has_4_bits_and_maps_in_one_pass() -> None:
    entry, recipe = find_entry("akd1000"), RECIPES["akd1000"]
    assert recipe.target == entry.target == AKIDA1
    assert (entry.weight_bits, entry.activation_bits) == (4, 4)
    devices = check_mapping(akida.Model(str(entry.path)), AKIDA1)
    assert devices["AKD1000"].passes == 1


def test_the_layer_recorder_gives_the_logits_of_the_engine(samples) -> None:
    entry = find_entry("akd1000")
    model = akida.Model(str(entry.path))
    recorder = LayerRecorder(model)
    for sample in samples[::4]:
        image = to_input(read_image(sample.path), entry.input_shape[0])
        found = recorder.record(image)
        expected = model.predict(image[None]).reshape(-1)
        logits = recorder.logits(found)
        assert logits.dtype == np.float32
        np.testing.assert_array_equal(logits.view(np.int32), expected.view(np.int32))
        assert list(found) == [layer.name for layer in model.layers[1:]]
        events = count_events(found)
        assert [one.name for one in events] == list(found)[:-1]
        assert all(0 < one.events <= one.size for one in events)
        assert read_features(found).shape == (model.layers[-1].input_dims[-1],)

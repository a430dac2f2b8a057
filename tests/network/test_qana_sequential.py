"""The network of Akida 1.0: what it takes over from a trained `qana`, and where it lies."""

import json
from pathlib import Path

import akida
import numpy as np
import pytest

keras = pytest.importorskip("tf_keras")

from qana.classes import LABELS  # noqa: E402
from qana.conversion.akida1_rounding import use_akida1_rounding  # noqa: E402
from qana.conversion.compare_layers import find_differences  # noqa: E402
from qana.conversion.convert import convert, convert_whole
from qana.conversion.mapping import check_mapping
from qana.conversion.vendor_converter import use_generation  # noqa: E402
from qana.edge_learning.teaching_photos import load_teaching_photos  # noqa: E402
from qana.errors import ModelError
from qana.imaging import read_image, to_input  # noqa: E402
from qana.inference.events import LayerRecorder, count_events, read_features  # noqa: E402
from qana.inference.manifest import AKIDA1, find_entry, find_models_folder
from qana.network.blocks.convolution import BOUND
from qana.network.builders import build_network  # noqa: E402
from qana.network.initialize_sequential import TARGETS, initialize_sequential  # noqa: E402
from qana.network.keras_forms import load_keras_form  # noqa: E402
from qana.network.least_squares import EPSILON  # noqa: E402
from qana.training.layerwise_rounding import solve_rounding  # noqa: E402
from qana.training.named_recipes import RECIPES
from qana.training.parent_model import ParentModel  # noqa: E402
from qana.training.quantization import quantize_network  # noqa: E402
from qana.training.recipe import Recipe

SIZE, FEATURES = 64, 16
SMALL = {"input_size": SIZE, "features": FEATURES}
HELD_OUT = 2
"""Of the ten lessons of each class."""


@pytest.fixture(scope="module")
def photos() -> dict[str, np.ndarray]:
    """(N, 64, 64, 3) uint8: to inherit on, turned both ways, and others."""
    found = np.stack([to_input(one.image, SIZE) for one in load_teaching_photos()])
    held_out = np.arange(len(found)) % 10 < HELD_OUT
    return {
        "teaching": np.concatenate([found[~held_out], found[~held_out, ::-1]]),
        "others": np.concatenate([np.rot90(found[held_out], k, (1, 2)) for k in range(4)]),
    }


@pytest.fixture(scope="module")
def ancestor(photos: dict[str, np.ndarray]):
    """A small `qana` with normalizations as after training: fitted to photos, each its own way."""
    keras.utils.set_random_seed(0)
    model = build_network("qana", **SMALL)
    random = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0  # one batch then sets the statistics
            gamma, beta, *statistics = layer.get_weights()
            scale = gamma * random.uniform(0.5, 1.5, gamma.shape)
            layer.set_weights([scale, gamma * random.normal(0, 0.5, beta.shape), *statistics])
    kernel, bias = model.get_layer("logits").get_weights()
    model.get_layer("logits").set_weights([kernel, random.normal(0, 0.3, bias.shape)])
    model(photos["teaching"].astype(np.float32), training=True)
    return model


def untrained():
    keras.utils.set_random_seed(1)
    return build_network("qana_sequential", **SMALL)


@pytest.fixture(scope="module")
def heir(ancestor, photos: dict[str, np.ndarray]):
    model = untrained()
    initialize_sequential(model, ancestor, photos["teaching"])
    return model


@pytest.fixture(scope="module")
def converted(heir, photos: dict[str, np.ndarray]):
    """Quantized network, and its Akida form."""
    recipe = Recipe(
        "test",
        architecture="qana_sequential",
        input_size=SIZE,
        weight_bits=4,
        activation_bits=4,
        calibration_photos=16,
    )
    assert recipe.target == AKIDA1
    quantized = quantize_network(heir, photos["teaching"], recipe)
    with use_generation(AKIDA1):
        return quantized, convert_whole(quantized)


@pytest.fixture(scope="module")
def solved(heir, converted, photos: dict[str, np.ndarray]):
    """The quantized network once more, with its levels solved for."""
    quantized, _ = converted
    model = keras.models.clone_model(quantized)
    model.set_weights(quantized.get_weights())
    solve_rounding(model, heir, photos["teaching"])
    return model


def outputs(model, name: str, pictures: np.ndarray) -> np.ndarray:
    part = keras.Model(model.inputs, model.get_layer(name).output)
    return part(pictures.astype(np.float32), training=False).numpy()


def alike(model, ancestor, pictures: np.ndarray) -> float:
    """Mean correlation of the logits of the two networks, over the classes."""
    found, expected = (outputs(one, "logits", pictures) for one in (model, ancestor))
    pairs = zip(found.T, expected.T, strict=True)
    return float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in pairs]))


# What is inherited


def test_the_heir_follows_its_ancestor_where_an_untrained_network_does_not(
    heir, ancestor, photos: dict[str, np.ndarray]
) -> None:
    assert alike(heir, ancestor, photos["teaching"]) > 0.6
    found = alike(heir, ancestor, photos["others"])
    assert found > 0.25
    assert found > alike(untrained(), ancestor, photos["others"]) + 0.25


def test_the_stem_sees_what_the_ancestor_sees(heir, ancestor, photos) -> None:
    found, expected = (outputs(one, "stem_relu", photos["others"][:8]) for one in (heir, ancestor))
    # At the rim the two differ: one pads with black, the other with grey.
    inside = np.s_[:, 1:-1, 1:-1]
    np.testing.assert_allclose(found[inside], expected[inside], atol=1e-3)


def test_every_layer_is_inherited_and_the_ancestor_stays(heir, ancestor, photos) -> None:
    fresh = untrained()
    for layer in heir.layers:
        for now, before in zip(
            layer.get_weights(), fresh.get_layer(layer.name).get_weights(), strict=True
        ):
            assert np.isfinite(now).all()
            assert not np.array_equal(now, before), layer.name
    names = {layer.name for layer in ancestor.layers}
    assert {step.target for step in TARGETS} <= names
    assert {tap for step in TARGETS for tap in step.depthwise if isinstance(tap, str)} <= names


def test_each_map_lies_inside_the_bounded_range(heir, photos: dict[str, np.ndarray]) -> None:
    for step in TARGETS:
        if step.signed:
            found = outputs(heir, f"{step.layer}_bn", photos["teaching"][:32])
            assert 0.3 * BOUND < np.median(found) < 0.7 * BOUND
            assert ((found < 0) | (found > BOUND)).mean() < 0.1


def test_the_copies_in_front_of_an_attention_say_the_same(heir, photos) -> None:
    for layer in ("block4", "block6"):
        found = outputs(heir, f"{layer}_relu", photos["others"][:8])
        half = found.shape[-1] // 2
        np.testing.assert_allclose(found[..., :half], found[..., half:], atol=1e-3)


def test_the_head_weighs_the_averaged_features_as_the_ancestor_does(
    heir, ancestor, photos: dict[str, np.ndarray]
) -> None:
    """Each average is stretched over the range, and the last layer takes that back."""
    means = outputs(heir, "head_average", photos["teaching"])
    cut_off = np.quantile(means, 0.99, axis=0) + EPSILON
    kernel, bias = ancestor.get_layer("logits").get_weights()
    expected = np.minimum(means, cut_off) @ kernel + bias
    found = outputs(heir, "logits", photos["teaching"])
    np.testing.assert_allclose(found, expected, atol=0.01 * expected.std())


# Solved rounding


@pytest.mark.slow
def test_solved_for_the_levels_keep_what_nearest_levels_lose(
    solved, converted, heir, photos: dict[str, np.ndarray]
) -> None:
    def kept(model) -> float:
        found = model(photos["others"].astype(np.float32), training=False).numpy()
        pairs = zip(found.T, outputs(heir, "logits", photos["others"]).T, strict=True)
        return float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in pairs]))

    quantized, _ = converted
    assert kept(solved) > kept(quantized) + 0.2


@pytest.mark.slow
def test_the_solved_network_converts_and_the_chip_has_its_levels(solved) -> None:
    with use_generation(AKIDA1):
        model = convert_whole(solved)
    for layer in solved.layers:
        if hasattr(layer, "pw_weight_quantizer"):
            kernel = layer.get_weights()[1]
            step = np.abs(kernel).max(axis=(0, 1, 2)) / 7
            levels = model.get_layer(layer.name).get_variable("weights_pw")
            np.testing.assert_array_equal(np.abs(levels), np.abs(np.round(kernel / step)))


# On the chip


def test_the_network_has_the_layers_of_akida_1_only(heir) -> None:
    allowed = {
        *("InputLayer", "Rescaling", "Conv2D", "SeparableConv2D", "BatchNormalization", "ReLU"),
        *("GlobalAveragePooling2D", "Dense"),
    }
    assert {type(layer).__name__ for layer in heir.layers} == allowed
    for layer in heir.layers[1:]:  # one after another
        assert not isinstance(layer.input, list)
        assert len(layer.inbound_nodes) == 1
    assert heir.output_shape == (None, len(LABELS))


@pytest.mark.slow
def test_it_converts_whole_with_4_bits_and_one_step_for_a_map(converted) -> None:
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
def test_with_the_chip_s_steps_keras_has_the_same_integers_in_every_layer(converted) -> None:
    quantized, model = converted
    noise = np.random.default_rng(0).integers(0, 256, (32, SIZE, SIZE, 3), np.uint8)
    with use_akida1_rounding():
        assert find_differences(quantized, model, noise) == []
        logits = quantized(noise.astype(np.float32), training=False).numpy()
    found = model.predict(noise).reshape(len(noise), -1)
    np.testing.assert_allclose(found, logits, atol=1e-5)
    assert find_differences(quantized, model, noise)  # Keras's own steps are others


@pytest.mark.slow
def test_a_threshold_that_is_one_higher_is_found(converted) -> None:
    quantized, model = converted
    wrong = akida.Model(model.layers)
    layer = wrong.get_layer("block5_sep")
    thresholds = layer.get_variable("threshold").copy()
    thresholds[0] += 1
    layer.set_variable("threshold", thresholds)
    noise = np.random.default_rng(0).integers(0, 256, (32, SIZE, SIZE, 3), np.uint8)
    with use_akida1_rounding():
        (found,) = find_differences(quantized, wrong, noise)[:1]
    assert found.layer == "block5_sep"


@pytest.mark.slow
def test_the_deployed_model_converts_to_the_very_integers() -> None:
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
def test_it_lies_on_both_chips_of_the_first_generation(converted) -> None:
    _, model = converted
    placed = check_mapping(model, AKIDA1)
    assert set(placed) == {"AKD1000", "AKD1500"}
    assert placed["AKD1000"].passes == 1
    assert all(0 < device.processors <= 80 for device in placed.values())
    assert model.device is None


def test_the_deployed_model_is_of_that_make() -> None:
    entry, recipe = find_entry("akd1000"), RECIPES["akd1000"]
    assert recipe.target == entry.target == AKIDA1
    assert (entry.weight_bits, entry.activation_bits) == (4, 4)
    placed = check_mapping(akida.Model(str(entry.path)), AKIDA1)
    assert placed["AKD1000"].passes == 1


def test_a_tap_gives_the_logits_of_the_engine_to_the_bit(samples) -> None:
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


# The ancestor


def test_the_ancestor_is_the_deployed_network_before_quantization(classifier, samples) -> None:
    teacher = ParentModel("akida2-large")
    pictures = np.stack([to_input(read_image(one.path), teacher.input_size) for one in samples])
    found = teacher.predict_probabilities(pictures)
    assert found.shape == (len(samples), len(LABELS))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    answers = [classifier.classify(read_image(one.path)).top[0][0] for one in samples]
    same = [LABELS[row.argmax()] == answer for row, answer in zip(found, answers, strict=True)]
    assert np.mean(same) > 0.8


def test_an_ancestor_that_is_missing_or_changed_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no model 'nobody'"):
        ParentModel("nobody")
    manifest = json.loads((find_models_folder() / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    absent = ParentModel("akida2-large", tmp_path)  # what is not needed is not looked for
    with pytest.raises(ModelError, match=r"float\.h5 is missing"):
        _ = absent.network
    (tmp_path / find_entry("akida2-large").record["keras"]["float"]["file"]).write_bytes(b"another")
    with pytest.raises(ModelError, match="not the one its manifest describes"):
        _ = absent.network

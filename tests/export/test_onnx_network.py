"""The ONNX export of akida2 gives the integers of the simulator bit for bit."""

from contextlib import nullcontext

import akida
import numpy as np
import onnx
import onnxruntime
import pytest

from qana.export.akida_layers import ExportError
from qana.export.akida_rescaling import Rescaling
from qana.export.onnx_network import OnnxNetwork, compute_layer_integers, export_onnx
from qana.export.onnx_rescaling import check_exact
from qana.inference.classifier import AkidaClassifier
from qana.inference.events import LayerRecorder

SHAPE = (128, 128, 3)
SMALL = (29, 29, 3)
CHANGES = [
    ("block1_expand_conv", "weights", 1),
    ("block6_depthwise_dw", "output_shift", -1),
    ("excitation_spread_dwt", "bias", 90),
    ("attention80_add", "a_shift", 1),
    ("head_features_conv", "output_scales", -20),
]
"""Layer, variable, and the number that is added to its values."""


@pytest.fixture(scope="module")
def exported(classifier: AkidaClassifier) -> OnnxNetwork:
    return OnnxNetwork(classifier.layers, threads=1)


@pytest.fixture
def network(classifier: AkidaClassifier) -> akida.Model:
    """A copy of the deployed network that a test may change."""
    return akida.Model(str(classifier.entry.path))


def small_network(*layers: akida.Layer) -> akida.Model:
    """A network of random numbers: a stem, `layers`, global pooling and a dense layer."""
    network = akida.Model()
    stem = akida.InputConv2D(SMALL, 4, 3, kernel_stride=2, name="stem")
    average = akida.Conv2D(8, 1, pool_type=akida.PoolType.Average, name="average")
    dense = akida.Dense1D(7, output_bits=28, name="dense")
    for layer in (stem, *layers, average, dense, akida.Dequantizer(name="dequantizer")):
        network.add(layer)
    rng = np.random.default_rng(0)
    for layer in network.layers:
        ranges = {"weights": (-127, 128), "bias": (-128, 128), "input_shift": (0, 3)}
        if layer.name not in ("dense", "dequantizer"):
            shift = 20 if layer.name == "average" else 16
            ranges |= {
                "bias_shift": (0, 9),
                "max_value": (128, 256),
                "max_value_shift": (7, 10),
                "output_scales": (128, 256),
                "output_shift": (-shift - 2, 1 - shift),
                "padding_value": (0, 256),
            }
        for name in layer.get_variable_names():
            if name in ranges:
                old = layer.get_variable(name)
                layer.set_variable(name, rng.integers(*ranges[name], old.shape).astype(old.dtype))
    return network


def get_layer(network: akida.Model, name: str) -> akida.Layer:
    return next(layer for layer in network.layers if layer.name == name)


def test_photos_have_the_logits_of_the_simulator(exported, classifier, square_photos) -> None:
    logits = exported.compute_logits(square_photos)
    assert logits.shape == (len(square_photos), 7) and logits.dtype == np.float32
    np.testing.assert_array_equal(logits, classifier.logits(square_photos))


def test_noise_and_flat_images_have_the_logits_of_the_simulator(exported, classifier) -> None:
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 256, SHAPE) for _ in range(4)]
    extremes = [255 * rng.integers(0, 2, SHAPE) for _ in range(4)]
    flat = [np.full(SHAPE, value) for value in (0, 255)]
    images = np.stack([*noise, *extremes, *flat]).astype(np.uint8)
    np.testing.assert_array_equal(exported.compute_logits(images), classifier.logits(images))


def test_every_layer_has_the_integers_of_the_simulator(classifier, square_photos) -> None:
    photos = square_photos[::21]
    found = compute_layer_integers(classifier.layers, photos)
    for number, photo in enumerate(photos):
        for name, integers in classifier.record_layers(photo).items():
            np.testing.assert_array_equal(found[name][number], integers, err_msg=name)


def test_a_network_of_other_weights_has_the_integers_of_the_simulator(
    network, square_photos
) -> None:
    """The export follows Akida's rules in general, not only for the numbers of one network."""
    rng = np.random.default_rng(0)
    for layer in network.layers:
        for name in ("weights", "bias"):
            if name in layer.get_variable_names() and layer.name != "logits":
                values = layer.get_variable(name)
                layer.set_variable(name, rng.permutation(values.ravel()).reshape(values.shape))
    found = compute_layer_integers(network.layers, square_photos[:2])
    recorder = LayerRecorder(network)
    for number, photo in enumerate(square_photos[:2]):
        for name, integers in recorder.record(photo).items():
            np.testing.assert_array_equal(found[name][number], integers, err_msg=name)


def test_a_small_network_of_odd_sides_has_the_integers_of_the_simulator() -> None:
    """The network has paddings and kernels that the deployed network does not have."""
    network = small_network(
        akida.Conv2D(8, 3, kernel_stride=2, name="three"),
        akida.DepthwiseConv2D(3, kernel_stride=2, name="apart"),
        akida.DepthwiseConv2DTranspose(3, name="up"),
        akida.Conv2D(4, 3, activation=akida.ActivationType.NoActivation, name="signed"),
    )
    images = np.random.default_rng(1).integers(0, 256, (3, *SMALL)).astype(np.uint8)
    found = compute_layer_integers(network.layers, images)
    for number, image in enumerate(images):
        for name, integers in LayerRecorder(network).record(image).items():
            assert len(np.unique(integers)) > 3, name
            np.testing.assert_array_equal(found[name][number], integers, err_msg=name)


def test_a_batch_and_one_photo_agree(exported, square_photos) -> None:
    alone = [exported.compute_logits(photo[None]) for photo in square_photos[:5]]
    np.testing.assert_array_equal(np.concatenate(alone), exported.compute_logits(square_photos[:5]))


def test_the_number_of_threads_changes_nothing(exported, classifier, square_photos) -> None:
    two = OnnxNetwork(classifier.layers, threads=2)
    np.testing.assert_array_equal(
        two.compute_logits(square_photos[:5]), exported.compute_logits(square_photos[:5])
    )


def limits(values: np.ndarray) -> tuple[int, int]:
    kind = np.iinfo(values.dtype)
    return kind.min, kind.max


@pytest.mark.parametrize(("name", "variable", "step"), CHANGES)
def test_a_changed_number_changes_its_layer_first(
    name: str, variable: str, step: int, network, classifier, square_photos
) -> None:
    layer = get_layer(network, name)
    values = layer.get_variable(variable).copy()
    # All values, because the channel of a single one may be silent in every photo.
    values = np.clip(values.astype(np.int64) + step, *limits(values)).astype(values.dtype)
    layer.set_variable(variable, values)
    found = compute_layer_integers(network.layers, square_photos[:8])
    expected = compute_layer_integers(classifier.layers, square_photos[:8])
    wrong = [key for key in expected if not np.array_equal(found[key], expected[key])]
    assert wrong[0] == name


def test_onnx_runtime_does_not_change_the_weights(classifier, tmp_path) -> None:
    """With a scale folded into the weights, some photos would still get equal logits."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(tmp_path / "optimized.onnx")
    model = export_onnx(classifier.layers).SerializeToString()
    onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    graph = onnx.load(tmp_path / "optimized.onnx").graph
    constants = {made.name: onnx.numpy_helper.to_array(made) for made in graph.initializer}
    convolutions = [node for node in graph.node if "Conv" in node.op_type]
    assert (
        len(convolutions) == sum("weights" in x.get_variable_names() for x in classifier.layers) - 1
    )
    for node in convolutions:
        for name in node.input[1:3]:
            np.testing.assert_array_equal(constants[name], np.round(constants[name]))


def test_the_graph_is_valid_onnx(classifier) -> None:
    onnx.checker.check_model(export_onnx(classifier.layers), full_check=True)


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (akida.Conv2DTranspose(4, 3, name="odd_one"), "no ONNX form"),
        (akida.Conv2D(4, 3, pool_type=akida.PoolType.Max, pool_size=2, name="odd_one"), "pooling"),
        (akida.Conv2D(4, 3, padding=akida.Padding.Valid, name="odd_one"), "padding"),
        (akida.Conv2D(4, 3, activation=akida.ActivationType.LUT, name="odd_one"), "activation"),
    ],
)
def test_a_layer_that_cannot_be_exported_is_named(layer: akida.Layer, reason: str) -> None:
    network = small_network(layer)
    with pytest.raises(ExportError, match=f"odd_one .*{reason}"):
        export_onnx(network.layers)


def test_sums_that_float32_cannot_hold_are_refused(network) -> None:
    layer = get_layer(network, "block8_project_conv")
    layer.set_variable("input_shift", np.full_like(layer.get_variable("input_shift"), 7))
    with pytest.raises(ExportError, match="block8_project_conv has sums too large"):
        export_onnx(network.layers)


@pytest.mark.parametrize(("shift", "changes"), [(23, False), (24, False), (25, True)])
def test_saturation_is_refused_where_it_may_change_an_output(
    shift: int, changes: bool, classifier
) -> None:
    """At 32 bits a sum saturates at 2 ** 31 - 1, which is 127 or more after a shift of 24 bits."""
    layer = get_layer(classifier, "head_features_conv")
    rescaling = Rescaling(None, np.array([255]), np.array([shift]))
    largest = np.array([2**31 // 255 + 1])
    context = pytest.raises(ExportError, match="saturate") if changes else nullcontext()
    with context:
        check_exact(layer, largest, rescaling)
    check_exact(layer, largest - 2, rescaling)

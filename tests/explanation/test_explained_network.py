"""Networks in torch: the integers of Akida without TensorFlow, and the maps of Keras with it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pytorch_grad_cam")

from qana.errors import ExplanationError, ModelError  # noqa: E402
from qana.explanation.akida_map import AkidaMap  # noqa: E402
from qana.explanation.explained_network import (  # noqa: E402
    ExplainedNetwork,
    load_explained_network,
)
from qana.explanation.fixed_point import FixedPoint, count_fraction_bits, limit  # noqa: E402
from qana.explanation.grad_cam import METHODS, compute_maps  # noqa: E402
from qana.explanation.heatmap import normalize_map, resize_map  # noqa: E402
from qana.explanation.map_job import LAST_LAYER, list_layers, make_map, prepare_maps  # noqa: E402
from qana.export.compute_float_graph import compute_float_logits  # noqa: E402
from qana.export.float_graph import build_float_graph  # noqa: E402
from qana.inference.classifier import load_classifier  # noqa: E402
from qana.inference.manifest import find_entry  # noqa: E402
from qana.jobs.cache import Cache  # noqa: E402


def load(model: str, form: str) -> ExplainedNetwork:
    entry = find_entry(model)
    return load_explained_network(entry, form, list_layers(entry))


def run(network: ExplainedNetwork, photos: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        images = torch.from_numpy(np.ascontiguousarray(photos.transpose(0, 3, 1, 2)))
        logits: np.ndarray = network(images).numpy()
    return logits


@pytest.mark.parametrize("model", ["akida2", "akida2-large"])
def test_the_quantized_network_has_the_integers_of_akida(
    model: str, square_photos: np.ndarray
) -> None:
    photos = square_photos[::8]
    found, expected = run(load(model, "quantized"), photos), load_classifier(model).logits(photos)
    assert np.array_equal(found.astype(np.float32), expected)


@pytest.mark.parametrize("model", ["akida2", "akd1000"])
def test_the_float_network_has_the_logits_of_its_file(
    model: str, square_photos: np.ndarray
) -> None:
    entry = find_entry(model)
    path = entry.path.with_name(entry.record["keras"]["float"]["file"])
    expected = compute_float_logits(build_float_graph(path.read_bytes()), square_photos[:3])
    assert np.abs(run(load(model, "float"), square_photos[:3]) - expected).max() < 1e-4


def test_the_akida_map_is_grad_cam_of_the_quantized_network(square_photos: np.ndarray) -> None:
    network, classifier = load("akida2", "quantized"), load_classifier("akida2")
    akida_map, labels = AkidaMap(classifier.layers), np.arange(6)
    found = compute_maps(network, "Grad-CAM", LAST_LAYER, square_photos[:6], labels)
    for photo, label, values in zip(square_photos, labels, found, strict=False):
        own = akida_map.compute_grad_cam(classifier.record_layers(photo), int(label))
        assert np.abs(normalize_map(resize_map(own, 128)) - values).max() < 1e-4


def test_score_cam_reports_each_channel(square_photos: np.ndarray) -> None:
    shares: list[float] = []
    network, layer = load("akida2", "float"), "attention40_add"
    found = compute_maps(network, "Score-CAM", layer, square_photos[:1], [4], shares.append)
    assert found.shape == (1, 128, 128)
    assert shares == sorted(shares) and shares[-1] == 1 and len(shares) >= 3


@pytest.mark.parametrize("form", ["float", "quantized"])
def test_a_map_needs_no_tensorflow(form: str, tmp_path: Path) -> None:
    code = (
        "import sys, numpy as np\n"
        "from qana.explanation.map_job import make_map, LAST_LAYER\n"
        "from qana.jobs.cache import Cache\n"
        "photo = np.random.default_rng(0).integers(0, 256, (128, 128, 3), np.uint8)\n"
        f"asked = dict(model='akida2', form='{form}', method='Grad-CAM', layer=LAST_LAYER)\n"
        "values, _ = make_map(Cache(), print, **asked, inputs=photo, label=5)\n"
        "assert values.shape == (128, 128)\n"
        "assert not {'tensorflow', 'tf_keras', 'quantizeml'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_second_map_loads_nothing(square_photos: np.ndarray) -> None:
    cache, words = Cache(), []
    prepare_maps(cache, lambda text, _share: words.append(text), model="akida2")
    assert "Loading the float network" in words and "Loading the quantized network" in words
    networks = list(cache._known.values())
    asked: dict[str, Any] = {"model": "akida2", "form": "quantized", "method": "LayerCAM"}
    asked |= {"layer": LAST_LAYER, "inputs": square_photos[0], "label": 4}
    make_map(cache, lambda _text, _share: None, **asked)
    assert list(cache._known.values()) == networks


def test_rounding_and_limits_pass_the_gradient() -> None:
    values = torch.tensor([[-300.0, -1.2, 0.4, 300.0]], dtype=torch.float64, requires_grad=True)
    limited = limit(values, 7)
    assert limited.tolist() == [[-128.0, -1.2, 0.4, 127.0]]
    limited.sum().backward()
    assert values.grad.tolist() == [[1.0] * 4]


def test_fixed_point_numbers_are_aligned_without_a_change() -> None:
    values = torch.tensor([[3.0, 5.0]], dtype=torch.float64)
    mixed = FixedPoint(values, np.float32([1, 3]), np.float32([2.0, 4.0]))
    assert mixed.to_float().tolist() == [[3.0, 2.5]]
    aligned = mixed.align()
    assert aligned.values.tolist() == [[12.0, 5.0]]
    assert aligned.to_float().tolist() == mixed.to_float().tolist()
    assert count_fraction_bits(7, np.float32([0.0, 0.3, 1.0, 5.0])).tolist() == [7, 7, 7, 4]


def test_wrong_names_are_one_sentence(square_photos: np.ndarray) -> None:
    entry, network = find_entry("akida2"), load("akida2", "float")
    with pytest.raises(ExplanationError, match="no layer 'nowhere'"):
        load_explained_network(entry, "float", ["nowhere"])
    with pytest.raises(ExplanationError, match='no Keras form "half"'):
        load_explained_network(entry, "half", [])
    for method, layer in (("Nothing-CAM", LAST_LAYER), ("Grad-CAM", "nowhere")):
        with pytest.raises(ExplanationError, match="choose one of"):
            compute_maps(network, method, layer, square_photos[:1], np.array([1]))
    with pytest.raises(ModelError, match="replaced"):
        prepare_maps(Cache(), lambda _text, _share: None, model="akida2", sha256="0" * 64)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "form"), [("akida2", "float"), ("akd1000", "float"), ("akida2", "quantized")]
)
def test_the_maps_are_those_of_keras(model: str, form: str, square_photos: np.ndarray) -> None:
    """Compares all methods at all layers, on photos without a float32 rounding tie in Keras.

    At the last layer the maps are equal. In front of it, the gradients of the quantized network
    differ a little, which Grad-CAM++ enlarges. The activations are equal at all layers.
    """
    tf = pytest.importorskip("tensorflow")
    from qana.explanation.keras_grad_cam import compute_keras_maps
    from qana.explanation.keras_gradients import KerasNetwork
    from qana.network.keras_forms import load_keras_form

    entry, network = find_entry(model), load(model, form)
    tf.config.run_functions_eagerly(True)
    try:
        keras = KerasNetwork(load_keras_form(entry, form), list_layers(entry))
        photos = square_photos[::16]
        same = np.abs(run(network, photos) - keras.compute_logits(photos)).max(axis=1) < 1e-4
        photos, labels = photos[same], np.arange(int(same.sum()))
        assert len(photos) >= 2
        for method in (one for one in METHODS if one != "Score-CAM"):
            for layer in list_layers(entry):
                found = compute_maps(network, method, layer, photos, labels)
                expected = compute_keras_maps(keras, method, layer, photos, labels)
                difference = np.abs(found - expected)
                if layer == LAST_LAYER or method == "Eigen-CAM" or form == "float":
                    assert np.median(difference) < 1e-5, (method, layer)
                elif method != "Grad-CAM++":
                    assert np.median(difference) < 1e-3, (method, layer)
    finally:
        tf.config.run_functions_eagerly(False)


def test_a_map_uses_one_thread_and_gives_the_others_back(square_photos: np.ndarray) -> None:
    network, used = load("akida2", "float"), []
    network.register_forward_hook(lambda *_: used.append(torch.get_num_threads()))
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        compute_maps(network, "Grad-CAM", LAST_LAYER, square_photos[:1], np.array([4]))
        assert set(used) == {1}
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)

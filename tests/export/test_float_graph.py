"""The float network without TensorFlow: read from its file, folded, and computed step by step."""

import io

import h5py
import numpy as np
import pytest

from qana.data.samples import load_samples
from qana.export.compute_float_graph import compute_float_logits
from qana.export.float_graph import build_float_graph
from qana.export.keras_file import KerasFileError, read_keras_layers
from qana.imaging import read_image, to_input
from qana.inference.manifest import find_entry, read_manifest

NAMES = [entry.name for entry in read_manifest() if "float" in entry.record.get("keras", {})]


def read_float(name: str) -> bytes:
    entry = find_entry(name)
    return entry.path.with_name(entry.record["keras"]["float"]["file"]).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_every_deployed_float_network_becomes_folded_steps(name: str) -> None:
    content = read_float(name)
    graph = build_float_graph(content)
    kinds = [layer.kind for layer in read_keras_layers(content)]
    assert graph.side == find_entry(name).input_shape[0]
    # Each normalization follows a convolution, but for one after an average.
    scales = [step for step in graph.steps if step.kind == "scale"]
    assert len(scales) <= 2
    assert (
        len(graph.steps) < len(kinds) - kinds.count("BatchNormalization") - kinds.count("ReLU") + 14
    )
    parameters = sum(
        array.size
        for step in graph.steps
        for array in (step.weight, step.bias)
        if array is not None
    )
    assert parameters < find_entry(name).parameters + 2000
    assert all(
        array.dtype == np.float32
        for step in graph.steps
        for array in (step.weight, step.bias)
        if array is not None
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_steps_give_the_logits_of_keras(name: str) -> None:
    from qana.network.keras_forms import load_keras_form

    model = load_keras_form(find_entry(name), "float")
    side = model.input_shape[1]
    photos = np.stack([to_input(read_image(one.path), side) for one in load_samples()[::5]])
    found = compute_float_logits(build_float_graph(read_float(name)), photos)
    assert np.abs(found - model.predict(photos.astype(np.float32), verbose=0)).max() < 1e-4


def test_a_file_without_a_network_is_refused() -> None:
    with pytest.raises(KerasFileError, match="not a functional network"):
        build_float_graph(b"no HDF5")
    empty = io.BytesIO()
    with h5py.File(empty, "w") as file:
        file.attrs["model_config"] = "{}"
    with pytest.raises(KerasFileError, match="not a functional network"):
        build_float_graph(empty.getvalue())


def test_a_layer_without_a_step_is_named() -> None:
    content = read_float(NAMES[0])
    changed = content.replace(b'"class_name": "Concatenate"', b'"class_name": "Maximum____"')
    assert changed != content
    with pytest.raises(KerasFileError, match=r"ghost.* \(Maximum____\) has no step"):
        build_float_graph(changed)

"""Reads the layers of a Keras network from its .h5 file, without TensorFlow."""

import io
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from qana.errors import UserError


class KerasFileError(UserError):
    """A Keras file whose network cannot be read; the message names the reason."""


@dataclass(frozen=True)
class KerasLayer:
    """A layer as the file stores it.

    Attributes:
        name: of the layer, unique in the network.
        kind: name of its Keras class, such as "Conv2D", without the package.
        config: its settings, as Keras writes them.
        sources: names of the layers that it reads.
        weights: last part of a weight's name, such as "kernel", to its float32 array.
    """

    name: str
    kind: str
    config: dict[str, Any]
    sources: tuple[str, ...]
    weights: dict[str, np.ndarray]


def read_keras_layers(content: bytes) -> list[KerasLayer]:
    """Reads the layers of a functional network with one input and one output.

    Args:
        content: of the .h5 file.

    Returns:
        The layers in the order of the file, each after its sources. The last one is the output.

    Raises:
        KerasFileError: the file holds no such network.
        UserError: h5py is not installed.
    """
    try:
        import h5py
    except ModuleNotFoundError:
        raise UserError("h5py is not installed: pip install h5py.") from None
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            config = json.loads(file.attrs["model_config"])["config"]
            stored = file["model_weights"]
            layers = [_read_layer(record, stored) for record in config["layers"]]
            (output,) = config["output_layers"]
    except (OSError, KeyError, TypeError, ValueError, IndexError):
        raise KerasFileError(
            "The Keras file is not a functional network with one output: train it again."
        ) from None
    order = [layer.name for layer in layers]
    known: set[str] = set()
    for layer in layers:
        if not known.issuperset(layer.sources):
            raise KerasFileError(f"Layer {layer.name} of the Keras file comes before its inputs.")
        known.add(layer.name)
    if order[-1] != output[0]:
        raise KerasFileError("The last layer of the Keras file is not its output.")
    return layers


def _read_layer(record: dict[str, Any], stored: Any) -> KerasLayer:
    nodes = record["inbound_nodes"]
    if len(nodes) > 1:
        raise ValueError("a layer is used twice")
    name = record["config"]["name"]
    group = stored.get(name)
    names = [] if group is None else group.attrs.get("weight_names", ())
    texts = [one.decode() if isinstance(one, bytes) else str(one) for one in names]
    weights = {text.rpartition("/")[2].partition(":")[0]: group[text][()] for text in texts}
    kind = record["class_name"].rpartition(">")[2]
    sources = tuple(node[0] for node in nodes[0]) if nodes else ()
    return KerasLayer(name, kind, record["config"], sources, weights)

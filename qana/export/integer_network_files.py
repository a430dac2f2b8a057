"""Packs the integers of a network into one binary file, and describes them in JSON."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from qana.classes import CLASSES
from qana.export.integer_network import IntegerLayer, read_integer_network
from qana.inference.classifier import AkidaClassifier

FORMAT = "qana-integer-network-1"
NAMES = ("network.json", "network.bin")
"""File names of the description and of the integers."""


@dataclass(frozen=True)
class NetworkFiles:
    """The two files of a network.

    Attributes:
        description: JSON in UTF-8. Each variable of a layer has its place in `integers`: offset in
            bytes, shape and dtype.
        integers: all variables of all layers one after another, in the order of C.
    """

    description: bytes
    integers: bytes


def pack_network(classifier: AkidaClassifier) -> NetworkFiles:
    """Packs the integer network of a classifier.

    Args:
        classifier: a network for Akida 2.0.

    Raises:
        ExportError: a layer cannot be exported.

    Example:
        >>> files = pack_network(load_classifier("akida2"))
        >>> len(files.integers) < 2_000_000
        True
    """
    network = read_integer_network(classifier.layers)
    parts: list[bytes] = []
    layers = [_describe(layer, parts) for layer in network.layers]
    entry = classifier.entry
    description = {
        "format": FORMAT,
        "model": entry.name,
        "sha256": entry.sha256,
        "side": network.side,
        "classes": [
            {"label": lesion.code, "name": lesion.name, "malignant": lesion.malignant}
            for lesion in CLASSES
        ],
        "temperature": entry.temperature,
        "weight_bits": entry.weight_bits,
        "activation_bits": entry.activation_bits,
        "layers": layers,
        "scales": network.scales.tolist(),  # float64, which holds each float32 exactly
    }
    text = json.dumps(description, separators=(",", ":"), allow_nan=False)
    return NetworkFiles(text.encode(), b"".join(parts))


def _describe(layer: IntegerLayer, parts: list[bytes]) -> dict[str, Any]:
    """Describes a layer and appends its variables to the binary parts."""
    places = {}
    for name, values in layer.variables.items():
        offset = sum(map(len, parts))
        places[name] = {"offset": offset, "shape": values.shape, "dtype": values.dtype.name}
        parts.append(np.ascontiguousarray(values).tobytes())
    return {
        "name": layer.name,
        "kind": layer.kind,
        "sources": layer.sources,
        "output": layer.output,
        "kernel": layer.kernel,
        "stride": layer.stride,
        "padding": layer.padding,
        "pooled": layer.pooled,
        "rectified": layer.rectified,
        "variables": places,
    }

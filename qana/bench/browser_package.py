"""Packs the float network for a browser: steps, weights, and photos with the right logits."""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np

from qana.data.samples import load_samples
from qana.export.compute_float_graph import compute_float_logits
from qana.export.float_graph import FloatGraph, Step, build_float_graph
from qana.imaging import read_image, to_input
from qana.inference.manifest import ModelEntry
from qana.inference.model_store import read_verified_bytes
from qana.network.keras_forms import locate_keras_form

CHECK_PHOTOS = 3
"""Samples that a browser must answer as the float network does before its row counts."""


@dataclass(frozen=True)
class BrowserPackage:
    """A float network with its check.

    Attributes:
        model: name of the model.
        sha256: hash of the deployed model's file.
        macs: multiply-accumulates of one image.
        graph: the network.
        photos: (N, S, S, 3) uint8, 0 to 255.
        logits: (N, C) float32, the network's logits of the photos.
    """

    model: str
    sha256: str
    macs: int
    graph: FloatGraph
    photos: np.ndarray
    logits: np.ndarray

    def to_json(self) -> dict[str, Any]:
        """Converts the package to what the browser reads. Binary parts are in base64."""
        steps: list[dict[str, Any]] = []
        parts: list[bytes] = []
        offset = 0
        for step in self.graph.steps:
            record = {
                "name": step.name,
                "kind": step.kind,
                "sources": step.sources,
                "stride": step.stride,
                "padding": step.padding,
                "activation": step.activation,
            }
            for key, array in (("weight", _turn(step)), ("bias", step.bias)):
                if array is not None:
                    content = np.ascontiguousarray(array, "<f4").tobytes()
                    record[key] = {"offset": offset, "size": array.size, "shape": array.shape}
                    parts.append(content)
                    offset += len(content)
            steps.append(record)
        return {
            "graph": {"side": self.graph.side, "steps": steps},
            "weights": base64.b64encode(b"".join(parts)).decode(),
            "pixels": base64.b64encode(self.photos.tobytes()).decode(),
            "photos": len(self.photos),
        }


def make_browser_package(entry: ModelEntry) -> BrowserPackage:
    """Makes the package of a model's float network, in a fraction of a second.

    Args:
        entry: the model.

    Raises:
        UserError: the model has no float network, or its file is missing, changed or unknown.
    """
    graph = build_float_graph(read_verified_bytes(*locate_keras_form(entry, "float")))
    samples = load_samples()
    chosen = samples[:: len(samples) // CHECK_PHOTOS][:CHECK_PHOTOS]
    photos = np.stack([to_input(read_image(sample.path), graph.side) for sample in chosen])
    logits = compute_float_logits(graph, photos)
    return BrowserPackage(entry.name, entry.sha256, entry.macs, graph, photos, logits)


def _turn(step: Step) -> np.ndarray | None:
    """Turns the kernel of a transposed convolution round, so that a plain one can use it."""
    if step.kind == "spread" and step.weight is not None:
        return step.weight[::-1, ::-1]
    return step.weight

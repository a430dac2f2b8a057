"""Counts NeuroBench's metrics of an Akida model: footprint, sparsity and synaptic operations.

The names and rules are those of NeuroBench (Yik et al., Nature Communications 2025, arXiv
2304.04640). NeuroBench's own code reads torch modules only. Three rules differ from it. A weight
counts with its bits in the model, not with those of the array that stores it. The transposed
convolution, which NeuroBench omits, counts like every other layer. Activations are all outputs of a
hidden layer, after a ReLU, an Add or a linear layer, because each of them is an event on Akida.

All figures are counted from the integers of the engine's simulator, because a chip reports none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import akida
import numpy as np

from qana.bench.kernel_geometry import WEIGHTS
from qana.bench.synaptic_operations import count_operations
from qana.errors import UserError
from qana.inference.classifier import AkidaClassifier
from qana.inference.events import count_events


@dataclass(frozen=True)
class NeuroBench:
    """NeuroBench's metrics of one model on one set of photos.

    Attributes:
        footprint_bytes: size of all weights and other constants, bytes.
        connection_sparsity: share of zero weights, 0 to 1.
        activation_sparsity: share of zero hidden activations over all photos, 0 to 1.
        dense: operations per photo, those with zeros included; the same for every photo.
        effective_macs: mean multiply-accumulates per photo of two non-zero factors.
        effective_acs: mean accumulates per photo, in layers with inputs of -1, 0 and 1 alone.
        images: number of photos.
    """

    footprint_bytes: int
    connection_sparsity: float
    activation_sparsity: float
    dense: int
    effective_macs: float
    effective_acs: float
    images: int

    def to_json(self) -> dict[str, Any]:
        """Converts the metrics to the "neurobench" of `python -m qana bench --json`."""
        return {
            "footprint_bytes": self.footprint_bytes,
            "connection_sparsity": self.connection_sparsity,
            "activation_sparsity": self.activation_sparsity,
            "synaptic_operations": {
                "Dense": self.dense,
                "Effective_MACs": self.effective_macs,
                "Effective_ACs": self.effective_acs,
            },
            "images": self.images,
        }

    def to_harness_json(self) -> dict[str, Any]:
        """Converts the metrics to the file that NeuroBench 2.3's harness saves.

        It is one flat dictionary whose keys are the names of the metric classes. Footprint is in
        bytes, and SynapticOperations is per photo, as in the harness.
        """
        return {
            "Footprint": self.footprint_bytes,
            "ConnectionSparsity": self.connection_sparsity,
            "ActivationSparsity": self.activation_sparsity,
            "SynapticOperations": {
                "Effective_MACs": self.effective_macs,
                "Effective_ACs": self.effective_acs,
                "Dense": self.dense,
            },
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "NeuroBench":
        """Converts what `to_json` made back. It checks no values."""
        operations = document["synaptic_operations"]
        return cls(
            footprint_bytes=document["footprint_bytes"],
            connection_sparsity=document["connection_sparsity"],
            activation_sparsity=document["activation_sparsity"],
            dense=operations["Dense"],
            effective_macs=operations["Effective_MACs"],
            effective_acs=operations["Effective_ACs"],
            images=document["images"],
        )


def count_neurobench(classifier: AkidaClassifier, images: np.ndarray) -> NeuroBench:
    """Counts NeuroBench's metrics of a model on photos.

    Other threads can use the classifier between two photos.

    Args:
        classifier: of a model for Akida 1.0 or 2.0.
        images: (N, S, S, 3) uint8 network inputs, N >= 1.

    Raises:
        UserError: the images are missing or of another size or type, or a layer of the model is of
            an unknown kind.
    """
    shape = tuple(classifier.entry.input_shape)
    if images.dtype != np.uint8 or images.shape[1:] != shape or not len(images):
        raise UserError(
            f"Give one or more uint8 images of the model's input size, {shape[0]} x {shape[1]}."
        )
    zeros = activations = dense = macs = acs = 0
    for image in images:
        outputs = classifier.record_layers(image)
        for hidden in count_events(outputs):
            zeros += hidden.size - hidden.events
            activations += hidden.size
        counted = count_operations(classifier.layers, outputs, image)
        dense = sum(layer.dense for layer in counted)
        macs += sum(layer.effective_macs for layer in counted)
        acs += sum(layer.effective_acs for layer in counted)
    return NeuroBench(
        footprint_bytes=count_footprint_bytes(classifier.layers),
        connection_sparsity=compute_connection_sparsity(classifier.layers),
        activation_sparsity=zeros / activations,
        dense=dense,
        effective_macs=macs / len(images),
        effective_acs=acs / len(images),
        images=len(images),
    )


def count_footprint_bytes(layers: Sequence[akida.Layer]) -> int:
    """Counts the bytes of all constants of an Akida model.

    A weight counts with its bits in the model, such as half a byte for 4 bits, although the engine
    and its file use a whole byte. Biases, shifts, scales, limits and steps count with the type that
    the file stores.

    Args:
        layers: of an Akida model.
    """
    bits = sum(
        layer.get_variable(name).size * _count_bits(layer, name)
        for layer in layers
        for name in layer.get_variable_names()
    )
    return -(-bits // 8)


def compute_connection_sparsity(layers: Sequence[akida.Layer]) -> float:
    """Computes the share of zero weights of an Akida model, 0 to 1; biases do not count.

    Args:
        layers: of an Akida model.
    """
    weights = [
        layer.get_variable(name)
        for layer in layers
        for name in layer.get_variable_names()
        if name in WEIGHTS
    ]
    return sum(int((w == 0).sum()) for w in weights) / sum(w.size for w in weights)


def _count_bits(layer: akida.Layer, name: str) -> int:
    if name in WEIGHTS:
        return int(layer.parameters.weights_bits)
    return 8 * layer.get_variable(name).dtype.itemsize

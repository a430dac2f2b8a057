"""NeuroBench's figures for the network that answers: memory, sparsity, synaptic operations.

The names and rules are those of NeuroBench (Yik et al., Nature Communications 2025, arXiv
2304.04640), whose own harness reads torch modules only. Three things differ from its code. A weight
takes the bits that the model gives it, not those of the array it lies in. The transposed
convolution, which the code leaves out, is counted like every other layer. And activations are all
that a hidden layer sends on, be it behind a ReLU, an Add or a linear layer, since on Akida each of
them is an event.

All figures are counted from the integers of the engine's simulator: a chip reports none.
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
    """One model on one set of photos; operations are means over the photos.

    Attributes:
        footprint_bytes: of all weights and other constants, bytes.
        connection_sparsity: share of the weights that are zero, 0 to 1.
        activation_sparsity: share of all hidden activations of all photos that are zero, 0 to 1.
        dense: operations per photo, of zeros too; the same for every photo.
        effective_macs: multiply-accumulates per photo of two non-zero factors.
        effective_acs: accumulates per photo, in layers whose inputs are all -1, 0 or 1.
        images: how many photos.
    """

    footprint_bytes: int
    connection_sparsity: float
    activation_sparsity: float
    dense: int
    effective_macs: float
    effective_acs: float
    images: int

    def as_document(self) -> dict[str, Any]:
        """The same under NeuroBench's own names, ready for JSON."""
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


def count_neurobench(classifier: AkidaClassifier, images: np.ndarray) -> NeuroBench:
    """Counts on each photo in turn; the classifier stays free for others between two photos.

    Args:
        classifier: of a model of either generation of Akida.
        images: (N, S, S, 3) uint8 network inputs, N >= 1.

    Raises:
        UserError: there is no photo, it is of another size or type, or the model has a layer that
            cannot be counted.
    """
    shape = tuple(classifier.entry.input_shape)
    if images.dtype != np.uint8 or images.shape[1:] != shape or not len(images):
        raise UserError(
            f"Give one or more 8-bit images of the model's own size, {shape[0]} x {shape[1]}."
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
    """Bytes of all constants of an Akida model: weights, biases, shifts, scales, limits, steps.

    Weights count with the model's own bits, four of them half a byte, although the engine and its
    file give each a whole byte; all others with the type in which the file holds them.
    """
    bits = sum(
        layer.get_variable(name).size * _bits(layer, name)
        for layer in layers
        for name in layer.get_variable_names()
    )
    return -(-bits // 8)


def compute_connection_sparsity(layers: Sequence[akida.Layer]) -> float:
    """Share of an Akida model's weights that are zero, 0 to 1; biases are no connections."""
    weights = [
        layer.get_variable(name)
        for layer in layers
        for name in layer.get_variable_names()
        if name in WEIGHTS
    ]
    return sum(int((w == 0).sum()) for w in weights) / sum(w.size for w in weights)


def _bits(layer: akida.Layer, name: str) -> int:
    if name in WEIGHTS:
        return int(layer.parameters.weights_bits)
    return 8 * layer.get_variable(name).dtype.itemsize

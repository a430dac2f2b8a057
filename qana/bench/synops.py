"""Synaptic operations of one photo, layer by layer, counted as NeuroBench counts them.

One operation is one weight times one input. NeuroBench (Yik et al., "The neurobench framework for
benchmarking neuromorphic computing algorithms and systems", Nature Communications 2025, arXiv
2304.04640) counts all of them as Dense, and those whose weight and input are both non-zero as
effective: multiply-accumulates (MACs), or accumulates (ACs) where all inputs of the layer are -1,
0 or 1. Its code runs each layer on ones, with the layer's own zero padding and without the bias. So
neither bias nor padding is counted here, nor is what has no weights: pooling, Add and activation.

Akida's first layer pads with a grey pixel, which is no input either, and reads raw pixels, so that
only a value of 0 saves an operation there. Pooling follows the convolution inside one layer: the
operations are those of the convolution, at its own resolution.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import akida
import numpy as np

from qana.errors import UserError

UPSAMPLING = 2
"""Stride of every transposed convolution of Akida 2.0, akida.DepthwiseConv2DTranspose says."""
TURNED = (akida.LayerType.Conv2D, akida.LayerType.DepthwiseConv2D)
"""Layers whose kernel the engine holds turned by 180 degrees, as a single bright pixel shows."""
CONVOLUTIONS = (akida.LayerType.InputConv2D, *TURNED)
PADDINGS = (akida.Padding.Same, akida.Padding.Valid)


@dataclass(frozen=True)
class LayerOperations:
    """Operations of one layer on one photo.

    Attributes:
        name: of the layer.
        dense: all operations, of zeros too.
        effective_macs: those of two non-zero factors; 0 where they are accumulates.
        effective_acs: the same where every input is -1, 0 or 1; otherwise 0.
        events_in: non-zero inputs.
        size_in: all inputs.
    """

    name: str
    dense: int
    effective_macs: int
    effective_acs: int
    events_in: int
    size_in: int


def operations(
    layers: Sequence[akida.Layer], outputs: Mapping[str, np.ndarray], image: np.ndarray
) -> tuple[LayerOperations, ...]:
    """Counts the operations of each layer that has weights, in the order of the network.

    Args:
        layers: of an Akida 2.0 model, in its order, as `AkidaClassifier.layers`.
        outputs: layer name to (H, W, C) integers of the photo, as `LayerTap.outputs` gives them.
        image: (S, S, C) uint8, the photo that they belong to.

    Raises:
        UserError: the model has a layer with weights of a kind that is not known here.
    """
    return tuple(
        _count(layer, _inputs(layer, outputs, image))
        for layer in layers
        if "weights" in layer.get_variable_names()
    )


def _inputs(layer: akida.Layer, outputs: Mapping[str, np.ndarray], image: np.ndarray) -> np.ndarray:
    """What enters a layer; a layer that only brings pixels in sends the image itself."""
    parts = [
        _inputs(before, outputs, image)
        if before.parameters.layer_type == akida.LayerType.Concatenate
        else outputs.get(before.name, image)
        for before in layer.inbounds
    ]
    return np.concatenate(parts, axis=-1) if parts else image


def _count(layer: akida.Layer, inputs: np.ndarray) -> LayerOperations:
    kind = layer.parameters.layer_type
    weights = layer.get_variable("weights")
    if kind == akida.LayerType.Dense1D:
        weights = weights[None, None]
        inputs = inputs.reshape(1, 1, -1)
    elif kind in TURNED:
        weights = weights[::-1, ::-1]
    rows, columns = (_meetings(layer, len(weights), size) for size in inputs.shape[:2])
    events = (inputs != 0).astype(np.float32)  # their sums stay below 2 ** 24: exact
    meeting = columns @ np.tensordot(rows, events, axes=1)  # (K, K, C) events at each weight
    effective = int((meeting * np.count_nonzero(weights, axis=-1)).sum())
    binary = bool(inputs.min() >= -1 and inputs.max() <= 1)
    return LayerOperations(
        name=layer.name,
        dense=int(rows.sum() * columns.sum()) * weights.shape[2] * weights.shape[3],
        effective_macs=0 if binary else effective,
        effective_acs=effective if binary else 0,
        events_in=int(events.sum()),
        size_in=inputs.size,
    )


def _meetings(layer: akida.Layer, kernel: int, size: int) -> np.ndarray:
    """Which input rows a row of the kernel meets, once each, as it moves over the input.

    Args:
        layer: with weights.
        kernel: rows of its kernel.
        size: rows of its input; columns are the same.

    Returns:
        (kernel, size) float32, 1 where they meet and 0 where they do not.
    """
    parameters = layer.parameters
    if parameters.layer_type == akida.LayerType.Dense1D:
        return np.ones((1, 1), np.float32)
    if parameters.layer_type == akida.LayerType.DepthwiseConv2DTranspose:
        cut = max(kernel - UPSAMPLING, 0) // 2
        target = UPSAMPLING * np.arange(size) + np.arange(kernel)[:, None] - cut
        return ((target >= 0) & (target < UPSAMPLING * size)).astype(np.float32)
    known = parameters.layer_type in CONVOLUTIONS
    if not known or akida.Padding(parameters.padding) not in PADDINGS:
        raise UserError(
            f"The operations of layer {layer.name} cannot be counted: use a model converted from "
            "Keras for Akida 2.0."
        )
    stride = parameters.kernel_stride
    same = akida.Padding(parameters.padding) == akida.Padding.Same
    outputs = -(-size // stride) if same else (size - kernel) // stride + 1
    before = max((outputs - 1) * stride + kernel - size, 0) // 2 if same else 0
    moved = np.arange(size) + before - np.arange(kernel)[:, None]
    return ((moved % stride == 0) & (moved >= 0) & (moved < stride * outputs)).astype(np.float32)

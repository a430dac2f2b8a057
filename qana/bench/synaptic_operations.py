"""Synaptic operations of one photo, layer by layer, counted as NeuroBench counts them.

One operation is one weight times one input. NeuroBench (Yik et al., "The neurobench framework for
benchmarking neuromorphic computing algorithms and systems", Nature Communications 2025, arXiv
2304.04640) counts all of them as Dense, and those whose weight and input are both non-zero as
effective: multiply-accumulates (MACs), or accumulates (ACs) where all inputs of the layer are -1,
0 or 1. Its code runs each layer on ones, with the layer's own zero padding and without the bias. So
neither bias nor padding is counted here, nor is what has no weights: pooling, Add and activation.

Akida 2.0's first layer pads with a grey pixel, which is no input either. That of both generations
reads raw pixels, so that only a value of 0 saves an operation there. Pooling follows the
convolution inside one layer: the operations are those of the convolution, at its own resolution.

A separable layer of Akida 1.0 is two convolutions with nothing between, and counts as two, as it
would in torch: the pointwise one multiplies the sums of the depthwise one, and a sum of 0 saves
operations there as a silent input does elsewhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import akida
import numpy as np

from qana.bench.kernel_geometry import (
    SEPARABLE,
    arrange_inputs,
    compute_coverage,
    compute_depthwise_sums,
    orient_weights,
)


@dataclass(frozen=True)
class LayerOperations:
    """Operations of one layer on one photo.

    Attributes:
        name: of the layer; a separable one is counted twice, as "NAME depthwise" and
            "NAME pointwise".
        dense: all operations, of zeros too.
        effective_macs: those of two non-zero factors; 0 where they are accumulates.
        effective_acs: the same where every input is -1, 0 or 1; otherwise 0.
        events_in: non-zero inputs, be they sent to the layer or summed inside it.
        size_in: all inputs.
    """

    name: str
    dense: int
    effective_macs: int
    effective_acs: int
    events_in: int
    size_in: int


def count_operations(
    layers: Sequence[akida.Layer], outputs: Mapping[str, np.ndarray], image: np.ndarray
) -> tuple[LayerOperations, ...]:
    """Counts the operations of each layer that has weights, in the order of the network.

    Args:
        layers: of an Akida model, in its order, as `AkidaClassifier.layers`.
        outputs: layer name to (H, W, C) integers of the photo, as `LayerRecorder.record` gives them.
        image: (S, S, C) uint8, the photo that they belong to.

    Raises:
        UserError: the model has a layer with weights of a kind that is not known here.
    """
    return tuple(
        counted
        for layer in layers
        if "weights" in layer.get_variable_names()
        for counted in _count_layer(layer, _inputs(layer, outputs, image))
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


def _count_layer(layer: akida.Layer, inputs: np.ndarray) -> Iterator[LayerOperations]:
    inputs, weights = arrange_inputs(layer, inputs), orient_weights(layer)
    rows, columns = (
        compute_coverage(layer, axis, weights.shape[axis], inputs.shape[axis]) for axis in (0, 1)
    )
    if layer.parameters.layer_type != SEPARABLE:
        yield _count(layer.name, weights, inputs, rows, columns)
        return
    yield _count(f"{layer.name} depthwise", weights, inputs, rows, columns)
    sums, weights = compute_depthwise_sums(layer, inputs), layer.get_variable("weights_pw")
    rows, columns = (np.ones((1, side), np.float32) for side in sums.shape[:2])
    yield _count(f"{layer.name} pointwise", weights, sums, rows, columns)


def _count(
    name: str, weights: np.ndarray, inputs: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> LayerOperations:
    """Counts one convolution.

    Args:
        name: see `LayerOperations`.
        weights: (K, L, C, F) as they lie on the inputs; depthwise ones (K, L, C, 1).
        inputs: (H, W, C) integers.
        rows: (K, H) float32, 1 where a row of the weights meets one of the inputs, else 0.
        columns: (L, W) float32, the same of columns.
    """
    events = (inputs != 0).astype(np.float32)  # their sums stay below 2 ** 24: exact
    meeting = columns @ np.tensordot(rows, events, axes=1)  # (K, L, C) events at each weight
    effective = int((meeting * np.count_nonzero(weights, axis=-1)).sum())
    binary = bool(inputs.min() >= -1 and inputs.max() <= 1)
    return LayerOperations(
        name=name,
        dense=int(rows.sum() * columns.sum()) * weights.shape[2] * weights.shape[3],
        effective_macs=0 if binary else effective,
        effective_acs=effective if binary else 0,
        events_in=int(events.sum()),
        size_in=inputs.size,
    )

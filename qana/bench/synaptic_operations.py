"""Counts the synaptic operations of each layer for one photo, by NeuroBench's rules.

One operation multiplies one weight by one input. NeuroBench (Yik et al., "The neurobench framework
for benchmarking neuromorphic computing algorithms and systems", Nature Communications 2025, arXiv
2304.04640) counts all operations as Dense. It counts an operation as effective where weight and
input are both non-zero: as a multiply-accumulate (MAC), or as an accumulate (AC) where all inputs
of the layer are -1, 0 or 1. Its code runs each layer on ones, with zero padding and without bias.
Therefore this module counts neither bias nor padding, and no pooling, Add or activation.

The first layer of Akida 2.0 pads with a grey pixel; this padding is not counted either. The first
layer of both generations reads raw pixels, so only a pixel value of 0 saves an operation there.
Where a layer pools after its convolution, the operations are counted before the pooling.

A separable layer of Akida 1.0 counts as two convolutions, as it does in torch. The pointwise one
multiplies the sums of the depthwise one, so a sum of 0 saves operations.
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
    """Operations of one layer for one photo.

    Attributes:
        name: of the layer; a separable layer has two entries, "NAME depthwise" and
            "NAME pointwise".
        dense: all operations, those with zeros included.
        effective_macs: operations of two non-zero factors; 0 where they count as accumulates.
        effective_acs: the same where every input is -1, 0 or 1; otherwise 0.
        events_in: non-zero inputs; of a pointwise entry, non-zero sums of the depthwise one.
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
        outputs: layer name to (H, W, C) integers of one photo, from `LayerRecorder.record`.
        image: (S, S, C) uint8, the network input of that photo.

    Raises:
        UserError: a layer with weights is of an unknown kind.
    """
    return tuple(
        counted
        for layer in layers
        if "weights" in layer.get_variable_names()
        for counted in _count_layer(layer, _gather_inputs(layer, outputs, image))
    )


def _gather_inputs(
    layer: akida.Layer, outputs: Mapping[str, np.ndarray], image: np.ndarray
) -> np.ndarray:
    """Gathers the (H, W, C) inputs of a layer, which are the image where no source is recorded."""
    parts = [
        _gather_inputs(before, outputs, image)
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
        weights: (K, L, C, F) integers, oriented like the inputs; depthwise ones (K, L, C, 1).
        inputs: (H, W, C) integers.
        rows: (K, H) float32 of `compute_coverage`, for rows.
        columns: (L, W) float32 of `compute_coverage`, for columns.
    """
    events = (inputs != 0).astype(np.float32)  # their sums stay below 2 ** 24, so they are exact
    covered = columns @ np.tensordot(rows, events, axes=1)  # (K, L, C) events at each weight
    effective = int((covered * np.count_nonzero(weights, axis=-1)).sum())
    binary = bool(inputs.min() >= -1 and inputs.max() <= 1)
    return LayerOperations(
        name=name,
        dense=int(rows.sum() * columns.sum()) * weights.shape[2] * weights.shape[3],
        effective_macs=0 if binary else effective,
        effective_acs=effective if binary else 0,
        events_in=int(events.sum()),
        size_in=inputs.size,
    )

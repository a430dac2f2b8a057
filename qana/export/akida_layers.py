"""Reads from an Akida layer what the export of both generations needs.

The exported integers are held in float32. It adds integers exactly, in any order, as long as no
partial sum reaches 2 ** 24. The bound of the sums follows from the weights and the range of the
inputs, so the export checks it for every layer and refuses a layer that exceeds it.
"""

from typing import Any

import akida
import numpy as np

from qana.errors import UserError

MAX_EXACT = 2**24
"""float32 represents every integer up to this one (IEEE 754: 24 bits of significand)."""


class ExportError(UserError):
    """An Akida network that cannot be exported; the message names the layer and the reason."""


def read_integers(layer: akida.Layer, name: str) -> np.ndarray:
    """Reads a variable of a layer as int64.

    Args:
        layer: Akida layer.
        name: name of the variable, such as "weights".
    """
    return layer.get_variable(name).astype(np.int64)


def count_pooled_pixels(layer: akida.Layer, stride: int) -> int:
    """Counts the pixels that a layer sums by global average pooling.

    Args:
        layer: Akida layer.
        stride: step of its convolution, pixels.

    Returns:
        Number of pixels of the map; 1 without pooling.

    Raises:
        ExportError: the layer has another pooling, or a stride before it.
    """
    pooling = akida.PoolType(layer.parameters.pool_type)
    if pooling == akida.PoolType.NoPooling:
        return 1
    if pooling != akida.PoolType.Average or layer.output_dims[:2] != [1, 1] or stride != 1:
        raise ExportError(
            f"Layer {layer.name} has a pooling that cannot be exported: use global average pooling."
        )
    return int(np.prod(layer.input_dims[:2]))


def make_conv_attributes(layer: akida.Layer, size: int, stride: int, groups: int) -> dict[str, Any]:
    """Makes the attributes of an ONNX convolution with TensorFlow's "same" padding.

    Args:
        layer: Akida layer.
        size: side of the kernel, pixels.
        stride: step, pixels.
        groups: number of channel groups.

    Returns:
        Attributes "strides", "pads" and "group" of the operator Conv.

    Raises:
        ExportError: the layer has another padding.
    """
    if layer.parameters.padding != int(akida.Padding.Same):
        raise ExportError(f'Layer {layer.name} has a padding that cannot be exported: use "same".')
    sides = layer.input_dims[:2]
    missing = [max((-(-side // stride) - 1) * stride + size - side, 0) for side in sides]
    before = [total // 2 for total in missing]
    after = [total - first for total, first in zip(missing, before, strict=True)]
    return {"strides": [stride, stride], "pads": before + after, "group": groups}

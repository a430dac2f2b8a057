"""Reads the integers of an Akida 2.0 network, so that another program can compute the same ones.

A page computes the network with these integers alone: it needs neither the engine nor any of its
code. `static/integer_network/compute.js` is the program.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import akida
import numpy as np

from qana.export.akida_layers import (
    ExportError,
    count_pooled_pixels,
    make_conv_attributes,
    read_integers,
)
from qana.export.akida_rescaling import read_rescaling

TRANSPOSED = akida.LayerType.DepthwiseConv2DTranspose
OUTPUT_BITS = 8
PIXELS = "pixels"
"""Name of the input of the network among the sources of a layer."""
KINDS = {
    akida.LayerType.InputConv2D: "convolution",
    akida.LayerType.Conv2D: "convolution",
    akida.LayerType.DepthwiseConv2D: "depthwise",
    TRANSPOSED: "spread",
    akida.LayerType.Add: "add",
    akida.LayerType.Concatenate: "concatenate",
    akida.LayerType.Dense1D: "dense",
}
"""Type of a layer to the kind of `IntegerLayer`."""
TYPES = {
    "weights": np.int8,
    "bias": np.int8,
    "bias_shift": np.uint8,
    "input_shift": np.uint8,
    "padding_value": np.uint8,
    "max_value": np.uint8,
    "max_value_shift": np.uint8,
    "output_scales": np.uint8,
    "output_shift": np.int8,
    "a_shift": np.uint8,
    "b_shift": np.uint8,
}
"""Name of each variable of a layer and its dtype, as Akida names them."""


@dataclass(frozen=True)
class IntegerLayer:
    """One layer of the network.

    Attributes:
        name: as in the Akida model.
        kind: "convolution", "depthwise", "spread" (a transposed depthwise convolution with stride
            2), "add", "concatenate" or "dense".
        sources: names of the layers that it reads, or `PIXELS`.
        output: (height, width, channels) of its output.
        kernel: side of its kernel, pixels.
        stride: step of its convolution, pixels.
        padding: pixels that are added above and to the left. For "spread", pixels that are cut off
            there.
        pooled: whether it sums its map to one pixel after the ReLU.
        rectified: whether it has a ReLU, with `max_value` as its bound.
        variables: name of each variable of the Akida layer to its integers. Weights are ordered
            (row, column, input channel, output channel), whatever their order in Akida.
    """

    name: str
    kind: str
    sources: tuple[str, ...]
    output: tuple[int, int, int]
    kernel: int = 1
    stride: int = 1
    padding: tuple[int, int] = (0, 0)
    pooled: bool = False
    rectified: bool = False
    variables: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class IntegerNetwork:
    """A network of integers.

    Attributes:
        side: side of the square input, pixels.
        layers: in the order in which they run. The last one gives the integers of the logits.
        scales: (C,) float32 factors from these integers to the logits.
    """

    side: int
    layers: tuple[IntegerLayer, ...]
    scales: np.ndarray


def read_integer_network(layers: Sequence[akida.Layer]) -> IntegerNetwork:
    """Reads the integers of an Akida 2.0 network.

    Args:
        layers: layers of the Akida model in their order, such as `AkidaClassifier.layers`.

    Raises:
        ExportError: a layer has another kind, activation, padding or pooling than those of
            Akida 2.0 that `IntegerLayer` describes.

    Example:
        >>> network = read_integer_network(load_classifier("akida2").layers)
        >>> network.layers[-1].kind
        'dense'
    """
    names: dict[str, str] = {}
    found: list[IntegerLayer] = []
    for layer in layers[:-1]:
        kind = layer.parameters.layer_type
        sources = tuple(names[before.name] for before in layer.inbounds) or (PIXELS,)
        names[layer.name] = layer.name
        if kind == akida.LayerType.Quantizer:
            _check_quantizer(layer)
            names[layer.name] = PIXELS
        elif kind in KINDS:
            found.append(_READERS[KINDS[kind]](layer, sources))
        else:
            raise ExportError(
                f"Layer {layer.name} ({kind.name}) has no integers that a page can compute: "
                "choose a network for Akida 2.0."
            )
    last = layers[-1]
    if last.parameters.layer_type != akida.LayerType.Dequantizer or found[-1].kind != "dense":
        raise ExportError("The network must end in a dense layer and its scaling to logits.")
    height, width, _ = layers[0].input_dims
    if height != width:
        raise ExportError("The input of the network must be a square.")
    return IntegerNetwork(height, tuple(found), last.get_variable("scales").astype(np.float32))


def _read_convolution(layer: akida.Layer, sources: tuple[str, ...]) -> IntegerLayer:
    kind, size = layer.parameters.layer_type, layer.parameters.kernel_size
    stride, pooled = 2, False
    if kind == TRANSPOSED:
        padding = ((size - 2) // 2,) * 2
    else:
        stride = layer.parameters.kernel_stride
        top, left, *_ends = make_conv_attributes(layer, size, stride, 1)["pads"]
        padding = (top, left)
        pooled = count_pooled_pixels(layer, stride) > 1
    return _make_layer(layer, sources, kernel=size, stride=stride, padding=padding, pooled=pooled)


def _read_dense(layer: akida.Layer, sources: tuple[str, ...]) -> IntegerLayer:
    if layer.input_dims[:2] != [1, 1]:
        raise ExportError(f"Layer {layer.name} reads more than one pixel.")
    return _make_layer(layer, sources)


def _read_join(layer: akida.Layer, sources: tuple[str, ...]) -> IntegerLayer:
    """Reads Add and Concatenate, which have no sums of products."""
    variables = _read_variables(layer)
    kind = KINDS[layer.parameters.layer_type]
    return IntegerLayer(layer.name, kind, sources, _shape(layer), variables=variables)


def _make_layer(
    layer: akida.Layer,
    sources: tuple[str, ...],
    kernel: int = 1,
    stride: int = 1,
    padding: tuple[int, int] = (0, 0),
    pooled: bool = False,
) -> IntegerLayer:
    kind = KINDS[layer.parameters.layer_type]
    bits = layer.parameters.output_bits
    if kind != "dense" and bits != OUTPUT_BITS:
        raise ExportError(f"Layer {layer.name} has outputs of {bits} bits instead of 8.")
    rectified = read_rescaling(layer).limit is not None  # it also refuses other activations
    variables = _read_variables(layer)
    if kind == "dense":
        variables["weights"] = variables["weights"][None, None]
    return IntegerLayer(
        layer.name,
        kind,
        sources,
        _shape(layer),
        kernel,
        stride,
        padding,
        pooled,
        rectified,
        variables,
    )


def _read_variables(layer: akida.Layer) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    for name in layer.get_variable_names():
        if name not in TYPES:
            raise ExportError(f"Layer {layer.name} has an unknown variable: {name}.")
        values = read_integers(layer, name)
        if name == "weights" and layer.parameters.layer_type in (
            akida.LayerType.Conv2D,
            akida.LayerType.DepthwiseConv2D,
        ):
            values = values[::-1, ::-1]  # Akida stores these kernels rotated by 180 degrees
        found[name] = values.astype(TYPES[name])
        assert (found[name] == values).all()
    return found


def _shape(layer: akida.Layer) -> tuple[int, int, int]:
    height, width, channels = layer.output_dims
    return height, width, channels


def _check_quantizer(layer: akida.Layer) -> None:
    """Checks that the pixels enter the network as they are."""
    scales, zeros = layer.get_variable("scales"), layer.get_variable("zero_points")
    if (scales != 1).any() or zeros.any():
        raise ExportError(f"Layer {layer.name} changes the pixels, which a page cannot compute.")


_READERS: dict[str, Callable[[akida.Layer, tuple[str, ...]], IntegerLayer]] = {
    "convolution": _read_convolution,
    "depthwise": _read_convolution,
    "spread": _read_convolution,
    "dense": _read_dense,
    "add": _read_join,
    "concatenate": _read_join,
}

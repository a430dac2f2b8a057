"""Exports a float Keras network as an ONNX network of the same layers.

Each Keras layer becomes one or two ONNX operators, in the order of the Keras graph. A new
architecture therefore needs no code here, unless it has a new kind of layer. Importing this module
loads neither TensorFlow nor Keras: the functions only read attributes of the layers.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from qana.export.akida_layers import ExportError
from qana.export.onnx_graph import Graph
from qana.export.onnx_network import IR_VERSION, LOGITS, OPSET


def export_keras(model: Any) -> onnx.ModelProto:
    """Exports a float Keras network as an ONNX model.

    Args:
        model: Keras model with one (N, S, S, 3) input, 0 to 255, and (N, C) logits.

    Returns:
        Model with the input "image", (N, S, S, 3) uint8 for any N, and the output "class_logits",
        (N, C) float32.

    Raises:
        ExportError: a layer cannot be exported.

    Example:
        >>> network = load_keras_form(find_entry("akida2"), "float")
        >>> onnx.save(export_keras(network), "akida2.float.onnx")
    """
    graph = Graph()
    pixels = graph.add_node("Cast", "image", to=TensorProto.FLOAT)
    names: dict[str, str] = {}
    for layer in model.layers:
        kind = type(layer).__name__
        if kind == "InputLayer":
            names[layer.name] = graph.add_node("Transpose", pixels, perm=[0, 3, 1, 2])
            continue
        _check_layer(layer, kind)
        nodes = layer.inbound_nodes[0].parent_nodes
        sources = [names[node.layer.name] for node in nodes]
        names[layer.name] = _EXPORTS[kind](graph, layer, sources)
    graph.add_node("Identity", names[model.output_names[0]], name=LOGITS)
    shape = ["N", *model.input_shape[1:]]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, shape)
    logits = helper.make_tensor_value_info(
        LOGITS, TensorProto.FLOAT, ["N", int(model.output_shape[-1])]
    )
    return helper.make_model(
        helper.make_graph(graph.nodes, "float_network", [image], [logits], graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )


def _check_layer(layer: Any, kind: str) -> None:
    if kind not in _EXPORTS:
        raise ExportError(f"Layer {layer.name} ({kind}) cannot be exported: it has no ONNX form.")
    activation = getattr(layer, "activation", None)
    if activation is not None and activation.__name__ != "linear":
        raise ExportError(
            f"Layer {layer.name} cannot be exported: its activation must be a layer of its own."
        )
    if max(getattr(layer, "dilation_rate", (1,))) > 1 or getattr(layer, "groups", 1) > 1:
        raise ExportError(f"Layer {layer.name} cannot be exported: it is dilated or grouped.")


def _export_rescaling(graph: Graph, layer: Any, sources: Sequence[str]) -> str:
    scaled = graph.add_node("Mul", sources[0], _add_channels(graph, layer.scale))
    return graph.add_node("Add", scaled, _add_channels(graph, layer.offset))


def _add_channels(graph: Graph, values: Any) -> str:
    """Adds a number, or one number a channel, that broadcasts with (N, C, H, W)."""
    return graph.add_channel_constant(np.asarray(values, np.float32).reshape(-1))


def _export_convolution(graph: Graph, layer: Any, sources: Sequence[str]) -> str:
    kernel = layer.kernel.numpy().transpose(3, 2, 0, 1)
    return _add_convolution(graph, layer, sources[0], kernel, 1, _read_bias(layer))


def _export_depthwise(graph: Graph, layer: Any, sources: Sequence[str]) -> str:
    kernel = layer.depthwise_kernel.numpy().transpose(2, 3, 0, 1)
    return _add_convolution(graph, layer, sources[0], kernel, len(kernel), _read_bias(layer))


def _export_separable(graph: Graph, layer: Any, sources: Sequence[str]) -> str:
    kernel = layer.depthwise_kernel.numpy().transpose(2, 3, 0, 1)
    depthwise = _add_convolution(graph, layer, sources[0], kernel, len(kernel), None)
    pointwise = layer.pointwise_kernel.numpy().transpose(3, 2, 0, 1)
    tensors = [graph.add_constant(np.ascontiguousarray(pointwise))]
    bias = _read_bias(layer)
    tensors += [] if bias is None else [graph.add_constant(bias)]
    return graph.add_node("Conv", depthwise, *tensors)


def _export_transposed(graph: Graph, layer: Any, sources: Sequence[str]) -> str:
    if (*layer.kernel_size, *layer.strides, layer.padding) != (3, 3, 2, 2, "same"):
        raise ExportError(
            f"Layer {layer.name} cannot be exported: its transposed convolution needs a 3x3 "
            'kernel, stride 2 and padding "same".'
        )
    kernel = layer.depthwise_kernel.numpy().transpose(2, 3, 0, 1)
    tensors = [graph.add_constant(np.ascontiguousarray(kernel))]
    bias = _read_bias(layer)
    tensors += [] if bias is None else [graph.add_constant(bias)]
    return graph.add_node(
        "ConvTranspose",
        sources[0],
        *tensors,
        strides=[2, 2],
        pads=[0, 0, 1, 1],
        group=len(kernel),
    )


def _export_normalization(graph: Graph, layer: Any, sources: Sequence[str]) -> str:
    values = (layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance)
    tensors = [graph.add_constant(value.numpy()) for value in values]
    return graph.add_node("BatchNormalization", sources[0], *tensors, epsilon=float(layer.epsilon))


def _export_relu(graph: Graph, layer: Any, sources: Sequence[str]) -> str:
    if layer.negative_slope or layer.threshold:
        raise ExportError(f"Layer {layer.name} cannot be exported: it is no plain ReLU.")
    if layer.max_value is None:
        return graph.add_node("Relu", sources[0])
    bounds = [graph.add_constant(np.array(end, np.float32)) for end in (0, layer.max_value)]
    return graph.add_node("Clip", sources[0], *bounds)


def _export_add(graph: Graph, layer: Any, sources: Sequence[str]) -> str:
    total = sources[0]
    for source in sources[1:]:
        total = graph.add_node("Add", total, source)
    return total


def _export_concatenate(graph: Graph, layer: Any, sources: Sequence[str]) -> str:
    return graph.add_node("Concat", *sources, axis=1)


def _export_average(graph: Graph, layer: Any, sources: Sequence[str]) -> str:
    places = graph.add_constant(np.array([2, 3]))
    return graph.add_node("ReduceMean", sources[0], places, keepdims=int(layer.keepdims))


def _export_dense(graph: Graph, layer: Any, sources: Sequence[str]) -> str:
    product = graph.add_node("MatMul", sources[0], graph.add_constant(layer.kernel.numpy()))
    bias = _read_bias(layer)
    return product if bias is None else graph.add_node("Add", product, graph.add_constant(bias))


def _add_convolution(
    graph: Graph,
    layer: Any,
    source: str,
    kernel: np.ndarray,
    groups: int,
    bias: np.ndarray | None,
) -> str:
    """Adds a convolution with Keras's padding: an odd zero goes to the bottom and the right."""
    missing = [0, 0]
    if layer.padding == "same":
        missing = [
            max((-(-side // stride) - 1) * stride + size - side, 0)
            for side, size, stride in zip(
                layer.input_shape[1:3], layer.kernel_size, layer.strides, strict=True
            )
        ]
    before = [total // 2 for total in missing]
    after = [total - first for total, first in zip(missing, before, strict=True)]
    tensors = [graph.add_constant(np.ascontiguousarray(kernel))]
    tensors += [] if bias is None else [graph.add_constant(bias)]
    attributes: dict[str, Any] = {"strides": list(layer.strides), "pads": before + after}
    return graph.add_node("Conv", source, *tensors, group=groups, **attributes)


def _read_bias(layer: Any) -> np.ndarray | None:
    return layer.bias.numpy() if layer.use_bias else None


_EXPORTS: dict[str, Callable[[Graph, Any, Sequence[str]], str]] = {
    "Rescaling": _export_rescaling,
    "Conv2D": _export_convolution,
    "DepthwiseConv2D": _export_depthwise,
    "SeparableConv2D": _export_separable,
    "DepthwiseConv2DTranspose": _export_transposed,
    "BatchNormalization": _export_normalization,
    "ReLU": _export_relu,
    "Add": _export_add,
    "Concatenate": _export_concatenate,
    "Dropout": lambda graph, layer, sources: sources[0],
    "GlobalAveragePooling2D": _export_average,
    "Dense": _export_dense,
}
"""Kind of layer to the function that exports it. Dropout has no effect outside of training."""

"""Exports an Akida network as an ONNX network that computes the same integers without events.

The number of operations alone does not determine the cost of a network, because data must move,
too. For a fair comparison with the events of Akida, ONNX Runtime runs the same quantized network
densely on an ordinary processor. The graph is built from the layers of the Akida model itself. Its
integers and its logits equal those of Akida bit for bit. The export needs neither TensorFlow nor
torch.

The other files of this folder are its parts:

- `onnx_akida2` and `onnx_akida1` export the layers of the two generations of Akida.
- `akida_rescaling` rescales sums to int8 in Akida 2.0, and `onnx_rescaling` exports this.
- `akida_layers` reads what both generations have in common.
- `onnx_graph` collects the nodes of the graph.
"""

from collections.abc import Callable, Sequence

import akida
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from qana.export.akida_layers import ExportError
from qana.export.onnx_akida1 import THRESHOLDED, export_fully_connected, export_thresholded
from qana.export.onnx_akida2 import (
    DEPTHWISE,
    export_add,
    export_concatenate,
    export_convolution,
    export_dense,
)
from qana.export.onnx_graph import Graph, Signal

OPSET, IR_VERSION = 18, 10
EXPORTS: dict[akida.LayerType, Callable[[Graph, akida.Layer, Signal], Signal]] = {
    akida.LayerType.InputConv2D: export_convolution,
    akida.LayerType.Conv2D: export_convolution,
    **dict.fromkeys(DEPTHWISE, export_convolution),
    akida.LayerType.Dense1D: export_dense,
    **dict.fromkeys(THRESHOLDED, export_thresholded),
    akida.LayerType.FullyConnected: export_fully_connected,
}
"""Kind of layer with one input to the function that exports it."""
PIXELS = Signal("pixels", 0, 255)
LOGITS = "class_logits"
FLAT = (akida.LayerType.Dense1D, akida.LayerType.FullyConnected)
"""Kinds of layers with (N, C) outputs in the graph."""


class OnnxNetwork:
    """An Akida network in ONNX Runtime on the CPU. Several threads may use it at once.

    Example:
        >>> network = OnnxNetwork(load_classifier("akida2").layers)
        >>> network.compute_logits(inputs).shape
        (1, 7)
    """

    def __init__(self, layers: Sequence[akida.Layer], threads: int | None = None) -> None:
        """Exports and loads the network.

        Args:
            layers: layers of an Akida model in their order, such as `AkidaClassifier.layers`.
            threads: number of threads of ONNX Runtime; None for its default.

        Raises:
            ExportError: a layer cannot be exported.
        """
        self._session = _load(export_onnx(layers), threads)

    def compute_logits(self, inputs: np.ndarray) -> np.ndarray:
        """Computes the logits of photos.

        Args:
            inputs: (N, S, S, 3) uint8 photos at the input size of the network, 0 to 255.

        Returns:
            (N, 7) float32 logits, equal to those of Akida.
        """
        return self._session.run(None, {"image": inputs})[0]


def export_onnx(layers: Sequence[akida.Layer], every_layer: bool = False) -> onnx.ModelProto:
    """Exports an Akida network of either generation as an ONNX model.

    Args:
        layers: layers of an Akida model in their order.
        every_layer: True makes the integers of each layer an output, too. It has the name of the
            layer and is (N, C, H, W) float32, or (N, C) for a dense layer.

    Returns:
        Model with the input "image", (N, S, S, 3) uint8 for any N. Its first output is the logits,
        (N, 7) float32.

    Raises:
        ExportError: a layer cannot be exported, or float32 cannot hold its integers.

    Example:
        >>> onnx.save(export_onnx(load_classifier("akida2").layers), "akida2.onnx")
    """
    graph = Graph()
    pixels = graph.add_node("Cast", "image", to=TensorProto.FLOAT)
    graph.add_node("Transpose", pixels, perm=[0, 3, 1, 2], name=PIXELS.name)
    signals: dict[str, Signal] = {}
    for layer in layers:
        if layer.parameters.layer_type == akida.LayerType.Dequantizer:
            continue
        sources = [signals[before.name] for before in layer.inbounds] or [PIXELS]
        signals[layer.name] = _export_layer(graph, layer, sources)
    _add_logits(graph, layers, signals)
    inner = [layer for layer in layers if every_layer and signals.get(layer.name, PIXELS) != PIXELS]
    classes = layers[-1].output_dims[-1]
    logits = helper.make_tensor_value_info(LOGITS, TensorProto.FLOAT, ["N", classes])
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", *layers[0].input_dims])
    outputs = [logits, *(_describe_output(layer) for layer in inner)]
    return helper.make_model(
        helper.make_graph(graph.nodes, "akida_network", [image], outputs, graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )


def compute_layer_integers(
    layers: Sequence[akida.Layer], inputs: np.ndarray
) -> dict[str, np.ndarray]:
    """Computes the integers of each layer with the ONNX model, to compare them with Akida.

    Args:
        layers: layers of an Akida model in their order.
        inputs: (N, S, S, 3) uint8 photos at the input size of the network, 0 to 255.

    Returns:
        Layer name to (N, H, W, C) int64 integers, in the order of the network. They are equal to
        those of `qana.inference.events.LayerRecorder.record`.

    Raises:
        ExportError: a layer cannot be exported.
    """
    session = _load(export_onnx(layers, every_layer=True), None)
    _logits, *names = [output.name for output in session.get_outputs()]
    outputs = session.run(names, {"image": inputs})
    maps = (output.reshape(*output.shape[:2], *(output.shape[2:] or (1, 1))) for output in outputs)
    channels_last = (np.moveaxis(plane, 1, -1).astype(np.int64) for plane in maps)
    return dict(zip(names, channels_last, strict=True))


def _describe_output(layer: akida.Layer) -> onnx.ValueInfoProto:
    """Describes the output of a layer as an output of the graph."""
    height, width, channels = layer.output_dims
    flat = layer.parameters.layer_type in FLAT
    shape = ["N", channels] if flat else ["N", channels, height, width]
    return helper.make_tensor_value_info(layer.name, TensorProto.FLOAT, shape)


def _load(model: onnx.ModelProto, threads: int | None) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0  # 0: the default of ONNX Runtime
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _export_layer(graph: Graph, layer: akida.Layer, sources: list[Signal]) -> Signal:
    kind = layer.parameters.layer_type
    if kind == akida.LayerType.Quantizer and _keeps_pixels(layer):
        return PIXELS
    if kind in EXPORTS:
        return EXPORTS[kind](graph, layer, sources[0])
    if kind == akida.LayerType.Add:
        return export_add(graph, layer, *sources)
    if kind == akida.LayerType.Concatenate:
        return export_concatenate(graph, layer, sources)
    raise ExportError(f"Layer {layer.name} ({kind.name}) cannot be exported: it has no ONNX form.")


def _add_logits(graph: Graph, layers: Sequence[akida.Layer], signals: dict[str, Signal]) -> None:
    """Adds the scaling of the last integers to logits, as Akida computes it.

    Raises:
        ExportError: the network does not end in a dense layer and its scaling.
    """
    kinds = [layer.parameters.layer_type for layer in layers[-2:]]
    if kinds == [akida.LayerType.Dense1D, akida.LayerType.Dequantizer]:
        scales = graph.add_constant(layers[-1].get_variable("scales"))
        graph.add_node("Mul", signals[layers[-2].name].name, scales, name=LOGITS)
    elif kinds[-1] == akida.LayerType.FullyConnected:
        zero, step = (layers[-1].get_variable(name) for name in ("threshold", "act_step"))
        offset = graph.add_constant(zero.astype(np.float32))
        above = graph.add_node("Sub", signals[layers[-1].name].name, offset)
        graph.add_node("Div", above, graph.add_constant(step), name=LOGITS)
    else:
        raise ExportError(
            "The network cannot be exported: it must end in a dense layer and its scaling."
        )


def _keeps_pixels(layer: akida.Layer) -> bool:
    """Checks that a Quantizer gives the pixels as they are."""
    scales, zeros = layer.get_variable("scales"), layer.get_variable("zero_points")
    return bool((scales == 1).all() and not zeros.any())

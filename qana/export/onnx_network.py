"""The deployed network run densely: the same integers without events, on any CPU.

Counting operations ignores that data must move. So an event network is fairly compared with the
same quantized network run densely, by ONNX Runtime. The graph is built from the layers of the Akida
model itself and gives its integers, and so its logits, bit for bit. It needs no TensorFlow and no
torch.
"""

from collections.abc import Callable, Sequence

import akida
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from qana.export.onnx_akida1 import THRESHOLDED, fully_connected, thresholded
from qana.export.onnx_akida2 import DEPTHWISE, add, concatenate, convolution, dense
from qana.export.onnx_graph import Graph, Signal, TwinError

OPSET, IR_VERSION = 18, 10
OF_ONE_SOURCE: dict[akida.LayerType, Callable[[Graph, akida.Layer, Signal], Signal]] = {
    akida.LayerType.InputConv2D: convolution,
    akida.LayerType.Conv2D: convolution,
    **dict.fromkeys(DEPTHWISE, convolution),
    akida.LayerType.Dense1D: dense,
    **dict.fromkeys(THRESHOLDED, thresholded),
    akida.LayerType.FullyConnected: fully_connected,
}
PIXELS = Signal("pixels", 0, 255)
LOGITS = "class_logits"
FLAT = (akida.LayerType.Dense1D, akida.LayerType.FullyConnected)
"""Behind these there are no places."""


class DenseTwin:
    """A network in ONNX Runtime on the CPU. Safe for several threads, as the runtime is."""

    def __init__(self, layers: Sequence[akida.Layer], threads: int | None = None) -> None:
        """Builds and loads the graph.

        Args:
            layers: of an Akida model, in its order, as `AkidaClassifier.layers`.
            threads: of the runtime; None leaves the number to it.

        Raises:
            TwinError: a layer has no counterpart; the message names it.
        """
        self._session = _load(dense_twin(layers), threads)

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """(N, S, S, 3) uint8 network inputs to (N, 7) float32 logits."""
        return self._session.run(None, {"image": inputs})[0]


def dense_twin(layers: Sequence[akida.Layer], every_layer: bool = False) -> onnx.ModelProto:
    """The dense twin of an Akida network of either generation.

    Args:
        layers: of an Akida model, in its order.
        every_layer: whether each layer's integers are outputs too, under the layer's name and as
            (N, C, H, W) float32.

    Returns:
        Model from "image", (N, S, S, 3) uint8 with any N, to the logits, (N, 7) float32, its first
        output.

    Raises:
        TwinError: a layer has no counterpart, or one that is not exact; the message names it.
    """
    graph = Graph()
    pixels = graph.add("Cast", "image", to=TensorProto.FLOAT)
    graph.add("Transpose", pixels, perm=[0, 3, 1, 2], name=PIXELS.name)
    signals: dict[str, Signal] = {}
    for layer in layers:
        if layer.parameters.layer_type == akida.LayerType.Dequantizer:
            continue
        sources = [signals[before.name] for before in layer.inbounds] or [PIXELS]
        signals[layer.name] = _counterpart(graph, layer, sources)
    _scaled(graph, layers, signals)
    inner = [layer for layer in layers if every_layer and signals.get(layer.name, PIXELS) != PIXELS]
    classes = layers[-1].output_dims[-1]
    logits = helper.make_tensor_value_info(LOGITS, TensorProto.FLOAT, ["N", classes])
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", *layers[0].input_dims])
    made = helper.make_graph(
        graph.nodes,
        "dense_twin",
        [image],
        [logits, *(_declared(layer) for layer in inner)],
        graph.constants,
    )
    opsets = [helper.make_opsetid("", OPSET)]
    return helper.make_model(made, opset_imports=opsets, ir_version=IR_VERSION)


def layer_integers(layers: Sequence[akida.Layer], inputs: np.ndarray) -> dict[str, np.ndarray]:
    """What each layer of the dense twin sends on, to compare with `LayerTap.outputs`.

    Args:
        layers: of an Akida model, in its order.
        inputs: (N, S, S, 3) uint8.

    Returns:
        Layer name to (N, H, W, C) int64 integers, in the order of the network.

    Raises:
        TwinError: a layer has no counterpart; the message names it.
    """
    session = _load(dense_twin(layers, every_layer=True), None)
    _logits, *names = [output.name for output in session.get_outputs()]
    outputs = session.run(names, {"image": inputs})
    planes = (
        output.reshape(*output.shape[:2], *(output.shape[2:] or (1, 1))) for output in outputs
    )
    by_place = (np.moveaxis(plane, 1, -1).astype(np.int64) for plane in planes)
    return dict(zip(names, by_place, strict=True))


def _declared(layer: akida.Layer) -> onnx.ValueInfoProto:
    """A layer's output as an output of the graph."""
    height, width, channels = layer.output_dims
    flat = layer.parameters.layer_type in FLAT
    shape = ["N", channels] if flat else ["N", channels, height, width]
    return helper.make_tensor_value_info(layer.name, TensorProto.FLOAT, shape)


def _load(model: onnx.ModelProto, threads: int | None) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0  # 0: the runtime's own number
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _counterpart(graph: Graph, layer: akida.Layer, sources: list[Signal]) -> Signal:
    kind = layer.parameters.layer_type
    if kind == akida.LayerType.Quantizer and _keeps_pixels(layer):
        return PIXELS
    if kind in OF_ONE_SOURCE:
        return OF_ONE_SOURCE[kind](graph, layer, sources[0])
    if kind == akida.LayerType.Add:
        return add(graph, layer, *sources)
    if kind == akida.LayerType.Concatenate:
        return concatenate(graph, layer, sources)
    raise TwinError(f"Layer {layer.name} ({kind.name}) has no counterpart in a dense twin.")


def _scaled(graph: Graph, layers: Sequence[akida.Layer], signals: dict[str, Signal]) -> None:
    """Appends the scaling of the last integers to logits, as `LayerTap.logits` does it.

    Raises:
        TwinError: the network does not end in a dense layer and its scaling.
    """
    kinds = [layer.parameters.layer_type for layer in layers[-2:]]
    if kinds == [akida.LayerType.Dense1D, akida.LayerType.Dequantizer]:
        scales = graph.constant(layers[-1].get_variable("scales"))
        graph.add("Mul", signals[layers[-2].name].name, scales, name=LOGITS)
    elif kinds[-1] == akida.LayerType.FullyConnected:
        zero, step = (layers[-1].get_variable(name) for name in ("threshold", "act_step"))
        offset = graph.constant(zero.astype(np.float32))
        above = graph.add("Sub", signals[layers[-1].name].name, offset)
        graph.add("Div", above, graph.constant(step), name=LOGITS)
    else:
        raise TwinError("A dense twin must end in a dense layer and its scaling: this does not.")


def _keeps_pixels(layer: akida.Layer) -> bool:
    scales, zeros = layer.get_variable("scales"), layer.get_variable("zero_points")
    return bool((scales == 1).all() and not zeros.any())

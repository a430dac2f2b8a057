"""The deployed network run densely: the same 8-bit integers without events, on any CPU.

Counting operations ignores that data must move. So an event network is fairly compared with the
same quantized network run densely, by ONNX Runtime. The graph is built from the layers of the Akida
model itself and gives its integers, and so its logits, bit for bit. It needs no TensorFlow and no
torch.
"""

from collections.abc import Sequence

import akida
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from qana.network.dense_graph import Graph, Signal, TwinError
from qana.network.dense_layers import DEPTHWISE, add, concatenate, convolution, dense

OPSET, IR_VERSION = 18, 10
CONVOLUTIONS = (akida.LayerType.InputConv2D, akida.LayerType.Conv2D, *DEPTHWISE)
PIXELS = Signal("pixels", 0, 255)


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
    """The dense twin of an Akida 2.0 network.

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
    *hidden, last = layers
    graph = Graph()
    pixels = graph.add("Cast", "image", to=TensorProto.FLOAT)
    graph.add("Transpose", pixels, perm=[0, 3, 1, 2], name=PIXELS.name)
    signals: dict[str, Signal] = {}
    for layer in hidden:
        sources = [signals[before.name] for before in layer.inbounds] or [PIXELS]
        signals[layer.name] = _counterpart(graph, layer, sources)
    kinds = [layer.parameters.layer_type for layer in layers[-2:]]
    if kinds != [akida.LayerType.Dense1D, akida.LayerType.Dequantizer]:
        raise TwinError("A dense twin must end in a dense layer and a dequantizer: this does not.")
    integers, scales = signals[last.inbounds[0].name].name, last.get_variable("scales")
    graph.add("Mul", integers, graph.constant(scales), name=last.name)
    inner = [layer for layer in hidden if every_layer and signals[layer.name] != PIXELS]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", *layers[0].input_dims])
    made = helper.make_graph(
        graph.nodes,
        "dense_twin",
        [image],
        [_declared(layer) for layer in (last, *inner)],
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
    """A layer's output as an output of the graph; behind the dense layer there are no places."""
    height, width, channels = layer.output_dims
    flat = layer.parameters.layer_type in (akida.LayerType.Dense1D, akida.LayerType.Dequantizer)
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
    if kind in CONVOLUTIONS:
        return convolution(graph, layer, sources[0])
    if kind == akida.LayerType.Add:
        return add(graph, layer, *sources)
    if kind == akida.LayerType.Concatenate:
        return concatenate(graph, layer, sources)
    if kind == akida.LayerType.Dense1D:
        return dense(graph, layer, sources[0])
    raise TwinError(f"Layer {layer.name} ({kind.name}) has no counterpart in a dense twin.")


def _keeps_pixels(layer: akida.Layer) -> bool:
    scales, zeros = layer.get_variable("scales"), layer.get_variable("zero_points")
    return bool((scales == 1).all() and not zeros.any())

"""What stands behind the last feature map: an average and a linear layer, in Akida's integers."""

from collections.abc import Sequence

import akida
import numpy as np

from qana.inference.events import Outputs

LayerTypes = tuple[akida.LayerType, ...]


class Akida2Head:
    """A 1x1 convolution with a global average, a linear layer and a dequantizer.

    Attributes, of either head:
        enters, pooled: names of the layer before the convolution, and of the convolution.
        head: (F, 7) float64, logits per integer that enters the linear layer.
        bias: (7,) float64 logits.
    """

    kinds: LayerTypes = (akida.LayerType.Conv2D, akida.LayerType.Dense1D, akida.LayerType.Dequantizer)

    def __init__(self, layers: Sequence[akida.Layer]) -> None:
        """Reads the last three layers."""
        convolution, dense, dequantizer = layers
        self.enters, self.pooled = convolution.inbounds[0].name, convolution.name
        read = convolution.get_variable
        # Products and sums of 8-bit integers stay below 2 ** 53: float64 holds them exactly.
        self._before = np.exp2(read("input_shift").astype(np.float64))
        self._weights = read("weights")[0, 0].astype(np.float64)
        self._bias = read("bias") * np.exp2(read("bias_shift").astype(np.float64))
        self._bound = read("max_value") * np.exp2(read("max_value_shift").astype(np.float64))
        self._scale = read("output_scales") * np.exp2(read("output_shift").astype(np.float64))
        head = dense.get_variable
        shift = np.exp2(head("input_shift").astype(np.float64))
        scales = dequantizer.get_variable("scales").astype(np.float64)
        self.head = head("weights") * shift[:, None] * scales
        self.bias = head("bias") * np.exp2(head("bias_shift").astype(np.float64)) * scales

    def features(self, outputs: Outputs) -> np.ndarray:
        """(H, W, F) float64 from what enters the convolution; see `AkidaMap.features`."""
        sums = (outputs[self.enters] * self._before) @ self._weights + self._bias
        return np.clip(sums, 0, self._bound) * self._scale


class Akida1Head:
    """A 1x1 convolution whose sums are added up over all places before its steps, and the logits.

    Nothing is rectified before the sum, so what a place gave is not an integer of the engine. Each
    channel's integer is shared out among the places: by what they gave it, where they gave any.
    """

    kinds: LayerTypes = (akida.LayerType.Convolutional, akida.LayerType.FullyConnected)

    def __init__(self, layers: Sequence[akida.Layer]) -> None:
        """Reads the last two layers."""
        convolution, dense = layers
        self.enters, self.pooled = convolution.inbounds[0].name, convolution.name
        self._weights = convolution.get_variable("weights")[0, 0].astype(np.float64)
        step = dense.get_variable("act_step").astype(np.float64)
        self.head = dense.get_variable("weights")[0, 0].astype(np.float64) / step
        self.bias = -dense.get_variable("threshold") / step

    def features(self, outputs: Outputs) -> np.ndarray:
        """(H, W, F) float64 from what enters the convolution and what it gives; their sum over the
        places is what it gives."""
        given = np.maximum(outputs[self.enters].astype(np.float64) @ self._weights, 0)
        total = given.sum(axis=(0, 1))
        even = 1 / given[..., 0].size
        share = np.divide(given, total, out=np.full_like(given, even), where=total > 0)
        return share * outputs[self.pooled].reshape(-1)


HEADS = (Akida2Head, Akida1Head)

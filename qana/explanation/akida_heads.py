"""Reads the head of an Akida model: a 1x1 convolution with global average, and a linear layer.

Akida 2.0 and Akida 1.0 store their integers differently, so each version has a class of its own.
"""

from collections.abc import Sequence

import akida
import numpy as np

from qana.inference.events import Outputs

LayerTypes = tuple[akida.LayerType, ...]


class Akida2Head:
    """Head of an Akida 2.0 model.

    The engine averages over the places and then rounds, so the feature map is computed with the
    layer's own integers.

    Attributes:
        layer_types: types of the last layers of such a model.
        input_layer: name of the layer before the convolution.
        pooled_layer: name of the convolution.
        weights: (F, 7) float64, weights of the linear layer, in logits per integer.
        bias: (7,) float64, bias of the linear layer, in logits.
    """

    layer_types: LayerTypes = (
        akida.LayerType.Conv2D,
        akida.LayerType.Dense1D,
        akida.LayerType.Dequantizer,
    )

    def __init__(self, layers: Sequence[akida.Layer]) -> None:
        """Reads the variables of the layers.

        Args:
            layers: last three layers of the model.
        """
        convolution, dense, dequantizer = layers
        self.input_layer, self.pooled_layer = convolution.inbounds[0].name, convolution.name
        read = convolution.get_variable
        # Products and sums of 8-bit integers stay below 2 ** 53: float64 holds them exactly.
        self._input_scale = np.exp2(read("input_shift").astype(np.float64))
        self._kernel = read("weights")[0, 0].astype(np.float64)
        self._kernel_bias = read("bias") * np.exp2(read("bias_shift").astype(np.float64))
        self._max = read("max_value") * np.exp2(read("max_value_shift").astype(np.float64))
        self._scale = read("output_scales") * np.exp2(read("output_shift").astype(np.float64))
        read = dense.get_variable
        shift = np.exp2(read("input_shift").astype(np.float64))
        scales = dequantizer.get_variable("scales").astype(np.float64)
        self.weights = read("weights") * shift[:, None] * scales
        self.bias = read("bias") * np.exp2(read("bias_shift").astype(np.float64)) * scales

    def compute_features(self, outputs: Outputs) -> np.ndarray:
        """Computes the last feature map, see `AkidaMap.compute_features`."""
        sums = (outputs[self.input_layer] * self._input_scale) @ self._kernel + self._kernel_bias
        return np.clip(sums, 0, self._max) * self._scale


class Akida1Head:
    """Head of an Akida 1.0 model.

    The engine sums the convolution over all places and quantizes the sum. The value of one place is
    therefore no integer of the engine. The integer of each channel is distributed over the places
    in proportion to their positive contributions, or evenly if there are none.

    Attributes:
        layer_types: types of the last layers of such a model.
        input_layer: name of the layer before the convolution.
        pooled_layer: name of the convolution.
        weights: (F, 7) float64, weights of the linear layer, in logits per integer.
        bias: (7,) float64, bias of the linear layer, in logits.
    """

    layer_types: LayerTypes = (akida.LayerType.Convolutional, akida.LayerType.FullyConnected)

    def __init__(self, layers: Sequence[akida.Layer]) -> None:
        """Reads the variables of the layers.

        Args:
            layers: last two layers of the model.
        """
        convolution, dense = layers
        self.input_layer, self.pooled_layer = convolution.inbounds[0].name, convolution.name
        self._kernel = convolution.get_variable("weights")[0, 0].astype(np.float64)
        step = dense.get_variable("act_step").astype(np.float64)
        self.weights = dense.get_variable("weights")[0, 0].astype(np.float64) / step
        self.bias = -dense.get_variable("threshold") / step

    def compute_features(self, outputs: Outputs) -> np.ndarray:
        """Computes the last feature map, see `AkidaMap.compute_features`."""
        sums = np.maximum(outputs[self.input_layer].astype(np.float64) @ self._kernel, 0)
        total = sums.sum(axis=(0, 1))
        even = 1 / sums[..., 0].size
        share = np.divide(sums, total, out=np.full_like(sums, even), where=total > 0)
        return share * outputs[self.pooled_layer].reshape(-1)


HEADS = (Akida2Head, Akida1Head)

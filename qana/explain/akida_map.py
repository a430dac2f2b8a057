"""The map of the network that answered: Grad-CAM from Akida's own integers.

Behind the last feature map stand an average and a linear layer alone. So the gradient of a logit
is the head's weight, the same at every place, and Grad-CAM is that map weighted by the head: Zhou
et al., "Learning Deep Features for Discriminative Localization", CVPR 2016; equal to Grad-CAM for
such a head by Selvaraju et al., "Grad-CAM", ICCV 2017, section 3.1. It needs no gradient, no
TensorFlow and no torch.

The engine fuses the average into the last convolution and never shows the map before it. Here that
one layer is computed again from the integers that entered it, with the layer's own weights; summed
over its places the map is, to the bit, the integer that the engine gave.
"""

from collections.abc import Mapping, Sequence

import akida
import numpy as np

from qana.explain.errors import ExplanationError

Outputs = Mapping[str, np.ndarray]
"""Layer name to (H, W, C) integers of one photo, as `qana.spiking.events.LayerTap` gives them."""


class AkidaMap:
    """The head of one model: the last convolution, the average in it, the linear layer."""

    def __init__(self, layers: Sequence[akida.Layer]) -> None:
        """Reads the head's integers.

        Args:
            layers: of an Akida model, in its order, as `AkidaClassifier.layers`.

        Raises:
            ExplanationError: the model does not end in a 1x1 convolution with a global average, a
                linear layer and a dequantizer.
        """
        kinds = [layer.parameters.layer_type for layer in layers[-3:]]
        wanted = [akida.LayerType.Conv2D, akida.LayerType.Dense1D, akida.LayerType.Dequantizer]
        if kinds != wanted or not _is_pointwise_average(layers[-3]):
            raise ExplanationError(
                "This model's head is no average and a linear layer, so it has no map of its own."
            )
        convolution, dense, dequantizer = layers[-3:]
        self.enters = convolution.inbounds[0].name
        self.pooled = convolution.name
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
        """The last feature map, before its average.

        Args:
            outputs: integers of one photo.

        Returns:
            (H, W, F) float64, non-negative, in units of the integers that enter the linear layer:
            their sum over all places, rounded and cut at 127, is that integer.
        """
        entering = outputs[self.enters] * self._before
        return np.clip(entering @ self._weights + self._bias, 0, self._bound) * self._scale

    def evidence(self, outputs: Outputs, head: np.ndarray | None = None) -> np.ndarray:
        """What each place of the photo says for and against each class.

        Args:
            outputs: integers of one photo.
            head: (F, 7) other weights in place of the model's, logits per integer.

        Returns:
            (H, W, 7) float64, in logits: the sum over all places and the bias is the logit, up to
            the rounding of the average.
        """
        return self.features(outputs) @ (self.head if head is None else head)

    def grad_cam(self, outputs: Outputs, label: int) -> np.ndarray:
        """Grad-CAM of one class at the last feature map: (H, W) float64, in logits, at least 0."""
        return np.maximum(self.evidence(outputs)[..., label], 0)


def _is_pointwise_average(layer: akida.Layer) -> bool:
    pooled = akida.PoolType(layer.parameters.pool_type) == akida.PoolType.Average
    return pooled and layer.get_variable("weights").shape[:2] == (1, 1)

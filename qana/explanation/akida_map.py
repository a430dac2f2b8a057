"""Computes Grad-CAM of an Akida model from the integers of its layers.

Only a global average and a linear layer follow the last feature map. The gradient of a logit is
therefore the weight of the linear layer, equal at every place, and Grad-CAM equals the class
activation map: the feature map weighted by the linear layer. Sources: Zhou et al., "Learning Deep
Features for Discriminative Localization", CVPR 2016, https://doi.org/10.1109/CVPR.2016.319;
Selvaraju et al., "Grad-CAM", ICCV 2017, section 3.1, https://doi.org/10.1109/ICCV.2017.74. No
gradient is computed, so neither TensorFlow nor torch is needed.

The engine fuses the average into the last convolution and does not return the map before it. This
module computes that layer again, from its integer inputs and weights. On Akida 2.0 the sum of the
map over its places, rounded, is exactly the integer that the engine returns. On Akida 1.0 that
integer is distributed over the places, see `qana.explanation.akida_heads`.
"""

from collections.abc import Sequence

import akida
import numpy as np

from qana.errors import ExplanationError
from qana.explanation.akida_heads import HEADS
from qana.inference.events import Outputs


class AkidaMap:
    """Computes maps for the predictions of one Akida model.

    Attributes:
        input_layer: name of the layer before the last convolution.
        pooled_layer: name of the last convolution.
        weights: (F, 7) float64, weights of the linear layer, in logits per integer.
        bias: (7,) float64, bias of the linear layer, in logits.
    """

    def __init__(self, layers: Sequence[akida.Layer]) -> None:
        """Reads the weights of the head.

        Args:
            layers: layers of an Akida model in their order, as `AkidaClassifier.layers`.

        Raises:
            ExplanationError: the model does not end in a 1x1 convolution with global average and a
                linear layer.
        """
        for kind in HEADS:
            last = layers[-len(kind.layer_types) :]
            types = tuple(layer.parameters.layer_type for layer in last)
            if types == kind.layer_types and _is_pointwise_average(last[0]):
                self._head = kind(last)
                self.input_layer = self._head.input_layer
                self.pooled_layer = self._head.pooled_layer
                self.weights, self.bias = self._head.weights, self._head.bias
                return
        raise ExplanationError(
            "This model does not end in average pooling and a dense layer, so it has no Akida map: "
            "choose another model or method."
        )

    def compute_features(self, outputs: Outputs) -> np.ndarray:
        """Computes the last feature map, before its average.

        Args:
            outputs: integers of the layers for one photo. `input_layer` is needed, and for Akida
                1.0 also `pooled_layer`.

        Returns:
            (H, W, F) float64, at least 0, in integers of the linear layer's input: the sum over all
            places, rounded and limited to 127, is that input.
        """
        return self._head.compute_features(outputs)

    def compute_evidence(self, outputs: Outputs, weights: np.ndarray | None = None) -> np.ndarray:
        """Computes the contribution of each place to the logit of each class.

        Args:
            outputs: integers of the layers for one photo, see `compute_features`.
            weights: (F, 7) weights to use instead of the model's, in logits per integer. None for
                the model's own.

        Returns:
            (H, W, 7) float64, in logits. The sum over all places plus the bias is the logit, up to
            the rounding of the average.
        """
        return self.compute_features(outputs) @ (self.weights if weights is None else weights)

    def compute_grad_cam(self, outputs: Outputs, label: int) -> np.ndarray:
        """Computes Grad-CAM of one class at the last feature map.

        Args:
            outputs: integers of the layers for one photo, see `compute_features`.
            label: index into `qana.classes.LABELS`.

        Returns:
            (H, W) float64, at least 0, in logits.
        """
        return np.maximum(self.compute_evidence(outputs)[..., label], 0)


def _is_pointwise_average(layer: akida.Layer) -> bool:
    pool_type = akida.PoolType(layer.parameters.pool_type)
    return pool_type == akida.PoolType.Average and layer.get_variable("weights").shape[:2] == (1, 1)

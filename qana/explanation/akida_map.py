"""The map of the network that answered: Grad-CAM from Akida's own integers.

Behind the last feature map stand an average and a linear layer alone. So the gradient of a logit
is the head's weight, the same at every place, and Grad-CAM is that map weighted by the head: Zhou
et al., "Learning Deep Features for Discriminative Localization", CVPR 2016; equal to Grad-CAM for
such a head by Selvaraju et al., "Grad-CAM", ICCV 2017, section 3.1. It needs no gradient, no
TensorFlow and no torch.

The engine fuses the average into the last convolution and never shows the map before it. Here that
one layer is computed again from the integers that entered it, with the layer's own weights; summed
over its places the map is, to the bit, the integer that the engine gave. On Akida 1.0 that integer
is shared out among the places, see `heads`.
"""

from collections.abc import Sequence

import akida
import numpy as np

from qana.errors import ExplanationError
from qana.explanation.akida_heads import HEADS
from qana.inference.events import Outputs


class AkidaMap:
    """The head of one model: the last convolution, the average in it, the linear layer."""

    def __init__(self, layers: Sequence[akida.Layer]) -> None:
        """Reads the head's integers.

        Args:
            layers: of an Akida model, in its order, as `AkidaClassifier.layers`.

        Raises:
            ExplanationError: the model does not end in a 1x1 convolution with a global average and
                a linear layer.
        """
        for kind in HEADS:
            last = layers[-len(kind.kinds) :]
            same = tuple(layer.parameters.layer_type for layer in last) == kind.kinds
            if same and _is_pointwise_average(last[0]):
                self._read = kind(last)
                self.enters, self.pooled = self._read.enters, self._read.pooled
                self.head, self.bias = self._read.head, self._read.bias
                return
        raise ExplanationError(
            "This model's head is no average and a linear layer, so it has no map of its own."
        )

    def features(self, outputs: Outputs) -> np.ndarray:
        """The last feature map, before its average.

        Args:
            outputs: integers of one photo: what enters the last convolution and, for Akida 1.0,
                what it gives.

        Returns:
            (H, W, F) float64, non-negative, in units of the integers that enter the linear layer:
            their sum over all places, rounded and cut at 127, is that integer.
        """
        return self._read.features(outputs)

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

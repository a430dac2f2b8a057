"""How strongly rare classes and melanoma are favoured: chosen on validation, kept in the head."""

from dataclasses import dataclass

import numpy as np
import tf_keras as keras

from qana.evaluation.metrics import summarize
from qana.labels import LABELS
from qana.probabilities import softmax

OBJECTIVE = ("accuracy", "balanced_accuracy", "macro_f1")
STRENGTHS = np.round(np.arange(-0.5, 1.05, 0.1), 2)
MELANOMA = np.round(np.arange(0.0, 2.05, 0.1), 2)
MELANOMA_RECALL = 0.65
"""Least share of the validation melanomas to find, where any point finds that many: a melanoma
taken for a mole is the error that costs most."""


@dataclass(frozen=True)
class OperatingPoint:
    """Attributes:
    strength: 0 leaves the network as trained, 1 removes the whole training frequency.
    melanoma: added to melanoma's logit.
    """

    strength: float
    melanoma: float


def set_operating_point(
    model: keras.Model, inputs: np.ndarray, labels: np.ndarray, train_labels: np.ndarray
) -> OperatingPoint:
    """Shifts the head's bias to the point that serves the validation subset best.

    A network trained on unequal classes leans to the common ones; subtracting a multiple of the
    log class frequency from its logits moves it towards balanced errors (Menon et al., "Long-tail
    learning via logit adjustment", ICLR 2021). The shift lives in the bias, so the spiking network
    carries it at no cost.

    Args:
        model: float or quantized, with a linear layer named logits; changed in place.
        inputs: (M, S, S, 3) uint8 validation photos.
        labels: (M,) integer.
        train_labels: (N,) integer, for the class frequencies.

    Returns:
        The point: of those that find enough melanomas (of all, where none does), the one with the
        best mean of accuracy, balanced accuracy and macro F1. Accuracy is the one of the three
        that a few rare lesions cannot move.
    """
    logits = model.predict(inputs.astype(np.float32), batch_size=64, verbose=0)
    share = np.bincount(train_labels, minlength=logits.shape[1]) / len(train_labels)
    log_share = np.log(np.maximum(share, 1 / len(train_labels)))
    is_melanoma = np.eye(len(LABELS))[LABELS.index("mel")]

    def shift(point: OperatingPoint) -> np.ndarray:
        return point.melanoma * is_melanoma - point.strength * log_share

    def worth(point: OperatingPoint) -> tuple[bool, float]:
        result = summarize(labels, softmax(logits + shift(point)))
        recall = result["per_class"]["mel"]["recall"]
        enough = recall is None or recall >= MELANOMA_RECALL
        return enough, sum(result[name] for name in OBJECTIVE)

    points = (OperatingPoint(float(s), float(m)) for s in STRENGTHS for m in MELANOMA)
    best = max(points, key=worth)
    model.get_layer("logits").bias.assign_add(shift(best))
    return best

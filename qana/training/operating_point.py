"""How strongly rare classes are favoured, chosen on validation and built into the head."""

import numpy as np
import tf_keras as keras

from qana.evaluation.metrics import summarize
from qana.probabilities import softmax

STRENGTHS = np.round(np.arange(-0.5, 1.05, 0.1), 2)


def set_operating_point(
    model: keras.Model, inputs: np.ndarray, labels: np.ndarray, train_labels: np.ndarray
) -> float:
    """Shifts the head's bias by the strength that serves the validation subset best.

    A network trained on unequal classes leans to the common ones; subtracting a multiple of the
    log class frequency from its logits moves it towards balanced errors (Menon et al., "Long-tail
    learning via logit adjustment", ICLR 2021). The shift lives in the bias, so the spiking network
    carries it at no cost.

    Args:
        model: its last layer is the linear head; changed in place.
        inputs: (M, S, S, 3) uint8 validation photos.
        labels: (M,) integer.
        train_labels: (N,) integer, for the class frequencies.

    Returns:
        The strength: 0 leaves the network as trained, 1 removes the whole training frequency. The
        best mean of balanced accuracy and macro F1 wins.
    """
    logits = model.predict(inputs.astype(np.float32), batch_size=64, verbose=0)
    share = np.bincount(train_labels, minlength=logits.shape[1]) / len(train_labels)
    log_share = np.log(np.maximum(share, 1 / len(train_labels)))

    def worth(strength: float) -> float:
        result = summarize(labels, softmax(logits - strength * log_share))
        return float(result["balanced_accuracy"]) + float(result["macro_f1"])

    best = max(STRENGTHS, key=worth)
    head = model.layers[-1]
    kernel, bias = head.get_weights()
    head.set_weights([kernel, bias - best * log_share])
    return float(best)

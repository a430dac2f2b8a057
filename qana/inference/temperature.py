"""Applies the temperature: from logits to calibrated probabilities.

The manifest holds the temperature of each model; `qana.evaluation.fit_temperature` fits it.
"""

import numpy as np


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Turns logits into probabilities.

    Args:
        logits: (..., 7) of any float or integer dtype.
        temperature: divides the logits. Above 1 it makes the network less sure (Guo et al., "On
            Calibration of Modern Neural Networks", ICML 2017).

    Returns:
        (..., 7) float64 probabilities that sum to 1.

    Example:
        >>> softmax(np.array([2, 0]), temperature=2.0).round(2).tolist()
        [0.73, 0.27]
    """
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    exponentials = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)

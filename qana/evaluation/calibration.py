"""Temperature scaling: one number that makes confidence honest without changing an answer."""

import numpy as np
from scipy.optimize import minimize_scalar

from qana.probabilities import softmax

BOUNDS = (0.05, 20.0)


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The temperature at which the logits are likeliest given the labels.

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.

    Args:
        logits: (N, 7) float, of validation photos.
        labels: (N,) integer.

    Returns:
        Temperature between 0.05 and 20, to divide logits by.
    """
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        chosen = softmax(logits, float(np.exp(log_temperature)))[rows, labels]
        return float(-np.log(np.maximum(chosen, 1e-300)).mean())

    bounds = (float(np.log(BOUNDS[0])), float(np.log(BOUNDS[1])))
    return float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded").x))

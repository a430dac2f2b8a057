"""Fits the temperature that calibrates the probabilities of a model."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

LOWEST, HIGHEST = 0.05, 20.0


def fit_temperature(
    logits: np.ndarray, labels: np.ndarray, weights: np.ndarray | None = None
) -> float:
    """Fits the temperature that makes held-out labels most likely.

    Temperature scaling: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017. It
    changes no prediction. Fit it on photos that the network was not trained on.

    Args:
        logits: (N, 7) floats or integers, N >= 1.
        labels: (N,) integers, indices into `qana.classes.LABELS`.
        weights: (N,) floats above 0, how much each photo counts. None if all count alike.

    Returns:
        The divisor of the logits for `qana.inference.temperature.softmax`, 0.05 to 20. Where every
        photo is classified correctly no single value is best, and a low one is returned.

    Raises:
        ValueError: logits and labels differ in length, are empty, or a logit is not finite.
    """
    logits, labels = np.asarray(logits, dtype=np.float64), np.asarray(labels)
    if logits.ndim != 2 or not len(logits) == len(labels) > 0 or not np.isfinite(logits).all():
        raise ValueError("logits must be (N, 7) and finite, labels (N,), N >= 1")
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        likelihoods = log_softmax(logits / np.exp(log_temperature), axis=1)
        return -float(np.average(likelihoods[rows, labels], weights=weights))

    # The loss is convex in 1 / temperature, so along the logarithm it has one minimum as well.
    bounds = (np.log(LOWEST), np.log(HIGHEST))
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-6})
    return float(np.clip(np.exp(found.x), LOWEST, HIGHEST))

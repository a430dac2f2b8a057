"""From logits to probabilities. Numpy alone, so that the classifier stays light."""

import numpy as np

from qana.classes import NEEDS_LOOK


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """(..., 7) logits to (..., 7) float64 probabilities that sum to 1.

    Args:
        logits: of any float or integer dtype.
        temperature: divides the logits; above 1 it makes the network less sure (Guo et al.,
            "On Calibration of Modern Neural Networks", ICML 2017).
    """
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    exponentials = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def malignant_probability(probabilities: np.ndarray) -> np.ndarray:
    """(..., 7) probabilities to (...) summed probability of the classes that need a look."""
    return np.asarray(probabilities)[..., np.array(NEEDS_LOOK)].sum(axis=-1)


def percent(probability: float) -> str:
    """A probability in words for a visitor: whole percent, and never a flat 0 or 100 %."""
    if probability < 0.01:
        return "under 1%"
    if probability > 0.99:
        return "over 99%"
    return f"{probability:.0%}"

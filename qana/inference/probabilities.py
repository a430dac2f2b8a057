"""What follows from the seven probabilities: the malignant share, and how to write one down."""

import numpy as np

from qana.classes import MALIGNANT


def malignant_probability(probabilities: np.ndarray) -> np.ndarray:
    """Sums the probabilities of the classes that need a professional look.

    Args:
        probabilities: (..., 7) in the order of `qana.classes.LABELS`.

    Returns:
        (...) float64, 0 to 1: melanoma, basal cell carcinoma and actinic keratosis together.
    """
    return np.asarray(probabilities)[..., np.array(MALIGNANT)].sum(axis=-1)


def format_percent(probability: float) -> str:
    """Writes a probability as whole percent, and never as a flat 0 or 100 %."""
    if probability < 0.01:
        return "under 1%"
    if probability > 0.99:
        return "over 99%"
    return f"{probability:.0%}"

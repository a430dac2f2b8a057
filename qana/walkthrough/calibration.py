"""Photos that the walkthrough's quantizer takes its ranges from: those of the gallery."""

from functools import cache

import numpy as np

from qana.imaging import read_image, to_input
from qana.samples import load_samples
from qana.squares import SIZE


@cache
def calibration_photos(side: int = SIZE) -> np.ndarray:
    """(21, side, side, 3) uint8, as a network of that input reads them.

    Fewer than training calibrates on, and not its photos: ranges are a little narrower, and what is
    quantized here is not the deployed model.
    """
    return np.stack([to_input(read_image(sample.path), side) for sample in load_samples()])

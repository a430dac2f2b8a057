"""What our classifier adds to the engine: from a photo to a verdict, against `predict` alone."""

import time
from dataclasses import dataclass

import numpy as np

from qana.imaging import to_input
from qana.inference.backend import choose_backend
from qana.inference.classifier import AkidaClassifier
from qana.inference.load_network import load_network

ROUNDS = 2
"""Times that every photo is run each way."""


@dataclass(frozen=True)
class Overhead:
    """Attributes:
    engine_ms: median of the bare engine's `predict` of one image, milliseconds.
    classifier_ms: median of `AkidaClassifier.classify` of the same photo: cutting, the answer, its
        events, the gate and the probabilities.
    """

    engine_ms: float
    classifier_ms: float

    @property
    def added(self) -> float:
        """Share that the classifier takes on top, 0.1 for a tenth."""
        return self.classifier_ms / self.engine_ms - 1


def measure_overhead(classifier: AkidaClassifier, photos: list[np.ndarray]) -> Overhead:
    """Runs both in turn on each photo, so that whatever else the machine does hits both alike.

    Args:
        classifier: loaded.
        photos: each (H, W, 3) uint8 RGB.
    """
    engine = load_network(classifier.entry)
    choose_backend(engine)
    times: tuple[list[float], list[float]] = ([], [])
    for number, photo in enumerate([photos[0], *photos * ROUNDS]):
        inputs = to_input(photo, classifier.input_size)[None]
        before = time.perf_counter()
        engine.predict(inputs)
        between = time.perf_counter()
        classifier.classify(photo)
        after = time.perf_counter()
        if number:  # the first warms up
            times[0].append(between - before)
            times[1].append(after - between)
    engine_ms, classifier_ms = (1e3 * float(np.median(part)) for part in times)
    return Overhead(engine_ms, classifier_ms)

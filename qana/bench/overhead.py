"""Measures the time that the classifier adds to the bare Akida engine."""

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from qana.imaging import to_input
from qana.inference.backend import choose_backend
from qana.inference.classifier import AkidaClassifier
from qana.inference.load_network import load_network

ROUNDS = 2
"""Runs of each photo through the engine and through the classifier."""


@dataclass(frozen=True)
class Overhead:
    """Time of one image with and without the classifier around the engine.

    Attributes:
        engine_ms: median time of the engine's `predict`, ms.
        classifier_ms: median time of `AkidaClassifier.classify`, ms: crop, inference, events, gate
            and probabilities.
    """

    engine_ms: float
    classifier_ms: float

    @property
    def added(self) -> float:
        """Time that the classifier adds, as a share of the engine's time: 0.1 for a tenth."""
        return self.classifier_ms / self.engine_ms - 1

    def to_json(self) -> dict[str, Any]:
        """Converts the overhead to the "classifier" of `python -m qana bench --json`."""
        return {**asdict(self), "added": self.added}


def measure_overhead(classifier: AkidaClassifier, photos: list[np.ndarray]) -> Overhead:
    """Measures how long the engine and the classifier take for the same photos.

    Both run in turn on each photo, so that other load on the machine affects both alike.

    Args:
        classifier: a loaded classifier.
        photos: each (H, W, 3) uint8 RGB; at least one.
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
        if number:  # the first run warms up
            times[0].append(between - before)
            times[1].append(after - between)
    engine_ms, classifier_ms = (1e3 * float(np.median(part)) for part in times)
    return Overhead(engine_ms, classifier_ms)

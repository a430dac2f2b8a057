"""One visit to the scanner: a photo is read, judged for quality, and classified."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qana.imaging import Problem, assess, read_image, to_input
from qana.spiking.classifier import AkidaClassifier, Prediction

SHOWN_SIZE = 512


@dataclass(frozen=True)
class Scan:
    """What there is to show of one photo.

    Attributes:
        shown: (512, 512, 3) uint8, the square that is classified, at a size for the eye.
        problems: what spoils the photo, the gravest first.
        prediction: None where the photo was turned away for its problems.
    """

    shown: np.ndarray
    problems: tuple[Problem, ...]
    prediction: Prediction | None


def scan(source: bytes | Path, classifier: AkidaClassifier, insist: bool = False) -> Scan:
    """Reads a photo and, where it is sound, classifies it. Keeps and writes nothing.

    Args:
        source: the file's bytes, or its path.
        classifier: whose verdict is asked.
        insist: classify a blurred, dark or overexposed photo all the same.

    Raises:
        ImageError: it cannot be read; one sentence for the person who chose it.
    """
    photo = read_image(source)
    problems = assess(photo).problems
    sound = insist or not problems
    return Scan(
        shown=to_input(photo, SHOWN_SIZE),
        problems=problems,
        prediction=classifier.classify(photo) if sound else None,
    )

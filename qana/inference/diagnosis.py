"""One visit to the scanner, in the order that a clinician would ask.

Can it be read, is it sharp and lit, is it a dermatoscopic lesion at all, what is it most like, and
is that sure enough to be said.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qana.imaging import Problem, assess, read_image, to_input
from qana.inference.classifier import AkidaClassifier, Prediction

SHOWN_SIZE = 512
FOREIGN = Problem(
    "foreign",
    "This does not look like a dermatoscopic picture of a lesion, the only kind that the network "
    "knows: take it through a dermatoscope, with one lesion in the middle.",
)
UNSURE = (
    "The network is not sure enough to name one class: take the photo again in even light, or show "
    "the lesion to a professional."
)


@dataclass(frozen=True)
class Scan:
    """What there is to show of one photo.

    Attributes:
        shown: (512, 512, 3) uint8, the square that is classified, at a size for the eye.
        problems: what speaks against the photo, the gravest first.
        prediction: None where the photo was turned away for its problems.
    """

    shown: np.ndarray
    problems: tuple[Problem, ...]
    prediction: Prediction | None

    @property
    def status(self) -> str:
        """classified; abstained, with a prediction too unsure to be said; or rejected."""
        if self.prediction is None:
            return "rejected"
        return "abstained" if self.prediction.unsure else "classified"

    @property
    def reason(self) -> str | None:
        """One sentence: why the photo is rejected or the network abstains; None if classified."""
        if self.prediction is None:
            return self.problems[0].message
        return UNSURE if self.prediction.unsure else None


def scan(
    source: bytes | Path | np.ndarray, classifier: AkidaClassifier, insist: bool = False
) -> Scan:
    """Reads a photo and, where it is sound, classifies it. Keeps and writes nothing.

    Args:
        source: the file's bytes, or its path, or the photo itself, (H, W, 3) uint8 RGB.
        classifier: whose verdict is asked.
        insist: classify all the same what is spoilt or does not look like a lesion.

    Raises:
        ImageError: it cannot be read; one sentence for the person who chose it.
    """
    photo = source if isinstance(source, np.ndarray) else read_image(source)
    shown = to_input(photo, SHOWN_SIZE)
    problems = assess(photo).problems
    if problems and not insist:
        return Scan(shown, problems, None)
    prediction = classifier.classify(photo)
    if prediction.foreign:
        problems = (*problems, FOREIGN)
    return Scan(shown, problems, prediction if insist or not problems else None)

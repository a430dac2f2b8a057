"""Diagnoses one photo.

The quality check comes first: is the photo sharp, well lit and in colour? Then the gate decides
whether it shows a lesion. Then the network classifies it, or abstains if it is not
sure enough.
"""

from dataclasses import dataclass, field

import numpy as np

from qana.imaging import Problem
from qana.imaging.check_array import check_photo_array
from qana.imaging.crop import crop_centre, crop_field
from qana.imaging.field_of_view import find_field_of_view
from qana.imaging.quality import assess_field
from qana.inference.classifier import AkidaClassifier
from qana.inference.manifest import DERMOSCOPIC_ONLY, ModelEntry
from qana.inference.prediction import Prediction

SQUARE_SIZE = 512
"""Side of the square that is kept for display, pixels."""
NOT_A_LESION = Problem(
    "out-of-distribution",
    "This does not look like a photo of a skin lesion: take a close photo with one lesion in the "
    "middle.",
)
"""Problem of a photo that is rejected by a gate that knows photos with and without a dermatoscope.
"""
NOT_DERMOSCOPIC = Problem(
    "out-of-distribution",
    "This does not look like a dermatoscopic photo of a lesion: take the photo through a "
    "dermatoscope, with one lesion in the middle.",
)
"""Problem of a photo that is rejected by a gate that knows dermatoscopic photos alone."""
UNSURE = (
    "The network is not sure enough to name one class: take the photo again in even light, or show "
    "the lesion to a professional."
)


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """The answer to one photo, with everything that was true when it was given.

    Code that shows, explains or reports a diagnosis takes the network from it, never from what the
    user has chosen since.

    Attributes:
        square: (512, 512, 3) uint8 RGB, the part of the photo that was judged, at a size for
            display. Corners that lie outside the lit field are covered with the skin's colours.
        problems: reasons why the photo is not suitable, the most serious first.
        prediction: the network's answer; None if the photo was rejected.
        classifier: the classifier that answered or would have answered.
        backend: "chip" or "simulator", where the classifier ran.
        device: description of that chip or simulator.
    """

    square: np.ndarray = field(repr=False)
    problems: tuple[Problem, ...]
    prediction: Prediction | None
    classifier: AkidaClassifier = field(repr=False)
    backend: str
    device: str

    @property
    def status(self) -> str:
        """The outcome: "classified", "abstained" (the answer is too unsure) or "rejected"."""
        if self.prediction is None:
            return "rejected"
        return "abstained" if self.prediction.unsure else "classified"

    @property
    def reason(self) -> str | None:
        """One sentence on why the photo was rejected or the network abstains; else None."""
        if self.prediction is None:
            return self.problems[0].message
        return UNSURE if self.prediction.unsure else None

    @property
    def model(self) -> str:
        """Name of the network that answered."""
        return self.classifier.name

    @property
    def sha256(self) -> str:
        """SHA-256 of that network's .fbz file, 64 hex digits."""
        return self.classifier.entry.sha256

    @property
    def temperature(self) -> float:
        """Temperature by which its logits were divided before the softmax."""
        return self.classifier.entry.temperature

    @property
    def top(self) -> tuple[tuple[str, float], ...]:
        """The three likeliest classes as (label, probability); empty without an answer."""
        return () if self.prediction is None else self.prediction.top

    @property
    def probabilities(self) -> np.ndarray | None:
        """(7,) float64 in the order of `qana.LABELS`, summing to 1; None without an answer."""
        return None if self.prediction is None else self.prediction.probabilities

    @property
    def malignant_probability(self) -> float | None:
        """Probability of melanoma, basal cell carcinoma or actinic keratosis, 0 to 1."""
        return None if self.prediction is None else self.prediction.malignant_probability

    @property
    def events(self) -> int | None:
        """Events of all hidden layers together."""
        return None if self.prediction is None else self.prediction.events

    @property
    def sparsity(self) -> float | None:
        """Share of all hidden activations that are zero, 0 to 1."""
        return None if self.prediction is None else self.prediction.sparsity

    @property
    def latency_ms(self) -> float | None:
        """Time of the engine's answer on this machine, milliseconds."""
        return None if self.prediction is None else self.prediction.latency_ms


def get_gate_problem(entry: ModelEntry) -> Problem:
    """Returns the problem of a photo that the gate of a model rejects.

    Args:
        entry: the model. The image types that its gate was fitted on decide what the user is asked
            for.
    """
    return NOT_DERMOSCOPIC if entry.gate_image_types == DERMOSCOPIC_ONLY else NOT_A_LESION


def diagnose(photo: np.ndarray, classifier: AkidaClassifier, force: bool = False) -> Diagnosis:
    """Checks a photo and classifies it if it is suitable. Nothing is written to disk.

    Args:
        photo: (H, W, 3) uint8 RGB of any size, from `qana.read_image`. Only its centre square
            counts, or that of the lit field inside the surround of a dermatoscope.
        classifier: the network that answers.
        force: also classifies a photo that is not suitable.

    Returns:
        The diagnosis. Its `status` shows whether there is an answer.

    Raises:
        ImageError: `photo` is an array of another type or shape, or no array.

    Example:
        >>> diagnosis = diagnose(read_image("lesion.jpg"), load_classifier("akida2"))
        >>> diagnosis.status, diagnosis.top[0]
    """
    lit = find_field_of_view(check_photo_array(photo))
    square, _in_lit_field = crop_field(photo, lit, SQUARE_SIZE)
    problems = assess_field(photo, lit).problems
    if problems and not force:
        return reject(square, problems, classifier)
    prediction = classifier.classify_input(*crop_field(photo, lit, classifier.input_size))
    return conclude(square, problems, prediction, classifier, force)


def reject(
    square: np.ndarray, problems: tuple[Problem, ...], classifier: AkidaClassifier
) -> Diagnosis:
    """Makes the diagnosis of a photo that the network has not read.

    Args:
        square: (S, S, 3) uint8 RGB, the part of the photo that was judged.
        problems: what the quality check found, at least one.
        classifier: the network that would have answered.
    """
    return Diagnosis(square, problems, None, classifier, classifier.backend, classifier.device)


def conclude(
    square: np.ndarray,
    problems: tuple[Problem, ...],
    prediction: Prediction,
    classifier: AkidaClassifier,
    force: bool = False,
) -> Diagnosis:
    """Makes the diagnosis from the quality check and the network's answer.

    Args:
        square: (S, S, 3) uint8 RGB, the part of the photo that was judged.
        problems: what the quality check found.
        prediction: the network's answer to the photo.
        classifier: the network that answered.
        force: keeps the answer even if the photo is not suitable.
    """
    if prediction.out_of_distribution:
        problems = (*problems, get_gate_problem(classifier.entry))
    answer = prediction if force or not problems else None
    return Diagnosis(square, problems, answer, classifier, prediction.backend, prediction.device)


def diagnose_again(diagnosis: Diagnosis, classifier: AkidaClassifier) -> Diagnosis:
    """Classifies the photo of a diagnosis with another network, whatever that network's gate says.

    The photo itself is gone by then, so the network reads the pixels that the first one read. Where
    both networks have the same input size, the answer is the one that the photo would get.

    Args:
        diagnosis: with an answer.
        classifier: the network that answers now.

    Raises:
        ValueError: the photo was rejected, so no network has read it.
    """
    if diagnosis.prediction is None:
        raise ValueError("This photo was rejected: it has no answer.")
    inputs = diagnosis.prediction.inputs
    if len(inputs) != classifier.input_size:
        inputs = crop_centre(diagnosis.square, classifier.input_size)
    prediction = classifier.classify_input(inputs, diagnosis.prediction.in_lit_field)
    problems = tuple(one for one in diagnosis.problems if one.kind != NOT_A_LESION.kind)
    if prediction.out_of_distribution:
        problems = (*problems, get_gate_problem(classifier.entry))
    return Diagnosis(
        diagnosis.square,
        problems,
        prediction,
        classifier,
        prediction.backend,
        prediction.device,
    )

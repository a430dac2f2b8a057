"""A photo with its diagnosis and, for a sample, what the data set records of it.

It goes from page to page as one thing. Pages take the network, the recorded diagnosis and the
attribution from it, and never from what the visitor has chosen since.
"""

from dataclasses import dataclass

from qana.data.samples import Sample
from qana.inference.classifier import Prediction
from qana.inference.diagnosis import Diagnosis


@dataclass(frozen=True, eq=False)
class AnsweredPhoto:
    """A diagnosis, and the sample that it belongs to.

    Attributes:
        diagnosis: the answer, with the network that gave it.
        sample: None for a photo of the visitor's own.
    """

    diagnosis: Diagnosis
    sample: Sample | None = None

    @property
    def prediction(self) -> Prediction:
        """The network's answer.

        Raises:
            ValueError: the photo was turned away.
        """
        if self.diagnosis.prediction is None:
            raise ValueError("This photo was turned away: it has no answer.")
        return self.diagnosis.prediction

    @property
    def recorded(self) -> str | None:
        """Label that the data set records; None for a photo of the visitor's own."""
        return self.sample.label if self.sample else None

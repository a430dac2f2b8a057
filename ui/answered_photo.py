"""Pairs a diagnosis with the sample that it belongs to.

Pages pass the pair on as one object. They take the network, the recorded diagnosis and the
attribution from it, never from what the visitor has chosen since.
"""

from dataclasses import dataclass

from qana.data.samples import Sample
from qana.inference.diagnosis import Diagnosis
from qana.inference.prediction import Prediction


@dataclass(frozen=True, eq=False)
class AnsweredPhoto:
    """A diagnosis and the sample that it belongs to.

    Attributes:
        diagnosis: the answer, with the network that gave it.
        sample: the sample; None for the visitor's own photo.
    """

    diagnosis: Diagnosis
    sample: Sample | None = None

    @property
    def prediction(self) -> Prediction:
        """The network's answer.

        Raises:
            ValueError: the photo was rejected.
        """
        if self.diagnosis.prediction is None:
            raise ValueError("This photo was rejected: it has no answer.")
        return self.diagnosis.prediction

    @property
    def recorded(self) -> str | None:
        """Label that the data set records; None for the visitor's own photo."""
        return self.sample.label if self.sample else None

"""Words the captions of similar training lesions for the reports of a diagnosis."""

from dataclasses import dataclass

from qana.classes import BY_CODE
from qana.data.source_names import TITLES
from qana.errors import ModelError
from qana.explanation.similar_cases import SimilarCase, find_similar
from qana.inference.diagnosis import Diagnosis


@dataclass(frozen=True, eq=False)
class NearCase:
    """A similar training lesion.

    Attributes:
        case: the lesion with its photo.
        name: recorded diagnosis.
        source: data set and image type.
        distance: in words.
    """

    case: SimilarCase
    name: str
    source: str
    distance: str


def list_near_cases(diagnosis: Diagnosis) -> tuple[NearCase, ...]:
    """Lists the nearest training lesions of a diagnosis, with their captions.

    Args:
        diagnosis: with an answer.

    Returns:
        The nearest first; empty if the network has no reference cases.
    """
    try:
        cases = find_similar(diagnosis) if diagnosis.classifier.entry.cases else []
    except ModelError:  # a report without them is better than none
        cases = []
    return tuple(
        NearCase(
            case,
            BY_CODE[case.label].name,
            f"{TITLES[case.source]}, {case.image_type}",
            f"distance {case.distance:.3f}",
        )
        for case in cases
    )

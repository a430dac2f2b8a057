"""Describes and reads models/explanations.json: how faithful each explanation method is.

`python -m qana explain --data DIR` writes it.
"""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from qana.evaluation.report_files import read_report_if_present
from qana.evaluation.scores import Interval


@dataclass(frozen=True)
class MeanAndInterval:
    """A mean over photos with its 95 % interval over lesions."""

    mean: float
    ci95: Interval


@dataclass(frozen=True)
class MethodScores:
    """Scores of one explanation method; see `qana.explanation.faithfulness`.

    Attributes:
        energy: share of the map that lies on the lesion, 0 to 1.
        pointing: share of the photos with the maximum on the lesion, 0 to 1.
        deletion: mean probability while the strongest places are removed; lower is better.
        insertion: mean probability while they are restored; higher is better.
        photos: photos that were measured.
    """

    energy: MeanAndInterval
    pointing: MeanAndInterval
    deletion: MeanAndInterval
    insertion: MeanAndInterval
    photos: int


@dataclass(frozen=True)
class Gain:
    """Gain of a method over the centre blob.

    Attributes:
        mean: more is better.
        ci95: 95 % interval over lesions.
        beats: whether the whole interval is above 0.
    """

    mean: float
    ci95: Interval
    beats: bool


@dataclass(frozen=True)
class CentreGains:
    """Gains over a blob in the centre of the photo."""

    energy: Gain
    deletion: Gain


class GradCamAgreement(
    msgspec.Struct, frozen=True, omit_defaults=True, rename={"near": "within_0.01"}
):
    """Agreement of the Akida map with Grad-CAM of the quantized network.

    Attributes:
        near: photos with a difference below 0.01 of the map's range.
        median: median difference.
        ties: float32 rounding ties that explain larger differences, by layer.
    """

    near: int
    median: float
    ties: dict[str, int] | None = None


@dataclass(frozen=True)
class ExplanationReport:
    """The report on the explanation methods.

    Attributes:
        command: the command that wrote it.
        model: name of the model.
        sha256: of its .fbz file.
        seed: of the photo selection.
        photos: number of photos.
        lesions: number of lesions.
        mask_share: share of the photo that the lesion covers, 0 to 1.
        methods: scores by method.
        against_centre: gains over the centre blob, by method.
        agreement: mean rank correlation, by pair of methods.
        drift: mean change of the map between bit widths.
        sanity: rank correlation with the map of a shuffled head.
        against_grad_cam: agreement of the Akida map with Grad-CAM.
    """

    command: str
    model: str
    sha256: str
    seed: int
    photos: int
    lesions: int
    mask_share: float
    methods: dict[str, MethodScores]
    against_centre: dict[str, CentreGains]
    agreement: dict[str, float]
    drift: dict[str, MeanAndInterval]
    sanity: MeanAndInterval
    against_grad_cam: GradCamAgreement


def read_explanations(folder: Path | None = None) -> ExplanationReport | None:
    """Reads the report on the explanation methods; returns None where it does not exist.

    Args:
        folder: models folder; the project's by default.

    Raises:
        ReportError: the report is damaged.
    """
    return read_report_if_present("explanations.json", ExplanationReport, folder)

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
class CurveScores:
    """Scores of one map without a lesion mask."""

    deletion: MeanAndInterval
    insertion: MeanAndInterval


@dataclass(frozen=True)
class ImageTypeScores:
    """The Akida map on the test photos of one source and image type.

    Attributes:
        source: name of the data set.
        image_type: one of `qana.data.photo.IMAGE_TYPES`.
        photos: photos that were measured.
        empty: share of the photos whose map supports nothing, 0 to 1.
        methods: scores by method, on photos with a map.
        road_photos: photos that ROAD of the grad-cam package scored.
        deletion_gain: gain over the centre blob in deletion.
        road: mean score of ROAD by method, -0.5 to 0.5; higher is better.
        road_gain: gain over the centre blob by ROAD.
        sanity: rank correlation with the maps of shuffled heads.
    """

    source: str
    image_type: str
    photos: int
    empty: MeanAndInterval
    methods: dict[str, CurveScores]
    road_photos: int
    deletion_gain: Gain | None = None
    road: dict[str, MeanAndInterval] | None = None
    road_gain: Gain | None = None
    sanity: MeanAndInterval | None = None


class ExplanationReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
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
        image_types: the Akida map by source and image type; empty in earlier reports.
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
    image_types: list[ImageTypeScores] = []


def read_explanations(folder: Path | None = None) -> ExplanationReport | None:
    """Reads the report on the explanation methods; returns None where it does not exist.

    Args:
        folder: models folder; the project's by default.

    Raises:
        ReportError: the report is damaged.
    """
    return read_report_if_present("explanations.json", ExplanationReport, folder)

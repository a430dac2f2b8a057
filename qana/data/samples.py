"""Loads the samples: photos of test lesions, which no network was trained on."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from qana.data.input_crops import INPUT_SIZE
from qana.data.lesion_masks import Outlines, read_outlines
from qana.data.photo import DERMOSCOPIC
from qana.data.source_names import ATTRIBUTIONS
from qana.imaging import read_image, to_input
from qana.resources import ASSETS

SAMPLES_FOLDER = ASSETS / "samples"
SAMPLES_FILE = ASSETS / "samples.csv"
ATTRIBUTION = ATTRIBUTIONS["ham10000"]
"""Source and licence of the samples from HAM10000."""


@dataclass(frozen=True)
class Sample:
    """A photo of a data set that comes with QANA.

    Attributes:
        image_id: identifier in the data set, such as "ISIC_0030175".
        path: JPEG file.
        label: recorded diagnosis, one of `qana.classes.LABELS`.
        confirmed_by: how the diagnosis was made: "histo", "follow_up", "consensus" or "confocal";
            empty if it is not recorded.
        lesion_id: identifier of the lesion, which may have two samples.
        source: name of the data set, one of `qana.data.sources.SOURCES`.
        image_type: one of `qana.data.photo.IMAGE_TYPES`.
    """

    image_id: str
    path: Path
    label: str
    confirmed_by: str
    lesion_id: str = ""
    source: str = "ham10000"
    image_type: str = DERMOSCOPIC

    @property
    def attribution(self) -> str:
        """Source and licence of the photo, for its caption."""
        return ATTRIBUTIONS[self.source]

    @property
    def outlines(self) -> Outlines | None:
        """Outlines of the lesion; None if none are stored."""
        return read_outlines().get(self.image_id)


def load_all_samples() -> tuple[Sample, ...]:
    """Loads the list of all samples.

    Returns:
        36 samples: those of `load_samples`, those of `load_paired_samples`, and those of
        `load_phone_samples`.
    """
    with SAMPLES_FILE.open(newline="", encoding="utf-8") as file:
        return tuple(
            Sample(
                image_id=row["image_id"],
                path=SAMPLES_FOLDER / f"{row['image_id']}.jpg",
                label=row["dx"],
                confirmed_by=row["dx_type"],
                lesion_id=row["lesion_id"],
                source=row["source"],
                image_type=row["image_type"],
            )
            for row in csv.DictReader(file)
        )


def load_samples() -> tuple[Sample, ...]:
    """Loads the list of the dermatoscopic samples of HAM10000.

    Returns:
        21 samples of 300 x 225 pixels, three of each class, in the order of `qana.classes.LABELS`.
    """
    return tuple(sample for sample in load_all_samples() if sample.source == "ham10000")


def load_paired_samples() -> tuple[Sample, ...]:
    """Loads the list of the samples of MILK10k, which show each lesion twice.

    Returns:
        10 samples, two of each of the five common classes: the lesion through a dermatoscope, then
        the same lesion as a clinical close-up.
    """
    return tuple(sample for sample in load_all_samples() if sample.source == "milk10k")


def load_phone_samples() -> tuple[Sample, ...]:
    """Loads the list of the smartphone photos of PAD-UFES-20.

    Returns:
        5 samples, one of each of the five common classes.
    """
    return tuple(sample for sample in load_all_samples() if sample.source == "pad_ufes_20")


@cache
def load_calibration_photos(size: int = INPUT_SIZE) -> np.ndarray:
    """Loads the samples of HAM10000 as inputs for the calibration of a demonstration.

    Training calibrates on more photos, and on others. The ranges found here are slightly narrower,
    so a network that is quantized with them differs from the deployed one.

    Args:
        size: side of the network's input, pixels.

    Returns:
        (21, size, size, 3) uint8 RGB.
    """
    return np.stack([to_input(read_image(sample.path), size) for sample in load_samples()])

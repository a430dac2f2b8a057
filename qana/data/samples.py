"""Loads the samples: dermatoscopic photos of test lesions, which no network was trained on."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from qana.data.input_crops import INPUT_SIZE
from qana.data.lesion_masks import Outlines, read_outlines
from qana.imaging import read_image, to_input
from qana.resources import ASSETS

SAMPLES_FOLDER = ASSETS / "samples"
SAMPLES_FILE = ASSETS / "samples.csv"
ATTRIBUTION = (
    "HAM10000, Tschandl, Rosendahl and Kittler, Sci. Data 5, 180161 (2018), "
    "doi:10.7910/DVN/DBW86T, CC BY-NC 4.0"
)


@dataclass(frozen=True)
class Sample:
    """A photo of HAM10000 that comes with QANA.

    Attributes:
        image_id: identifier in HAM10000, such as "ISIC_0030175".
        path: JPEG file of 300 x 225 pixels.
        label: recorded diagnosis, one of `qana.classes.LABELS`.
        confirmed_by: how the diagnosis was made: "histo", "follow_up", "consensus" or "confocal".
    """

    image_id: str
    path: Path
    label: str
    confirmed_by: str

    @property
    def attribution(self) -> str:
        """Source and licence of the photo, for its caption."""
        return ATTRIBUTION

    @property
    def outlines(self) -> Outlines | None:
        """Outlines of the lesion; None if none are stored."""
        return read_outlines().get(self.image_id)


def load_samples() -> tuple[Sample, ...]:
    """Loads the list of samples.

    Returns:
        21 samples, three of each class, in the order of `qana.classes.LABELS`.
    """
    with SAMPLES_FILE.open(newline="", encoding="utf-8") as file:
        return tuple(
            Sample(
                image_id=row["image_id"],
                path=SAMPLES_FOLDER / f"{row['image_id']}.jpg",
                label=row["dx"],
                confirmed_by=row["dx_type"],
            )
            for row in csv.DictReader(file)
        )


@cache
def load_calibration_photos(size: int = INPUT_SIZE) -> np.ndarray:
    """Loads the samples as inputs on which a demonstration calibrates its quantization.

    Training calibrates on more photos, and on others. The ranges found here are slightly narrower,
    so a network that is quantized with them differs from the deployed one.

    Args:
        size: side of the network's input, pixels.

    Returns:
        (21, size, size, 3) uint8 RGB.
    """
    return np.stack([to_input(read_image(sample.path), size) for sample in load_samples()])

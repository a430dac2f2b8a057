"""Measures the mean sparsity of each deployed network, which the models of boards use.

Command: `python -m qana.bench.activity`. It runs the samples and writes assets/activity.json.
"""

import json
import sys
from dataclasses import asdict, dataclass

import numpy as np

from qana.data.samples import load_samples
from qana.errors import UserError
from qana.evaluation.report_files import write_report
from qana.imaging import read_image, to_input
from qana.inference.classifier import AkidaClassifier
from qana.inference.events import count_events
from qana.inference.manifest import ModelEntry, read_manifest
from qana.resources import ASSETS

COMMAND = "python -m qana.bench.activity"
FILE = ASSETS / "activity.json"


@dataclass(frozen=True)
class Activity:
    """The mean sparsity of several networks, as `assets/activity.json` holds it.

    Attributes:
        command: the command that measured it.
        photos: number of photos.
        weights: name of each network to the SHA-256 of its file.
        sparsity: name of each network to its share of zero activations, 0 to 1: the mean over the
            hidden layers, as the vendor counts it, and over the photos.
    """

    command: str
    photos: int
    weights: dict[str, str]
    sparsity: dict[str, float]


def measure_sparsity(classifier: AkidaClassifier, photos: list[np.ndarray]) -> float:
    """Measures the mean sparsity of one network.

    Args:
        classifier: a loaded classifier.
        photos: (H, W, 3) uint8 each.

    Returns:
        0 to 1, the mean over hidden layers and photos.
    """
    inputs = [to_input(photo, classifier.input_size) for photo in photos]
    counts = [count_events(classifier.record_layers(picture)) for picture in inputs]
    return float(np.mean([[layer.sparsity for layer in layers] for layers in counts]))


def measure_activity() -> Activity:
    """Measures every deployed network on the samples.

    Raises:
        ModelError: a model is missing or changed.
    """
    photos = [read_image(sample.path) for sample in load_samples()]
    entries = read_manifest()
    return Activity(
        command=COMMAND,
        photos=len(photos),
        weights={entry.name: entry.sha256 for entry in entries},
        sparsity={
            entry.name: measure_sparsity(AkidaClassifier(entry), photos) for entry in entries
        },
    )


def find_sparsity(entry: ModelEntry) -> float | None:
    """Finds the recorded mean sparsity of a network, 0 to 1.

    Returns:
        None if it was not measured for these very weights, or if the record is damaged.
    """
    try:
        document = json.loads(FILE.read_bytes())
        if document["weights"].get(entry.name) != entry.sha256:
            return None
        sparsity = float(document["sparsity"][entry.name])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return sparsity if 0 <= sparsity < 1 else None


if __name__ == "__main__":
    try:
        write_report(FILE, asdict(measure_activity()))
    except UserError as error:
        sys.exit(str(error))

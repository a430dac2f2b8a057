"""Compares the modelled energy of one photo on an Akida board with the measured energy of a GPU."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from qana.bench.activity import find_sparsity
from qana.bench.bench_result import BenchResult
from qana.bench.board_model import Estimate, fit_board_models
from qana.bench.compare_rows import is_gpu_row
from qana.bench.event_scaling import scale_by_events
from qana.bench.readings import MEASURED
from qana.bench.result_files import RESULTS_FOLDER, read_result
from qana.bench.rows import Row
from qana.data.samples import load_samples
from qana.errors import UserError
from qana.imaging import read_image, to_input
from qana.inference.classifier import AkidaClassifier
from qana.inference.events import count_events


@dataclass(frozen=True)
class PhotoEnergy:
    """Energy of one photo on two devices.

    Attributes:
        board: name of the Akida board.
        akida: modelled energy on this board, mJ.
        gpu_row: the measured row of a GPU with the least energy for a photo.
        gpu: this energy, mJ.
        gpu_work: MACs of the network that this GPU ran, divided by those of the network at hand.
    """

    board: str
    akida: Estimate
    gpu_row: Row
    gpu: float
    gpu_work: float


def measure_mean_events(classifier: AkidaClassifier) -> float:
    """Measures the mean number of events of the samples of HAM10000, which takes seconds.

    Args:
        classifier: a loaded classifier.
    """
    inputs = [to_input(read_image(one.path), classifier.input_size) for one in load_samples()]
    counts = [count_events(classifier.record_layers(picture)) for picture in inputs]
    return float(np.mean([sum(layer.events for layer in layers) for layers in counts]))


def estimate_photo_energy(
    classifier: AkidaClassifier, events: int, mean_events: float
) -> PhotoEnergy | None:
    """Estimates the energy of one photo.

    Args:
        classifier: a loaded classifier.
        events: non-zero hidden activations of the photo, above 0.
        mean_events: as `measure_mean_events` measures them.

    Returns:
        None if no GPU was measured or no board has a model of its energy.
    """
    model = next((one for one in fit_board_models() if one.quantity == "energy"), None)
    results = read_reference_results()
    row = find_best_gpu_row([row for result in results for row in result.rows])
    if model is None or row is None or row.energy_mj is None:
        return None
    macs = next(result.macs for result in results if row in result.rows)
    work = (macs or classifier.entry.macs) / classifier.entry.macs
    mean = model.predict_model(classifier.entry, find_sparsity(classifier.entry))
    akida = scale_by_events(mean, events, mean_events)
    return PhotoEnergy(model.board, akida, row, row.energy_mj.value, work)


def find_best_gpu_row(rows: Sequence[Row]) -> Row | None:
    """Finds the measured row of a GPU with the least energy for a photo, or None.

    The comparison is then not made against a badly used GPU.

    Args:
        rows: rows of any results.
    """
    measured = [
        row
        for row in rows
        if row.provenance == MEASURED and row.energy_mj is not None and is_gpu_row(row)
    ]
    return min(measured, key=lambda row: row.energy_mj.value if row.energy_mj else 0, default=None)


def read_reference_results() -> list[BenchResult]:
    """Reads the results that come with QANA. A damaged one counts as missing."""
    results: list[BenchResult] = []
    for path in sorted(RESULTS_FOLDER.glob("*.json")):
        with suppress(UserError):
            results.append(read_result(path.read_bytes()))
    return results

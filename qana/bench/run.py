"""A whole comparison: every runtime that was asked for, at every batch size, and what is known."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from qana.bench.boards import board_models
from qana.bench.machine import machine
from qana.bench.measure import Progress, measure
from qana.bench.meters.choose import meter_for
from qana.bench.names import RUNTIME_NAMES
from qana.bench.neurobench import neurobench
from qana.bench.overhead import overhead
from qana.bench.published import published_rows
from qana.bench.rows import Row, modelled, published
from qana.bench.runtimes import RUNTIMES, MissingRuntimeError
from qana.bench.turn import turn
from qana.imaging import read_image, to_input
from qana.samples import load_samples
from qana.spiking.classifier import AkidaClassifier
from qana.spiking.store import ModelEntry

Tell = Callable[[str, dict[str, Any]], None]
"""Takes what happened and its details: waiting, loading, progress, row, missing."""


def bench(
    entry: ModelEntry, keys: Sequence[str], batches: Sequence[int], seconds: float, tell: Tell
) -> dict[str, Any]:
    """Measures, one after the other, and adds the modelled and the published rows.

    Args:
        entry: the model.
        keys: of `RUNTIMES`.
        batches: images at once.
        seconds: for each runtime and batch size.
        tell: takes what happens, as it happens.

    Returns:
        The document of `python -m qana bench --json`; see README, "Compare".

    Raises:
        ModelError: the model is missing or changed.
    """
    photos = [read_image(sample.path) for sample in load_samples()]
    rows: list[Row] = []
    missing = []
    with turn(lambda: tell("waiting", {})):
        for key in keys:
            tell("loading", {"runtime": key})
            try:
                found = _measure_all(entry, key, _inputs(entry, photos), batches, seconds, tell)
            except MissingRuntimeError as error:
                missing.append({"runtime": key, "name": RUNTIME_NAMES[key], "reason": str(error)})
                tell("missing", missing[-1])
                continue
            rows += found
        tell("loading", {"runtime": "neurobench"})
        classifier = AkidaClassifier(entry)
        counted = neurobench(classifier, _inputs(entry, photos)).as_document()
        added = overhead(classifier, photos)
    return {
        "command": f"python -m qana bench --model {entry.name} --seconds {seconds:g} "
        f"--runtimes {' '.join(keys)} --batches {' '.join(map(str, batches))}",
        "model": entry.name,
        "sha256": entry.sha256,
        "macs": entry.macs,
        "machine": machine(),
        "rows": [row.as_document() for row in (*rows, *known_rows(entry))],
        "missing": missing,
        "neurobench": counted,
        "classifier": {**asdict(added), "added": added.added},
    }


def known_rows(entry: ModelEntry) -> tuple[Row, ...]:
    """What is known without measuring: the modelled and the published rows."""
    return (*_modelled(entry.macs), *(published(row) for row in published_rows()))


def _measure_all(
    entry: ModelEntry,
    key: str,
    photos: np.ndarray,
    batches: Sequence[int],
    seconds: float,
    tell: Tell,
) -> list[Row]:
    runtime, name = RUNTIMES[key](entry), RUNTIME_NAMES[key]
    meter = meter_for(runtime.meter, runtime.chip)
    rows = []
    try:
        for batch in batches:
            tell("resting", {"runtime": key, "batch": batch})
            rows.append(measure(key, name, runtime, meter, photos, batch, seconds, _told(tell)))
            tell("row", {"runtime": key, "row": rows[-1].as_document()})
    finally:
        meter.close()
    return rows


def _told(tell: Tell) -> Callable[[Progress], None]:
    return lambda progress: tell("progress", vars(progress))


def _modelled(macs: int) -> list[Row]:
    """A row a board and mapping, its energy and its latency together where both are known."""
    estimates: dict[str, dict[str, Any]] = {}
    for model in board_models():
        board = f"{model.board}, {model.mapping} mapping"
        estimates.setdefault(board, {})[model.quantity] = model.predict(macs / 1e6)
    return [
        modelled(board, found["energy"], found.get("latency"), macs)
        for board, found in estimates.items()
    ]


def _inputs(entry: ModelEntry, photos: list[np.ndarray]) -> np.ndarray:
    """(N, S, S, 3) uint8: real lesions of every class, so that their events are real."""
    return np.stack([to_input(photo, entry.input_shape[0]) for photo in photos])

"""A whole comparison: every runtime that was asked for, at every batch size, and what is known."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from qana.bench.board_model import Estimate, fit_board_models
from qana.bench.command import RUNTIME_NAMES, build_arguments, format_command
from qana.bench.machine import describe_machine
from qana.bench.machine_lock import hold_machine_lock
from qana.bench.measure import Progress, measure_idle, measure_runtime
from qana.bench.meters.choose_meter import choose_meter
from qana.bench.neurobench import count_neurobench
from qana.bench.overhead import measure_overhead
from qana.bench.published import find_floor_watts, read_published_rows
from qana.bench.rows import Row, make_modelled_row, make_published_row
from qana.bench.runtimes import RUNTIMES
from qana.data.samples import load_samples
from qana.errors import UserError
from qana.imaging import read_image, to_input
from qana.inference.classifier import AkidaClassifier
from qana.inference.manifest import ModelEntry

Tell = Callable[[str, dict[str, Any]], None]
"""Takes what happened and its details: waiting, loading, progress, row, missing."""


def run_bench(
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
    with hold_machine_lock(lambda: tell("waiting", {})):
        for key in keys:
            tell("loading", {"runtime": key})
            try:
                for row in _measured(entry, key, _inputs(entry, photos), batches, seconds, tell):
                    rows.append(row)
                    tell("row", {"runtime": key, "row": row.as_document()})
            except (UserError, ImportError, RuntimeError, MemoryError) as error:
                # One runtime that fails must not cost what the others gave.
                missing.append(_missing(key, error))
                tell("missing", missing[-1])
        tell("loading", {"runtime": "neurobench"})
        classifier = AkidaClassifier(entry)
        counted = count_neurobench(classifier, _inputs(entry, photos)).as_document()
        added = measure_overhead(classifier, photos)
    command = format_command(build_arguments(entry.name, keys, batches, seconds))
    return {
        **measured_so_far(entry, command, [row.as_document() for row in rows], missing),
        "neurobench": counted,
        "classifier": {**asdict(added), "added": added.added},
    }


def measured_so_far(
    entry: ModelEntry, command: str, rows: list[dict[str, Any]], missing: list[dict[str, str]]
) -> dict[str, Any]:
    """The part of the document that a run has made before its end.

    Args:
        entry: the model.
        command: that measures it.
        rows: measured, as `Row.as_document` gives them.
        missing: what this machine has not, each with its reason.
    """
    return {
        "command": command,
        "model": entry.name,
        "sha256": entry.sha256,
        "macs": entry.macs,
        "machine": describe_machine(),
        "rows": [*rows, *(row.as_document() for row in make_known_rows(entry))],
        "missing": missing,
    }


def make_known_rows(entry: ModelEntry) -> tuple[Row, ...]:
    """What is known without measuring: the modelled and the published rows."""
    return (*_modelled(entry), *(make_published_row(row) for row in read_published_rows()))


def _measured(
    entry: ModelEntry,
    key: str,
    photos: np.ndarray,
    batches: Sequence[int],
    seconds: float,
    tell: Tell,
) -> Iterator[Row]:
    """The rows of one runtime, each as soon as it is there."""
    runtime, name = RUNTIMES[key](entry), RUNTIME_NAMES[key]
    meter = choose_meter(runtime.meter, runtime.chip)
    try:
        tell("resting", {"runtime": key})
        idle = measure_idle(meter)
        for batch in batches:
            tell("running", {"runtime": key, "batch": batch})
            yield measure_runtime(
                key, name, runtime, meter, idle, photos, batch, seconds, _told(tell)
            )
    finally:
        meter.close()


def _missing(key: str, error: Exception) -> dict[str, str]:
    first = str(error).strip().splitlines() or [type(error).__name__]
    reason = first[0] if isinstance(error, UserError) else f"It does not run here: {first[0]}"
    return {"runtime": key, "name": RUNTIME_NAMES[key], "reason": reason}


def _told(tell: Tell) -> Callable[[Progress], None]:
    return lambda progress: tell("progress", vars(progress))


def _modelled(entry: ModelEntry) -> list[Row]:
    """A row for each board and mapping of which energy, dynamic energy and latency are fitted."""
    estimates: dict[tuple[str, str], dict[str, Estimate]] = {}
    for model in fit_board_models():
        found = estimates.setdefault((model.board, model.mapping), {})
        found[model.quantity] = model.predict_model(entry)
    return [
        make_modelled_row(f"{board}, {mapping} mapping", found, watts, entry.macs)
        for (board, mapping), found in estimates.items()
        if (watts := find_floor_watts(board, mapping)) is not None
    ]


def _inputs(entry: ModelEntry, photos: list[np.ndarray]) -> np.ndarray:
    """(N, S, S, 3) uint8: real lesions of every class, so that their events are real."""
    return np.stack([to_input(photo, entry.input_shape[0]) for photo in photos])

"""Runs a comparison: measures each runtime and adds the modelled and the published rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from qana.bench.activity import find_sparsity
from qana.bench.bench_result import BenchResult, MissingRuntime
from qana.bench.board_model import Estimate, fit_board_models
from qana.bench.command import RUNTIME_NAMES, build_arguments, format_command
from qana.bench.machine import describe_machine
from qana.bench.machine_lock import hold_machine_lock
from qana.bench.measure import measure_idle, measure_runtime
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

ProgressCallback = Callable[[str, dict[str, Any]], None]
"""Takes the kind of an event and its details, which are ready for JSON. The kinds are "waiting",
"loading", "resting", "running", "progress", "row" and "missing"."""


def run_bench(
    entry: ModelEntry,
    keys: Sequence[str],
    batches: Sequence[int],
    seconds: float,
    progress: ProgressCallback,
) -> BenchResult:
    """Measures the runtimes one after the other and adds the modelled and the published rows.

    Args:
        entry: the model.
        keys: runtimes to measure, keys of `RUNTIMES`.
        batches: batch sizes, images.
        seconds: time for each runtime and batch size, s.
        progress: called with each event when it happens.

    Returns:
        The rows of each runtime that ran. A runtime that fails is listed as missing, with the
        reason.

    Raises:
        ModelError: the model is missing or changed.
    """
    photos = [read_image(sample.path) for sample in load_samples()]
    rows: list[Row] = []
    missing: list[MissingRuntime] = []
    with hold_machine_lock(lambda: progress("waiting", {})):
        for key in keys:
            progress("loading", {"runtime": key})
            try:
                inputs = _make_inputs(entry, photos)
                for row in _measure_rows(entry, key, inputs, batches, seconds, progress):
                    rows.append(row)
                    progress("row", {"runtime": key, "row": row.to_json()})
            except (UserError, ImportError, RuntimeError, MemoryError) as error:
                # The rows of the other runtimes must survive the failure of one.
                missing.append(_explain_missing(key, error))
                progress("missing", asdict(missing[-1]))
        progress("loading", {"runtime": "neurobench"})
        classifier = AkidaClassifier(entry)
        counted = count_neurobench(classifier, _make_inputs(entry, photos))
        overhead = measure_overhead(classifier, photos)
    return BenchResult(
        command=format_command(build_arguments(entry.name, keys, batches, seconds)),
        model=entry.name,
        sha256=entry.sha256,
        macs=entry.macs,
        machine=describe_machine(),
        rows=(*rows, *make_known_rows(entry)),
        missing=tuple(missing),
        neurobench=counted,
        overhead=overhead,
    )


def make_stopped_result(
    entry: ModelEntry, command: str, rows: Sequence[Row], missing: Sequence[MissingRuntime]
) -> BenchResult:
    """Makes the result of a run that was stopped before its end.

    Args:
        entry: the model.
        command: the command of the run.
        rows: measured so far.
        missing: runtimes that have failed so far.
    """
    return BenchResult(
        command=command,
        model=entry.name,
        sha256=entry.sha256,
        macs=entry.macs,
        machine=describe_machine(),
        rows=(*rows, *make_known_rows(entry)),
        missing=tuple(missing),
        stopped=True,
    )


def make_known_rows(entry: ModelEntry) -> tuple[Row, ...]:
    """Makes the rows that need no measurement: first the modelled, then the published ones."""
    published = (make_published_row(row) for row in read_published_rows())
    return (*_make_modelled_rows(entry), *published)


def _measure_rows(
    entry: ModelEntry,
    key: str,
    photos: np.ndarray,
    batches: Sequence[int],
    seconds: float,
    progress: ProgressCallback,
) -> Iterator[Row]:
    """Measures one runtime and yields the row of each batch size when it is done."""
    runtime, name = RUNTIMES[key](entry), RUNTIME_NAMES[key]
    meter = choose_meter(runtime.meter, runtime.chip)
    try:
        progress("resting", {"runtime": key})
        idle = measure_idle(meter)
        for batch in batches:
            progress("running", {"runtime": key, "batch": batch})
            yield measure_runtime(
                key,
                name,
                runtime,
                meter,
                idle,
                photos,
                batch,
                seconds,
                lambda seen: progress("progress", vars(seen)),
            )
    finally:
        meter.close()


def _explain_missing(key: str, error: Exception) -> MissingRuntime:
    first = str(error).strip().splitlines() or [type(error).__name__]
    reason = first[0] if isinstance(error, UserError) else f"It does not run here: {first[0]}"
    return MissingRuntime(key, RUNTIME_NAMES[key], reason)


def _make_modelled_rows(entry: ModelEntry) -> list[Row]:
    """Makes a row for each board and mapping with models and a published idle power."""
    estimates: dict[tuple[str, str], dict[str, Estimate]] = {}
    sparsity = find_sparsity(entry)
    for model in fit_board_models():
        found = estimates.setdefault((model.board, model.mapping), {})
        found[model.quantity] = model.predict_model(entry, sparsity)
    return [
        make_modelled_row(f"{board}, {mapping} mapping", found, watts, entry.macs)
        for (board, mapping), found in estimates.items()
        if (watts := find_floor_watts(board, mapping)) is not None
    ]


def _make_inputs(entry: ModelEntry, photos: list[np.ndarray]) -> np.ndarray:
    """Makes (N, S, S, 3) uint8 inputs of real lesions, because latency depends on the events."""
    return np.stack([to_input(photo, entry.input_shape[0]) for photo in photos])

"""Measures one runtime: idle power, warm-up, and runs for some seconds, with progress."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qana.bench.readings import Meter, NotMeasurable, Reading
from qana.bench.rows import Row, make_measured_row
from qana.bench.runtimes import Runtime

COOL_SECONDS, IDLE_SECONDS = 2.0, 3.0
"""Time that a loaded runtime waits: first to cool down, then to measure its idle power, s."""
WARM_SECONDS, WARM_RUNS = 1.0, 3
"""Least warm-up. The first runs allocate, choose kernels and raise clocks, so they do not count."""
FEWEST_RUNS = 5
"""Least runs that are measured, however long one takes."""
PROGRESS_SECONDS = 0.25
"""Time between two progress reports, s."""


@dataclass(frozen=True)
class Progress:
    """What a measurement saw since its last progress report.

    Attributes:
        runtime: key of `qana.bench.runtimes.RUNTIMES`.
        batch: batch size, images.
        latencies_ms: latency of each run since the last report, ms.
        share: share of the measurement that is over, 0 to 1.
        energy_mj: energy of an image since the measurement began, mJ; None without a meter.
    """

    runtime: str
    batch: int
    latencies_ms: tuple[float, ...]
    share: float
    energy_mj: float | None


def measure_idle(meter: Meter) -> Reading | NotMeasurable:
    """Measures the energy of a device while its runtime is loaded and waits."""
    time.sleep(COOL_SECONDS)
    meter.start()
    time.sleep(IDLE_SECONDS)
    return meter.read()


def measure_runtime(
    key: str,
    name: str,
    runtime: Runtime,
    meter: Meter,
    idle: Reading | NotMeasurable,
    photos: np.ndarray,
    batch: int,
    seconds: float,
    progress: Callable[[Progress], None],
) -> Row:
    """Measures latency and energy of one runtime at one batch size.

    Args:
        key: of the runtime, such as "akida".
        name: of the runtime, in words.
        runtime: loaded.
        meter: of the runtime's device.
        idle: reading of that meter by `measure_idle`.
        photos: (N, S, S, 3) uint8, used in turn.
        batch: batch size, images.
        seconds: least time to run, s; the last run is always finished.
        progress: called about four times a second.
    """
    _warm_up(runtime, photos, batch)
    meter.start()
    latencies: list[float] = []
    reported, start = 0, time.perf_counter()
    last = start
    while (now := time.perf_counter()) - start < seconds or len(latencies) < FEWEST_RUNS:
        if now - last > PROGRESS_SECONDS:
            energy = _compute_energy_per_image(meter.read(), batch * len(latencies))
            share = min((now - start) / seconds, 1.0)
            progress(Progress(key, batch, tuple(latencies[reported:]), share, energy))
            reported, last = len(latencies), now
        inputs = _take_batch(photos, len(latencies), batch)
        before = time.perf_counter()
        runtime.run(inputs)
        latencies.append(1e3 * (time.perf_counter() - before))
    reading = meter.read()
    energy = _compute_energy_per_image(reading, batch * len(latencies))
    progress(Progress(key, batch, tuple(latencies[reported:]), 1.0, energy))
    return make_measured_row(
        name,
        runtime.device,
        runtime.precision,
        batch,
        np.array(latencies),
        reading,
        idle,
        runtime.doubt,
    )


def _take_batch(photos: np.ndarray, start: int, size: int) -> np.ndarray:
    """Takes `size` photos in turn, from the photo `start`, and begins again after the last."""
    return photos[(start + np.arange(size)) % len(photos)]


def _warm_up(runtime: Runtime, photos: np.ndarray, batch: int) -> None:
    start, runs = time.perf_counter(), 0
    while runs < WARM_RUNS or time.perf_counter() - start < WARM_SECONDS:
        runtime.run(_take_batch(photos, runs, batch))
        runs += 1


def _compute_energy_per_image(reading: Reading | NotMeasurable, images: int) -> float | None:
    """Computes millijoules an image; None without a reading."""
    if isinstance(reading, NotMeasurable) or not images:
        return None
    return 1e3 * reading.joules / images

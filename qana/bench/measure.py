"""Measuring one runtime: rest, warm up, run for seconds, and tell what was seen on the way."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qana.bench.readings import Meter, NotMeasurable, Reading
from qana.bench.rows import Row, make_measured_row
from qana.bench.runtimes import Runtime

COOL_SECONDS, IDLE_SECONDS = 2.0, 3.0
"""Loaded and waiting: first to cool down from loading, then to learn the power at rest."""
WARM_SECONDS, WARM_RUNS = 1.0, 3
"""First runs allocate, pick kernels and raise clocks: they do not count."""
FEWEST_RUNS = 5
"""However long a run takes."""
TELL_SECONDS = 0.25


@dataclass(frozen=True)
class Progress:
    """What was seen since the last one.

    Attributes:
        runtime: key of `qana.bench.runtimes.RUNTIMES`.
        batch: images at once.
        latencies_ms: of the runs since the last progress.
        share: of the time of this measurement that is over, 0 to 1.
        energy_mj: an image, since the measurement began; None where no meter counts.
    """

    runtime: str
    batch: int
    latencies_ms: tuple[float, ...]
    share: float
    energy_mj: float | None


def measure_idle(meter: Meter) -> Reading | NotMeasurable:
    """What a device draws while a runtime is loaded and waits."""
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
    tell: Callable[[Progress], None],
) -> Row:
    """Runs one runtime at one batch size.

    Args:
        key, name: of the runtime.
        runtime: loaded.
        meter: that sees its device.
        idle: of that meter, by `measure_idle`.
        photos: (N, S, S, 3) uint8, run in turn.
        batch: images at once.
        seconds: to run for, at least; a run that has begun is ended.
        tell: takes what was seen, about four times a second.
    """
    _warm_up(runtime, photos, batch)
    meter.start()
    latencies: list[float] = []
    told, start = 0, time.perf_counter()
    last = start
    while (now := time.perf_counter()) - start < seconds or len(latencies) < FEWEST_RUNS:
        if now - last > TELL_SECONDS:
            energy = _per_image(meter.read(), batch * len(latencies))
            share = min((now - start) / seconds, 1.0)
            tell(Progress(key, batch, tuple(latencies[told:]), share, energy))
            told, last = len(latencies), now
        inputs = _batch(photos, len(latencies), batch)
        before = time.perf_counter()
        runtime.run(inputs)
        latencies.append(1e3 * (time.perf_counter() - before))
    reading = meter.read()
    images = batch * len(latencies)
    tell(Progress(key, batch, tuple(latencies[told:]), 1.0, _per_image(reading, images)))
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


def _batch(photos: np.ndarray, start: int, size: int) -> np.ndarray:
    """The photos in turn, begun at one of them."""
    return photos[(start + np.arange(size)) % len(photos)]


def _warm_up(runtime: Runtime, photos: np.ndarray, batch: int) -> None:
    start, runs = time.perf_counter(), 0
    while runs < WARM_RUNS or time.perf_counter() - start < WARM_SECONDS:
        runtime.run(_batch(photos, runs, batch))
        runs += 1


def _per_image(reading: Reading | NotMeasurable, images: int) -> float | None:
    if isinstance(reading, NotMeasurable) or not images:
        return None
    return 1e3 * reading.joules / images

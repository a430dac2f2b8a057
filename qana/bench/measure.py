"""Measuring one runtime: rest, warm up, run for seconds, and tell what was seen on the way."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qana.bench.readings import Meter, NotMeasurable, Reading
from qana.bench.rows import Row, measured
from qana.bench.runtimes import Runtime

REST_SECONDS = 2.0
"""Loaded and waiting, before each measurement: cools down, and gives the idle power."""
WARM_SECONDS, WARM_RUNS = 1.0, 3
"""First runs allocate, pick kernels and raise clocks: they do not count."""
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


def measure(
    key: str,
    name: str,
    runtime: Runtime,
    meter: Meter,
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
        photos: (N, S, S, 3) uint8, run in turn.
        batch: images at once.
        seconds: to run for, at least; a run that has begun is ended.
        tell: takes what was seen, about four times a second.
    """
    meter.start()
    time.sleep(REST_SECONDS)
    idle = meter.read()
    batches = _batches(photos, batch)
    _warm_up(runtime, batches)
    meter.start()
    latencies: list[float] = []
    told, start = 0, time.perf_counter()
    last = start
    while (now := time.perf_counter()) - start < seconds or not latencies:
        if now - last > TELL_SECONDS:
            energy = _per_image(meter.read(), batch * len(latencies))
            tell(Progress(key, batch, tuple(latencies[told:]), (now - start) / seconds, energy))
            told, last = len(latencies), now
        inputs = batches[len(latencies) % len(batches)]
        before = time.perf_counter()
        runtime.run(inputs)
        latencies.append(1e3 * (time.perf_counter() - before))
    reading = meter.read()
    images = batch * len(latencies)
    tell(Progress(key, batch, tuple(latencies[told:]), 1.0, _per_image(reading, images)))
    return measured(
        name, runtime.device, runtime.precision, batch, np.array(latencies), reading, idle
    )


def _batches(photos: np.ndarray, batch: int) -> list[np.ndarray]:
    """As many batches as photos, each begun one photo further on."""
    numbers = np.arange(len(photos))
    return [photos[(start + np.arange(batch)) % len(photos)] for start in numbers]


def _warm_up(runtime: Runtime, batches: list[np.ndarray]) -> None:
    start, runs = time.perf_counter(), 0
    while runs < WARM_RUNS or time.perf_counter() - start < WARM_SECONDS:
        runtime.run(batches[runs % len(batches)])
        runs += 1


def _per_image(reading: Reading | NotMeasurable, images: int) -> float | None:
    if isinstance(reading, NotMeasurable) or not images:
        return None
    return 1e3 * reading.joules / images

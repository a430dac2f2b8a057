"""One row of a comparison, and the three ways to make one: measured, modelled, published."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from qana.bench.board_model import Estimate
from qana.bench.published import PublishedRow
from qana.bench.readings import MEASURED, MODELLED, PUBLISHED, NotMeasurable, Reading


@dataclass(frozen=True)
class Energy:
    """Millijoules an image.

    Attributes:
        value: best value, mJ.
        low, high: mJ; what its source leaves open. Below 0 where the idle power that is subtracted
            is known no better than that.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Latency:
    """Milliseconds from a batch to its answer.

    Attributes:
        p50: the median.
        p5, p95: percentiles of the runs; None where single runs are not known.
        low, high: interval of the median, where its source gives one.
    """

    p50: float
    p5: float | None = None
    p95: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Row:
    """Attributes:
    runtime: what ran, in words; device: on what; precision: of weights and activations.
    batch: images at once.
    latency_ms: of a batch; None where only energy is known.
    energy_mj: an image, all that the meter saw; None where it is not known.
    energy_net_mj: the same without what the device draws at rest.
    idle_watts: what it draws at rest, loaded and waiting.
    not_measurable: why a measured row has no energy, and the remedy.
    runs, images, seconds: how much was run for a measured row.
    provenance: measured, modelled or published.
    source: the counter, the fit or the citation.
    doubt: what is doubtful or particular about the numbers, in one line.
    """

    runtime: str
    device: str
    precision: str | None
    batch: int
    latency_ms: Latency | None
    energy_mj: Energy | None
    provenance: str
    source: str
    energy_net_mj: Energy | None = None
    idle_watts: float | None = None
    not_measurable: NotMeasurable | None = None
    runs: int | None = None
    images: int | None = None
    seconds: float | None = None
    doubt: str | None = None

    @property
    def images_per_second(self) -> float | None:
        """Rate at the median latency."""
        return 1e3 * self.batch / self.latency_ms.p50 if self.latency_ms else None

    def as_document(self) -> dict[str, Any]:
        """The row as JSON has it."""
        return asdict(self) | {"images_per_second": self.images_per_second}


def make_measured_row(
    runtime: str,
    device: str,
    precision: str,
    batch: int,
    latencies_ms: np.ndarray,
    reading: Reading | NotMeasurable,
    idle: Reading | NotMeasurable,
    doubt: str | None = None,
) -> Row:
    """A row of what a clock and a meter of this machine gave.

    Args:
        runtime, device, precision: in words.
        batch: images at once.
        latencies_ms: (R,) of every run while `reading` counted, at least one.
        reading: of the meter over all runs.
        idle: of the same meter while the runtime was loaded and waiting.
        doubt: what is particular about the runtime.
    """
    images = batch * len(latencies_ms)
    p5, p50, p95 = (float(value) for value in np.percentile(latencies_ms, (5, 50, 95)))
    total = net = watts = None
    source = "clock of this machine"
    if isinstance(reading, Reading):
        total = Energy(*(1e3 * j / images for j in (reading.joules, reading.low, reading.high)))
        source += f"; {reading.source}: {reading.covers}"
    if isinstance(reading, Reading) and isinstance(idle, Reading):
        watts = idle.watts
        at_rest = [j * reading.seconds / idle.seconds for j in (idle.joules, idle.high, idle.low)]
        counted = (reading.joules, reading.low, reading.high)
        net = Energy(*(1e3 * (a - b) / images for a, b in zip(counted, at_rest, strict=True)))
    return Row(
        runtime=runtime,
        device=device,
        precision=precision,
        batch=batch,
        latency_ms=Latency(p50, p5, p95),
        energy_mj=total,
        provenance=MEASURED,
        source=source,
        energy_net_mj=net,
        idle_watts=watts,
        not_measurable=reading if isinstance(reading, NotMeasurable) else None,
        runs=len(latencies_ms),
        images=images,
        seconds=float(latencies_ms.sum() / 1e3),
        doubt=doubt,
    )


def make_modelled_row(
    board: str, estimates: dict[str, Estimate], idle_watts: float, macs: int
) -> Row:
    """A row of what fits to published board figures expect.

    Args:
        board: and how the network is mapped on it, in words.
        estimates: "energy", "dynamic" and "latency" of an image.
        idle_watts: published power of the board at rest, W.
        macs: of the network.
    """
    energy, net, latency = (estimates[name] for name in ("energy", "dynamic", "latency"))
    return Row(
        runtime=f"A network of {macs / 1e6:.1f} MMAC",
        device=board,
        precision=None,
        batch=1,
        latency_ms=Latency(latency.value, low=latency.low, high=latency.high),
        energy_mj=Energy(energy.value, energy.low, energy.high),
        provenance=MODELLED,
        source=" ".join(dict.fromkeys(estimate.source for estimate in estimates.values())),
        energy_net_mj=Energy(net.value, net.low, net.high),
        idle_watts=idle_watts,
        doubt=energy.caveat,
    )


def make_published_row(row: PublishedRow) -> Row:
    """A row that others published."""
    return Row(
        runtime=row.runtime,
        device=row.device,
        precision=None,
        batch=1,
        latency_ms=Latency(row.latency_ms) if row.latency_ms else None,
        energy_mj=_exactly(row.energy_mj),
        provenance=PUBLISHED,
        source=row.source,
        energy_net_mj=_exactly(row.net_mj),
        idle_watts=row.idle_watts,
        doubt=row.doubt,
    )


def _exactly(value: float | None) -> Energy | None:
    """A figure that was published without an interval."""
    return None if value is None else Energy(value, value, value)

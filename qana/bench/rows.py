"""One row of a comparison, and the three ways to make one: measured, modelled, published.

A row says itself where it comes from, and no other code sets that word.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from qana.bench.boards import Estimate
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
    """Milliseconds from a batch to its answer: the median, 5th and 95th percentile; of a modelled
    row the value and the ends of its interval; None: not known."""

    p50: float
    p5: float | None = None
    p95: float | None = None


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
    images, seconds: how much was run for a measured row.
    provenance: measured, modelled or published.
    source: the counter, the fit or the citation.
    doubt: what is doubtful about a published or modelled number, in one line.
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


def measured(
    runtime: str,
    device: str,
    precision: str,
    batch: int,
    latencies_ms: np.ndarray,
    reading: Reading | NotMeasurable,
    idle: Reading | NotMeasurable,
) -> Row:
    """A row of what a clock and a meter of this machine gave.

    Args:
        runtime, device, precision: in words.
        batch: images at once.
        latencies_ms: (R,) of every run while `reading` counted, at least one.
        reading: of the meter over all runs.
        idle: of the same meter while the runtime was loaded and waiting.
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
        images=images,
        seconds=float(latencies_ms.sum() / 1e3),
    )


def modelled(board: str, energy: Estimate, latency: Estimate | None, macs: int) -> Row:
    """A row of what a fit to published board figures expects.

    Args:
        board: and how the network is mapped on it, in words.
        energy: of an image, the board's floor included.
        latency: of an image; the floor's power follows from both.
        macs: of the network.
    """
    share = energy.dynamic_share
    net = watts = None
    if share is not None:
        net = Energy(energy.value * share, energy.low * share, energy.high * share)
    if share is not None and latency is not None:
        watts = energy.value * (1 - share) / latency.value
    known = [energy, latency] if latency else [energy]
    return Row(
        runtime=f"A network of {macs / 1e6:.1f} MMAC",
        device=board,
        precision=None,
        batch=1,
        latency_ms=Latency(latency.value, latency.low, latency.high) if latency else None,
        energy_mj=Energy(energy.value, energy.low, energy.high),
        provenance=MODELLED,
        source=" ".join(dict.fromkeys(estimate.source for estimate in known)),
        energy_net_mj=net,
        idle_watts=watts,
        doubt=energy.caveat,
    )


def published(row: PublishedRow) -> Row:
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

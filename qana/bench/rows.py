"""Rows of a comparison, which are measured, modelled or published."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from qana.bench.board_model import Estimate
from qana.bench.published import PublishedRow
from qana.bench.readings import MEASURED, MODELLED, PUBLISHED, NotMeasurable, Reading


@dataclass(frozen=True)
class Energy:
    """Energy of one image with its interval.

    The ends are below 0 where the uncertainty of the idle power exceeds the net energy.

    Attributes:
        value: best value, mJ.
        low: lower end of the interval, mJ.
        high: upper end of the interval, mJ.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Latency:
    """Time from a batch to its logits.

    Attributes:
        p50: median, ms.
        p5: 5th percentile of the runs, ms; None where single runs are unknown.
        p95: 95th percentile of the runs, ms; None where single runs are unknown.
        low: lower end of the median's interval, ms; None where the source gives none.
        high: upper end of the median's interval, ms; None where the source gives none.
    """

    p50: float
    p5: float | None = None
    p95: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Row:
    """One network on one device at one batch size.

    Attributes:
        runtime: name of the runtime, in words.
        device: name of the device, in words.
        precision: of weights and activations, in words; None where it is unknown.
        batch: batch size, images.
        latency_ms: latency of a batch, ms; None where only the energy is known.
        energy_mj: energy of an image as the meter saw it, mJ; None where it is unknown.
        provenance: "measured", "modelled" or "published".
        source: the counter, the fit or the citation.
        energy_net_mj: energy of an image without the idle power, mJ; None where it is unknown.
        idle_watts: power of the device with a loaded runtime that waits, W; None where unknown.
        not_measurable: why a measured row has no energy; None for every other row.
        runs: measured runs; None for a row that was not measured.
        images: measured images; None for a row that was not measured.
        seconds: measured time, s; None for a row that was not measured.
        doubt: one line on what limits the numbers; None where nothing does.
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
        """Throughput at the median latency, images/s."""
        return 1e3 * self.batch / self.latency_ms.p50 if self.latency_ms else None

    def to_json(self) -> dict[str, Any]:
        """Converts the row to an element of "rows" of `python -m qana bench --json`."""
        return asdict(self) | {"images_per_second": self.images_per_second}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "Row":
        """Converts what `to_json` made back into a row. It checks no values."""
        fields = {key: document[key] for key in cls.__dataclass_fields__}
        for key, kind in (
            ("latency_ms", Latency),
            ("energy_mj", Energy),
            ("energy_net_mj", Energy),
            ("not_measurable", NotMeasurable),
        ):
            fields[key] = None if fields[key] is None else kind(**fields[key])
        return cls(**fields)


def make_measured_row(
    runtime: str,
    device: str,
    precision: str,
    batch: int,
    latencies_ms: np.ndarray,
    reading: Reading | NotMeasurable,
    idle: Reading | NotMeasurable,
    doubt: str | None = None,
    clock: str = "clock of this machine",
) -> Row:
    """Makes a row from a clock and a meter of this machine.

    Args:
        runtime: in words.
        device: in words.
        precision: in words.
        batch: batch size, images.
        latencies_ms: (R,) float, latency of every run while `reading` counted, ms; R >= 1.
        reading: of the meter over all runs.
        idle: of the same meter while the runtime was loaded and waited.
        doubt: one line on what limits the runtime's numbers.
        clock: the clock that timed the runs, in words.
    """
    images = batch * len(latencies_ms)
    p5, p50, p95 = (float(value) for value in np.percentile(latencies_ms, (5, 50, 95)))
    total = net = watts = None
    source = clock
    if isinstance(reading, Reading):
        total = Energy(*(1e3 * j / images for j in (reading.joules, reading.low, reading.high)))
        source += f"; {reading.source}: {reading.covers}"
    if isinstance(reading, Reading) and isinstance(idle, Reading):
        watts = idle.watts
        # The low end of the net energy subtracts the high end of the idle energy.
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
    """Makes a row from models that were fitted to published board figures.

    Args:
        board: the board and the mapping on it, in words.
        estimates: of an image, under the keys "energy", "dynamic" and "latency".
        idle_watts: published power of the idle board, W.
        macs: multiply-accumulates of the network for one image.
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
    """Makes a row from a published figure."""
    return Row(
        runtime=row.runtime,
        device=row.device,
        precision=None,
        batch=1,
        latency_ms=Latency(row.latency_ms) if row.latency_ms else None,
        energy_mj=_make_exact_energy(row.energy_mj),
        provenance=PUBLISHED,
        source=row.source,
        energy_net_mj=_make_exact_energy(row.net_mj),
        idle_watts=row.idle_watts,
        doubt=row.doubt,
    )


def _make_exact_energy(value: float | None) -> Energy | None:
    """Makes the energy of a figure that was published without an interval."""
    return None if value is None else Energy(value, value, value)

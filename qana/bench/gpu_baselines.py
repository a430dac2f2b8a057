"""Finds out what the choice of a GPU's baseline alone is worth.

One network on one card differs by more than a hundred in energy: plain torch with one photo at a
time leaves the card waiting, and a compiled graph of 16 bits with many photos does not. A ratio
against a chip therefore uses the best row of the card.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from qana.bench.compare_rows import format_factor, is_gpu_row
from qana.bench.readings import MEASURED
from qana.bench.rows import Row


@dataclass(frozen=True)
class GpuBaselines:
    """The measured rows of one GPU.

    Attributes:
        device: name of the GPU.
        rows: all of them, the slowest with a single photo first.
    """

    device: str
    rows: tuple[Row, ...]

    @property
    def fastest(self) -> Row | None:
        """The row that answers a single photo first; None if single photos were not measured."""
        return min(self._single, key=get_ms_per_photo, default=None)

    @property
    def slowest(self) -> Row | None:
        """The row that answers a single photo last; None if single photos were not measured."""
        return max(self._single, key=get_ms_per_photo, default=None)

    @property
    def leanest(self) -> Row | None:
        """The row with the least energy for a photo; None if no energy is known."""
        return min(self._metered, key=get_mj_per_photo, default=None)

    @property
    def costliest(self) -> Row | None:
        """The row with the most energy for a photo; None if no energy is known."""
        return max(self._metered, key=get_mj_per_photo, default=None)

    @property
    def _single(self) -> list[Row]:
        return [row for row in self.rows if row.batch == 1]

    @property
    def _metered(self) -> list[Row]:
        return [row for row in self.rows if row.energy_mj is not None and row.energy_mj.value > 0]


def group_baselines(rows: Sequence[Row]) -> tuple[GpuBaselines, ...]:
    """Groups the measured rows of GPUs by device.

    Args:
        rows: any rows.
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.provenance == MEASURED and is_gpu_row(row) and row.latency_ms:
            groups.setdefault(row.device, []).append(row)
    return tuple(
        GpuBaselines(device, tuple(sorted(found, key=lambda r: (r.batch, -get_ms_per_photo(r)))))
        for device, found in groups.items()
    )


def find_baselines(rows: Sequence[Row], device: str) -> GpuBaselines:
    """Finds the measured rows of one GPU; without one, there are none.

    Args:
        rows: any rows.
        device: name of the GPU.
    """
    found = (one for one in group_baselines(rows) if one.device == device)
    return next(found, GpuBaselines(device, ()))


def describe_baseline(row: Row) -> str:
    """Describes how a GPU was used, such as "Float on an NVIDIA GPU, 64 photos at once"."""
    photos = "one photo at a time" if row.batch == 1 else f"{row.batch} photos at once"
    return (
        f"{row.runtime}, {row.precision}, {photos}" if row.precision else f"{row.runtime}, {photos}"
    )


def describe_worth(baselines: GpuBaselines) -> str:
    """Describes in a sentence or two what the choice of the baseline is worth; "" for one row."""
    sentences = []
    lean, costly = baselines.leanest, baselines.costliest
    if lean and costly and lean is not costly:
        most, least = get_mj_per_photo(costly), get_mj_per_photo(lean)
        sentences.append(
            "The choice of the baseline alone is worth a factor of "
            f"{format_factor(most / least)} in energy: {most:.3g} mJ a photo "
            f"({describe_baseline(costly)}) against {least:.3g} mJ ({describe_baseline(lean)})."
        )
    fast, slow = baselines.fastest, baselines.slowest
    if fast and slow and fast is not slow:
        most, least = get_ms_per_photo(slow), get_ms_per_photo(fast)
        sentences.append(
            f"For a single photo it is worth a factor of {format_factor(most / least)} in time: "
            f"{most:.3g} ms ({slow.runtime}) against {least:.3g} ms ({fast.runtime})."
        )
    return " ".join(sentences)


def get_ms_per_photo(row: Row) -> float:
    """Gets the time of a row for each photo, ms."""
    assert row.latency_ms is not None
    return row.latency_ms.p50 / row.batch


def get_mj_per_photo(row: Row) -> float:
    """Gets the energy of a row for each photo, mJ."""
    assert row.energy_mj is not None
    return row.energy_mj.value

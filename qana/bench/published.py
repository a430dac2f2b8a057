"""What others published: shown beside what is measured here, never in its place.

`assets/published.csv` holds the paper's table, MLPerf Tiny, a thesis and the vendor's FPGA;
`assets/boards.csv` the vendor's board figures, to which `qana.bench.board_model` fits its models.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from qana.bench.readings import PUBLISHED
from qana.errors import UserError
from qana.resources import ASSETS


@dataclass(frozen=True)
class Figure:
    """What was published of one network on one board.

    Attributes:
        board: the chip, such as "AKD1500".
        mapping: "minimal", the fewest neural processors, or "best", the least energy.
        network: its name, with width and input size.
        mmac: multiply-accumulates of one image, millions, counted from akida_models.
        sparsity: share of zero activations, 0 to 1; None where not published, as below.
        latency_ms: of one image.
        energy_mj: of one image, the board's floor included.
        floor_mw: power of the idle board.
        dynamic_mj: part of `energy_mj` above the board's floor.
        fitted: quantities whose model this figure enters: "energy", "latency", "dynamic".
        source: the page.
        doubt: one sentence on what is doubtful or particular about it.
    """

    board: str
    mapping: str
    network: str
    mmac: float
    sparsity: float | None
    latency_ms: float | None
    energy_mj: float
    floor_mw: float | None
    dynamic_mj: float | None
    fitted: tuple[str, ...]
    source: str
    doubt: str

    @property
    def floor_watts(self) -> float | None:
        """Power of the idle board, W: published, or what is not dynamic over the latency."""
        if self.floor_mw is not None:
            return self.floor_mw / 1e3
        if self.dynamic_mj is None or self.latency_ms is None:
            return None
        return (self.energy_mj - self.dynamic_mj) / self.latency_ms

    def published(self, quantity: str) -> float:
        """The figure for "energy" or "dynamic", mJ, or "latency", ms.

        Raises:
            UserError: it was not published.
        """
        value = {
            "energy": self.energy_mj,
            "latency": self.latency_ms,
            "dynamic": self.dynamic_mj,
        }[quantity]
        if value is None:
            raise UserError(f"{self.network} has no published {quantity}: take it out of the fit.")
        return value


@dataclass(frozen=True)
class PublishedRow:
    """Attributes:
    runtime: the network, with its mapping where the vendor names one.
    device: chip, card or board.
    latency_ms: of one image; None where not published.
    energy_mj: of one image; None where not published.
    source: citation.
    doubt: one sentence on what is doubtful about it.
    net_mj: of one image, the board's floor not included; None where not published.
    idle_watts: the floor, W; None where neither published nor implied.
    provenance: always "published".
    """

    runtime: str
    device: str
    latency_ms: float | None
    energy_mj: float | None
    source: str
    doubt: str
    net_mj: float | None = None
    idle_watts: float | None = None
    provenance: str = field(default=PUBLISHED, init=False)

    @property
    def watts(self) -> float | None:
        """Mean power that the row implies, W; None where latency or energy is not published."""
        if self.latency_ms is None or self.energy_mj is None:
            return None
        return self.energy_mj / self.latency_ms


@dataclass(frozen=True)
class PaperRatios:
    """What the paper claims for its network on an AKD1000 against an RTX 3090.

    Attributes:
        latency_saved: share of the latency, 0 to 1.
        energy_saved: share of the energy, 0 to 1.
        source: citation.
    """

    latency_saved: float
    energy_saved: float
    source: str


def read_figures() -> tuple[Figure, ...]:
    """Every figure of `assets/boards.csv`, in its order."""
    return tuple(
        Figure(
            board=row["board"],
            mapping=row["mapping"],
            network=row["network"],
            mmac=float(row["mmac"]),
            sparsity=_known(row["sparsity"]),
            latency_ms=_known(row["latency_ms"]),
            energy_mj=float(row["energy_mj"]),
            floor_mw=_known(row["floor_mw"]),
            dynamic_mj=_known(row["dynamic_mj"]),
            fitted=tuple(row["fitted"].split()),
            source=row["source"],
            doubt=row["doubt"],
        )
        for row in _rows("boards.csv")
    )


def compute_dynamic_share(
    figures: Sequence[Figure], board: str, mapping: str, quantity: str
) -> float | None:
    """Median share of the energy that is above the board's floor, 0 to 1; None for "latency"."""
    shares = [
        figure.dynamic_mj / figure.energy_mj
        for figure in figures
        if (figure.board, figure.mapping) == (board, mapping) and figure.dynamic_mj is not None
    ]
    return median(shares) if shares and quantity == "energy" else None


def find_floor_watts(board: str, mapping: str) -> float | None:
    """Median published power of a board at rest, W; None where none is published or implied."""
    floors = [
        figure.floor_watts
        for figure in read_figures()
        if (figure.board, figure.mapping) == (board, mapping) and figure.floor_watts is not None
    ]
    return median(floors) if floors else None


def read_published_rows() -> tuple[PublishedRow, ...]:
    """All published rows: the paper's first, the vendor's boards last."""
    rows = [
        PublishedRow(
            runtime=row["network"],
            device=row["device"],
            latency_ms=_known(row["latency_ms"]),
            energy_mj=_known(row["energy_mj"]),
            source=row["source"],
            doubt=row["doubt"],
        )
        for row in _rows("published.csv")
    ]
    rows += [
        PublishedRow(
            runtime=f"{figure.network}, {figure.mapping} mapping",
            device=figure.board,
            latency_ms=figure.latency_ms,
            energy_mj=figure.energy_mj,
            source=figure.source,
            doubt=figure.doubt,
            net_mj=figure.dynamic_mj,
            idle_watts=figure.floor_watts,
        )
        for figure in read_figures()
    ]
    return tuple(rows)


def compute_paper_ratios() -> PaperRatios:
    """The paper's 94.6 % less latency and 99.0 % less energy, from the rows of its table."""
    qana = {row["device"]: row for row in _rows("published.csv") if row["network"] == "QANA"}
    card, chip = qana["RTX 3090"], qana["AKD1000"]
    return PaperRatios(
        latency_saved=1 - float(chip["latency_ms"]) / float(card["latency_ms"]),
        energy_saved=1 - float(chip["energy_mj"]) / float(card["energy_mj"]),
        source=card["source"],
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (ASSETS / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _known(cell: str) -> float | None:
    return float(cell) if cell else None

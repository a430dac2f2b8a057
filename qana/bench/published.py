"""Reads the published figures, which a page displays next to measured ones.

`assets/published.csv` holds the paper's table, MLPerf Tiny, a thesis and the vendor's FPGA.
`assets/boards.csv` holds the vendor's board figures, to which `qana.bench.board_model` fits its
models.
"""

import csv
from dataclasses import dataclass, field
from statistics import median

from qana.bench.readings import PUBLISHED
from qana.errors import UserError
from qana.resources import ASSETS


@dataclass(frozen=True)
class Figure:
    """The published figures of one network on one board. A figure that is not published is None.

    Attributes:
        board: the chip, such as "AKD1500".
        mapping: "Minimal" for the fewest neural processors, "AllNPs" for as many as the fewest
            passes allow, "HwPr" for all of them in more passes, or "best" where only the least
            energy of all modes is published.
        network: name of the network, with width and input size.
        mmac: millions of multiply-accumulates of one image, counted from the published layers.
        sparsity: share of zero activations, 0 to 1, the mean over the layers.
        latency_ms: time of one image, ms.
        energy_mj: energy of one image, floor power included, mJ.
        floor_mw: power of the idle board, mW.
        dynamic_mj: part of `energy_mj` above the floor power, mJ.
        fitted: the models that are fitted to this figure, each as the mapping that it estimates,
            one of the above, and its quantity: "energy", "latency" or "dynamic". A figure of the
            mode with the least energy serves the models of "best", too.
        source: the page.
        doubt: one sentence on what limits the figure.
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
    fitted: tuple[tuple[str, str], ...]
    source: str
    doubt: str

    @property
    def floor_watts(self) -> float | None:
        """Power of the idle board, W: published, or the static energy over the latency."""
        if self.floor_mw is not None:
            return self.floor_mw / 1e3
        if self.dynamic_mj is None or self.latency_ms is None:
            return None
        return (self.energy_mj - self.dynamic_mj) / self.latency_ms

    def get_value(self, quantity: str) -> float:
        """Gets the figure of one quantity.

        Args:
            quantity: "energy" or "dynamic", in mJ, or "latency", in ms.

        Raises:
            UserError: the figure is not published.
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
    """A published figure as a row of the comparison. A number that is not published is None.

    Attributes:
        runtime: the network, and its mapping where the vendor names one.
        device: chip, card or board.
        latency_ms: time of one image, ms.
        energy_mj: energy of one image, mJ.
        source: citation.
        doubt: one sentence on what limits the figure.
        net_mj: energy of one image above the floor power, mJ.
        idle_watts: floor power, W, published or computed.
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
        """Mean power, W: energy over latency; None where one of them is not published."""
        if self.latency_ms is None or self.energy_mj is None:
            return None
        return self.energy_mj / self.latency_ms


@dataclass(frozen=True)
class PaperRatios:
    """Savings that the paper claims for its network on an AKD1000 against an RTX 3090.

    Attributes:
        latency_saved: saved share of the latency, 0 to 1.
        energy_saved: saved share of the energy, 0 to 1.
        source: citation.
    """

    latency_saved: float
    energy_saved: float
    source: str


def read_figures() -> tuple[Figure, ...]:
    """Reads every figure of `assets/boards.csv`, in its order."""
    return tuple(
        Figure(
            board=row["board"],
            mapping=row["mapping"],
            network=row["network"],
            mmac=float(row["mmac"]),
            sparsity=_parse_number(row["sparsity"]),
            latency_ms=_parse_number(row["latency_ms"]),
            energy_mj=float(row["energy_mj"]),
            floor_mw=_parse_number(row["floor_mw"]),
            dynamic_mj=_parse_number(row["dynamic_mj"]),
            fitted=tuple(_parse_fit(word) for word in row["fitted"].split()),
            source=row["source"],
            doubt=row["doubt"],
        )
        for row in _read_csv("boards.csv")
    )


def find_floor_watts(board: str, mapping: str) -> float | None:
    """Finds the median power of an idle board, W; None where it is not published.

    Args:
        board: see `Figure`.
        mapping: that a model estimates, see `Figure.fitted`.
    """
    floors = [
        figure.floor_watts
        for figure in read_figures()
        if figure.board == board
        and mapping in dict(figure.fitted)
        and figure.floor_watts is not None
    ]
    return median(floors) if floors else None


def read_published_rows() -> tuple[PublishedRow, ...]:
    """Reads all published rows: those of `published.csv`, then those of `boards.csv`."""
    rows = [
        PublishedRow(
            runtime=row["network"],
            device=row["device"],
            latency_ms=_parse_number(row["latency_ms"]),
            energy_mj=_parse_number(row["energy_mj"]),
            source=row["source"],
            doubt=row["doubt"],
        )
        for row in _read_csv("published.csv")
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
    """Computes the paper's savings, 94.6 % of latency and 99.0 % of energy, from its table."""
    qana = {row["device"]: row for row in _read_csv("published.csv") if row["network"] == "QANA"}
    card, chip = qana["RTX 3090"], qana["AKD1000"]
    return PaperRatios(
        latency_saved=1 - float(chip["latency_ms"]) / float(card["latency_ms"]),
        energy_saved=1 - float(chip["energy_mj"]) / float(card["energy_mj"]),
        source=card["source"],
    )


def _read_csv(name: str) -> list[dict[str, str]]:
    with (ASSETS / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _parse_fit(word: str) -> tuple[str, str]:
    """Parses a mapping and a quantity, such as "HwPr:energy"."""
    mapping, _, quantity = word.partition(":")
    return mapping, quantity


def _parse_number(cell: str) -> float | None:
    """Parses a cell; an empty one is None."""
    return float(cell) if cell else None

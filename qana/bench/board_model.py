"""Models energy and latency of a network on an Akida board from its number of MACs.

Each model is a power law, a straight line on logs, fitted to all published board figures of one
mapping (`assets/boards.csv`). Its variable is the number of MACs, or of MACs with a non-zero input
where that predicts left-out figures better: a chip that computes events skips the others. The
AKD1000 has a single figure, so it has no model.

The interval is that of `qana.bench.jackknife`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

import numpy as np

from qana.bench.jackknife import predict_left_out, predict_on_line
from qana.bench.published import Figure, read_figures
from qana.bench.readings import MODELLED
from qana.errors import UserError
from qana.inference.manifest import AKIDA1, AKIDA2, ModelEntry

RATE = 0.8
"""Rate of every interval: the share of new networks that it is meant to cover."""
UNITS = {"energy": "mJ", "latency": "ms", "dynamic": "mJ"}
ALL_MACS = "as many MACs on the {board}, of Akida 1.0, at the published networks' sparsity"
ACTIVE_MACS = "as many MACs with a non-zero input on the {board}, of Akida 1.0"
TARGETS = {
    AKIDA1: "{name} is such a network, and none has metered it there.",
    AKIDA2: "{name} is for Akida 2.0, of which only latencies of an FPGA are published.",
}
"""Target of a model to the second part of its caveat."""
FAMILY = "AkidaNet"
ALIKE = " All of them are AkidaNets: another architecture may be further off."


@dataclass(frozen=True)
class Estimate:
    """A modelled cost of one image.

    Attributes:
        quantity: "energy", "dynamic" or "latency", see `BoardModel`.
        value: best value, in `unit`.
        low: lower end of the interval, in `unit`.
        high: upper end of the interval, in `unit`.
        unit: "mJ" or "ms".
        rate: share of networks that the interval is meant to cover, 0 to 1.
        source: the figures that the model was fitted to.
        caveat: what limits the estimate, with its leave-one-out error.
        extrapolated: whether the network is smaller or larger than every fitted one.
        provenance: always "modelled".
    """

    quantity: str
    value: float
    low: float
    high: float
    unit: str
    rate: float
    source: str
    caveat: str
    extrapolated: bool
    provenance: str = field(default=MODELLED, init=False)


@dataclass(frozen=True)
class HeldOutPrediction:
    """A published figure and its prediction from all other figures.

    Attributes:
        network: of the figure that was left out.
        published: the figure, mJ or ms.
        predicted: the prediction, mJ or ms.
        low: lower end of the prediction's interval.
        high: upper end of the prediction's interval.
    """

    network: str
    published: float
    predicted: float
    low: float
    high: float

    @property
    def inside(self) -> bool:
        """Whether the published figure lies in the interval."""
        return self.low <= self.published <= self.high


@dataclass(frozen=True)
class BoardModel:
    """Energy or latency of one image as a power law.

    Attributes:
        board: see `qana.bench.published.Figure`.
        mapping: that it estimates, see `qana.bench.published.Figure.fitted`.
        quantity: "energy" of an image, mJ; "dynamic", its part above the floor power, mJ; or
            "latency", ms.
        rate: of the interval, 0 to 1.
        points: the fitted figures.
        by_activity: whether the variable is the MACs with a non-zero input, not all MACs.
    """

    board: str
    mapping: str
    quantity: str
    rate: float
    points: tuple[Figure, ...]
    by_activity: bool = False

    @property
    def formula(self) -> str:
        """The power law with its constants, such as "0.044 mJ x MMAC ^ 0.91"."""
        slope, intercept = np.polyfit(self._compute_sizes(), self._compute_values(), 1)
        variable = "(MMAC x activity)" if self.by_activity else "MMAC"
        return f"{math.exp(intercept):.2g} {UNITS[self.quantity]} x {variable} ^ {slope:.2f}"

    @cached_property
    def factors(self) -> np.ndarray:
        """(N,) float factors, at least 1, between each figure and its leave-one-out prediction."""
        values = self._compute_values()
        return np.exp(np.abs(values - predict_left_out(self._compute_sizes(), values)))

    @property
    def typical_factor(self) -> float:
        """Geometric mean of `factors`."""
        return float(np.exp(np.log(self.factors).mean()))

    @property
    def error(self) -> str:
        """The leave-one-out error in one sentence or two."""
        alike = all(FAMILY in point.network for point in self.points)
        return (
            f"Left-out figures are predicted within a factor of {self.typical_factor:.3g} on "
            f"average and {self.factors.max():.3g} at most.{ALIKE if alike else ''}"
        )

    def predict(self, mmac: float, sparsity: float | None = None) -> Estimate:
        """Predicts the cost of a network.

        Args:
            mmac: millions of multiply-accumulates of one image, above 0.
            sparsity: share of zero activations, 0 to 1, the mean over the layers. Where it is
                unknown, the same figures are fitted with all MACs as the variable.

        Raises:
            UserError: a number is out of its range, or there are too few figures for the rate.
        """
        if mmac <= 0:
            raise UserError("Give the network's millions of MACs, above zero.")
        if sparsity is None and self.by_activity:
            return replace(self, by_activity=False).predict(mmac)
        if sparsity is not None and not 0 <= sparsity < 1:
            raise UserError("Give the network's sparsity, from 0 to below 1.")
        active = 1 - sparsity if sparsity is not None and self.by_activity else 1.0
        sizes, size = self._compute_sizes(), math.log(mmac * active)
        value, low, high = map(
            math.exp, predict_on_line(sizes, self._compute_values(), size, self.rate)
        )
        pages = "; ".join(dict.fromkeys(point.source for point in self.points))
        return Estimate(
            quantity=self.quantity,
            value=value,
            low=low,
            high=high,
            unit=UNITS[self.quantity],
            rate=self.rate,
            source=f"Fitted by qana.bench.board_model to {len(self.points)} published figures of "
            f"the {self.board}, {self.mapping} mapping: {pages}.",
            caveat=f"{self._describe()}. {self.error}",
            extrapolated=not sizes.min() <= size <= sizes.max(),
        )

    def predict_model(self, entry: ModelEntry, sparsity: float | None) -> Estimate:
        """Predicts the cost of a model of QANA, with a caveat where the board is not its target.

        Args:
            entry: the model.
            sparsity: of the model, see `predict`.

        Raises:
            UserError: there are too few figures for the rate.
        """
        if sparsity is None and self.by_activity:
            return replace(self, by_activity=False).predict_model(entry, None)
        target = TARGETS[entry.target].format(name=entry.name)
        estimate = self.predict(entry.macs / 1e6, sparsity)
        return replace(estimate, caveat=f"{self._describe()}; {target} {self.error}")

    @cached_property
    def held_out(self) -> tuple[HeldOutPrediction, ...]:
        """Each figure as it is predicted from all others.

        Raises:
            UserError: there are too few figures for the rate.
        """
        found = []
        for left in self.points:
            others = tuple(point for point in self.points if point is not left)
            guess = replace(self, points=others).predict(left.mmac, left.sparsity)
            published = left.get_value(self.quantity)
            found.append(
                HeldOutPrediction(left.network, published, guess.value, guess.low, guess.high)
            )
        return tuple(found)

    def _describe(self) -> str:
        words = ACTIVE_MACS if self.by_activity else ALL_MACS
        return f"The cost of a 4-bit network of {words.format(board=self.board)}"

    def _compute_sizes(self) -> np.ndarray:
        """Computes the log of the variable of each figure."""
        active = [1 - (point.sparsity or 0.0) if self.by_activity else 1.0 for point in self.points]
        return np.log([point.mmac for point in self.points]) + np.log(active)

    def _compute_values(self) -> np.ndarray:
        return np.log([point.get_value(self.quantity) for point in self.points])


def fit_board_models(figures: Sequence[Figure] | None = None) -> tuple[BoardModel, ...]:
    """Fits a model for each board, mapping and quantity that the figures name.

    The variable is the one with the smaller leave-one-out error. The choice itself makes the error
    of the chosen one look slightly smaller than it is.

    Args:
        figures: None for those of `assets/boards.csv`.
    """
    if figures is None:
        return _fit_published()
    groups: dict[tuple[str, str, str], list[Figure]] = {}
    for figure in figures:
        for mapping, quantity in figure.fitted:
            groups.setdefault((figure.board, mapping, quantity), []).append(figure)
    return tuple(_fit_best(BoardModel(*key, RATE, tuple(found))) for key, found in groups.items())


@cache
def _fit_published() -> tuple[BoardModel, ...]:
    return fit_board_models(read_figures())


def _fit_best(model: BoardModel) -> BoardModel:
    """Chooses the variable of a model; the activity must be published for every figure."""
    if any(point.sparsity is None for point in model.points):
        return model
    other = replace(model, by_activity=True)
    return other if other.typical_factor < model.typical_factor else model

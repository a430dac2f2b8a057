"""The modelled Akida: what a network of so many MACs costs on a named board.

Fitted to published board figures (`assets/boards.csv`): a power law of MMAC, a straight line on
logs. The AKD1000 has a single figure, so it is not modelled.

The interval is the jackknife+ (Barber et al., "Predictive inference with the jackknife+", Annals
of Statistics 49, 2021), which assumes no law of the errors: at 80 % it is proved to hold 60 % of
new networks and in practice holds about 80 %. Student-t intervals of 90 % were tried first and
held only 8 of 10 left-out figures, and 7 of 8 in each smaller set: MobileNetV1 costs twice what an
AkidaNet of as many MACs does, the audio network a fraction. At 80 %, eight figures still give an
interval when one is left out; at 90 % they do not.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from qana.bench.published import Figure, compute_dynamic_share, read_figures
from qana.bench.readings import MODELLED
from qana.errors import UserError
from qana.inference.manifest import AKIDA1, AKIDA2, ModelEntry

RATE = 0.8
UNITS = {"energy": "mJ", "latency": "ms", "dynamic": "mJ"}
CAVEAT = (
    "The cost of a 4-bit network of as many MACs on the {board}, of Akida 1.0, at the published "
    "networks' sparsity"
)
TARGETS = {
    AKIDA1: "{name} is such a network, and none has metered it there.",
    AKIDA2: "{name} is for Akida 2.0, of which only latencies of an FPGA are published.",
}
"""What the caveat says of a model for that target."""


@dataclass(frozen=True)
class Estimate:
    """A modelled cost of one image.

    Attributes:
        value, low, high, unit: best value and ends of the interval, in "mJ" or "ms".
        rate: share of networks that the interval is to hold, 0 to 1.
        source, caveat: what it was fitted to, and what it does not say.
        extrapolated: the network has fewer or more MACs than every fitted one.
        dynamic_share: published share above the board's floor, 0 to 1; None for a latency.
        provenance: always "modelled".
    """

    value: float
    low: float
    high: float
    unit: str
    rate: float
    source: str
    caveat: str
    extrapolated: bool
    dynamic_share: float | None
    provenance: str = field(default=MODELLED, init=False)


@dataclass(frozen=True)
class HeldOutPrediction:
    """Attributes:
    network: of the figure that was left out.
    published: the figure, mJ or ms.
    predicted, low, high: what the other figures say, and their interval.
    """

    network: str
    published: float
    predicted: float
    low: float
    high: float

    @property
    def inside(self) -> bool:
        """The published figure lies in the interval."""
        return self.low <= self.published <= self.high


@dataclass(frozen=True)
class BoardModel:
    """Energy or latency of one image as a power law of MMAC.

    Attributes:
        board, mapping: see `Figure`.
        quantity: "energy" of an image, mJ; "dynamic", what of it is above the board's floor, mJ; or
            "latency", ms.
        rate: of the interval, 0 to 1.
        points: the fitted figures.
        dynamic_share: see `Estimate`.
    """

    board: str
    mapping: str
    quantity: str
    rate: float
    points: tuple[Figure, ...]
    dynamic_share: float | None

    @property
    def formula(self) -> str:
        """The law with its constants, such as "0.044 mJ x MMAC ^ 0.91"."""
        slope, intercept = np.polyfit(*self._logs(), 1)
        return f"{math.exp(intercept):.2g} {UNITS[self.quantity]} x MMAC ^ {slope:.2f}"

    def predict(self, mmac: float) -> Estimate:
        """The cost of a network.

        Args:
            mmac: millions of multiply-accumulates of one image, above 0.

        Raises:
            UserError: `mmac` is not above 0, or the figures are too few for the rate.
        """
        if mmac <= 0:
            raise UserError("Give the network's millions of MACs, above zero.")
        value, low, high = map(math.exp, _jackknife_plus(*self._logs(), math.log(mmac), self.rate))
        pages = "; ".join(dict.fromkeys(point.source for point in self.points))
        sizes = [point.mmac for point in self.points]
        return Estimate(
            value=value,
            low=low,
            high=high,
            unit=UNITS[self.quantity],
            rate=self.rate,
            source=f"Fitted by qana.bench.board_model to {len(self.points)} published figures of the "
            f"{self.board}, {self.mapping} mapping: {pages}.",
            caveat=f"{CAVEAT.format(board=self.board)}.",
            extrapolated=not min(sizes) <= mmac <= max(sizes),
            dynamic_share=self.dynamic_share,
        )

    def predict_model(self, entry: ModelEntry) -> Estimate:
        """The cost of a network with our weights; its caveat says how far the board is its own."""
        caveat = f"{CAVEAT.format(board=self.board)}; {TARGETS[entry.target]}"
        said = self.predict(entry.macs / 1e6)
        return replace(said, caveat=caveat.format(name=entry.name))

    def leave_one_out(self) -> tuple[HeldOutPrediction, ...]:
        """Each figure predicted from the others alone; raises as `predict` does."""
        found = []
        for left in self.points:
            others = tuple(point for point in self.points if point is not left)
            said = replace(self, points=others).predict(left.mmac)
            published = left.published(self.quantity)
            found.append(
                HeldOutPrediction(left.network, published, said.value, said.low, said.high)
            )
        return tuple(found)

    def _logs(self) -> tuple[np.ndarray, np.ndarray]:
        x = np.log([point.mmac for point in self.points])
        return x, np.log([point.published(self.quantity) for point in self.points])


def fit_board_models(figures: Sequence[Figure] | None = None) -> tuple[BoardModel, ...]:
    """One model for each board, mapping and quantity that a figure is marked as fitted for."""
    figures = read_figures() if figures is None else figures
    groups: dict[tuple[str, str, str], list[Figure]] = {}
    for figure in figures:
        for quantity in figure.fitted:
            groups.setdefault((figure.board, figure.mapping, quantity), []).append(figure)
    return tuple(
        BoardModel(*key, RATE, tuple(points), compute_dynamic_share(figures, *key))
        for key, points in groups.items()
    )


def scale_by_events(estimate: Estimate, events: float, mean_events: float) -> Estimate:
    """The energy of a photo with more or fewer events than the mean photo.

    Assumption: the share above the board's floor follows the events, the rest does not. In
    support: for the AkidaNets at 160 and 224 pixels, in either mapping, that energy is 10 to 14 pJ
    a MAC, but 24 to 27 pJ a MAC that the published sparsity leaves to be computed. That
    compares networks; for photos of one network nothing is published. So the interval is widened
    to hold both extremes: events change nothing; or all of the energy follows them, as with fewer
    events a chip is done sooner and pays its floor for less time.

    Args:
        estimate: an energy, of `BoardModel.predict`, for the network's mean photo.
        events, mean_events: of this photo and of the mean photo, above 0.

    Raises:
        UserError: the estimate is a latency, or a count is not above 0.
    """
    if estimate.dynamic_share is None:
        raise UserError("Scale an energy by events: no published figure supports it for a latency.")
    if events <= 0 or mean_events <= 0:
        raise UserError("Give this photo's events and their mean, both above zero.")
    ratio = events / mean_events
    return replace(
        estimate,
        value=estimate.value * (1 + estimate.dynamic_share * (ratio - 1)),
        low=estimate.low * min(1, ratio),
        high=estimate.high * max(1, ratio),
        source=f"{estimate.source} {estimate.dynamic_share:.0%} scaled by this photo's events.",
    )


def _jackknife_plus(x: np.ndarray, y: np.ndarray, at: float, rate: float) -> list[float]:
    """The line through (x, y) at one place, and both ends of its interval."""
    rank = math.ceil(rate * (len(x) + 1))
    if rank > len(x):
        raise UserError(f"{len(x)} figures give no interval of {rate:.0%}: fit more of them.")
    lows, highs = [], []
    for left in range(len(x)):
        line = np.polyfit(np.delete(x, left), np.delete(y, left), 1)
        error = abs(y[left] - np.polyval(line, x[left]))
        lows.append(np.polyval(line, at) - error)
        highs.append(np.polyval(line, at) + error)
    value = np.polyval(np.polyfit(x, y, 1), at)
    return [value, sorted(lows)[len(x) - rank], sorted(highs)[rank - 1]]

"""Models energy and latency of a network on an Akida board from its number of MACs.

The model is a power law of MMAC, a straight line on logs, fitted to published board figures
(`assets/boards.csv`). The AKD1000 has a single figure, so it has no model.

The interval is that of `qana.bench.jackknife`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from qana.bench.jackknife import predict_on_line
from qana.bench.published import Figure, compute_dynamic_share, read_figures
from qana.bench.readings import MODELLED
from qana.errors import UserError
from qana.inference.manifest import AKIDA1, AKIDA2, ModelEntry

RATE = 0.8
"""Rate of every interval: the share of new networks that it is meant to cover."""
UNITS = {"energy": "mJ", "latency": "ms", "dynamic": "mJ"}
CAVEAT = (
    "The cost of a 4-bit network of as many MACs on the {board}, of Akida 1.0, at the published "
    "networks' sparsity"
)
TARGETS = {
    AKIDA1: "{name} is such a network, and none has metered it there.",
    AKIDA2: "{name} is for Akida 2.0, of which only latencies of an FPGA are published.",
}
"""Target of a model to the second half of its caveat."""


@dataclass(frozen=True)
class Estimate:
    """A modelled cost of one image.

    Attributes:
        value: best value, in `unit`.
        low: lower end of the interval, in `unit`.
        high: upper end of the interval, in `unit`.
        unit: "mJ" or "ms".
        rate: share of networks that the interval is meant to cover, 0 to 1.
        source: the figures that the model was fitted to.
        caveat: what limits the estimate.
        extrapolated: whether the network has fewer or more MACs than every fitted one.
        dynamic_share: published share of the energy above the floor power, 0 to 1; None for a
            latency.
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
    """Energy or latency of one image as a power law of MMAC.

    Attributes:
        board: see `qana.bench.published.Figure`.
        mapping: see `qana.bench.published.Figure`.
        quantity: "energy" of an image, mJ; "dynamic", its part above the floor power, mJ; or
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
        """The power law with its constants, such as "0.044 mJ x MMAC ^ 0.91"."""
        slope, intercept = np.polyfit(*self._compute_logs(), 1)
        return f"{math.exp(intercept):.2g} {UNITS[self.quantity]} x MMAC ^ {slope:.2f}"

    def predict(self, mmac: float) -> Estimate:
        """Predicts the cost of a network.

        Args:
            mmac: millions of multiply-accumulates of one image, above 0.

        Raises:
            UserError: `mmac` is not above 0, or there are too few figures for the rate.
        """
        if mmac <= 0:
            raise UserError("Give the network's millions of MACs, above zero.")
        value, low, high = map(
            math.exp, predict_on_line(*self._compute_logs(), math.log(mmac), self.rate)
        )
        pages = "; ".join(dict.fromkeys(point.source for point in self.points))
        sizes = [point.mmac for point in self.points]
        return Estimate(
            value=value,
            low=low,
            high=high,
            unit=UNITS[self.quantity],
            rate=self.rate,
            source=f"Fitted by qana.bench.board_model to {len(self.points)} published figures of "
            f"the {self.board}, {self.mapping} mapping: {pages}.",
            caveat=f"{CAVEAT.format(board=self.board)}.",
            extrapolated=not min(sizes) <= mmac <= max(sizes),
            dynamic_share=self.dynamic_share,
        )

    def predict_model(self, entry: ModelEntry) -> Estimate:
        """Predicts the cost of a model of QANA, with a caveat where the board is not its target.

        Args:
            entry: the model.

        Raises:
            UserError: there are too few figures for the rate.
        """
        caveat = f"{CAVEAT.format(board=self.board)}; {TARGETS[entry.target]}"
        estimate = self.predict(entry.macs / 1e6)
        return replace(estimate, caveat=caveat.format(name=entry.name))

    def leave_one_out(self) -> tuple[HeldOutPrediction, ...]:
        """Predicts each figure from all others.

        Raises:
            UserError: there are too few figures for the rate.
        """
        found = []
        for left in self.points:
            others = tuple(point for point in self.points if point is not left)
            guess = replace(self, points=others).predict(left.mmac)
            published = left.get_value(self.quantity)
            found.append(
                HeldOutPrediction(left.network, published, guess.value, guess.low, guess.high)
            )
        return tuple(found)

    def _compute_logs(self) -> tuple[np.ndarray, np.ndarray]:
        x = np.log([point.mmac for point in self.points])
        return x, np.log([point.get_value(self.quantity) for point in self.points])


def fit_board_models(figures: Sequence[Figure] | None = None) -> tuple[BoardModel, ...]:
    """Fits a model for each board, mapping and quantity that the figures name.

    Args:
        figures: None for those of `assets/boards.csv`.
    """
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
    """Scales the energy of the mean photo to a photo with more or fewer events.

    It assumes that the energy above the floor power is proportional to the events, and that the
    rest is constant. The published figures support this between networks: for the AkidaNets at 160
    and 224 pixels, in both mappings, the energy above the floor is 10 to 14 pJ a MAC, but 24 to
    27 pJ a MAC with a non-zero activation. No figure is published for photos of one network.
    Therefore the interval covers both extremes: either events change nothing, or the whole energy
    is proportional to them, because a chip with fewer events is done sooner.

    Args:
        estimate: an energy, of `BoardModel.predict`, for the network's mean photo.
        events: of this photo, above 0.
        mean_events: of the mean photo, above 0.

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

"""Scales the modelled energy of a network's mean photo to a photo with more or fewer events.

The vendor ran one network, that for visual wake words, on an AKD1500 with its firing thresholds
moved, so that the same weights made fewer or more events (`assets/board_activity.csv`). Time and
energy follow the density of events almost in proportion: a chip with fewer events is done sooner,
so it pays its floor power for less time, too.
"""

import csv
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from qana.bench.board_model import Estimate
from qana.errors import UserError
from qana.resources import ASSETS

FILE = "board_activity.csv"
COLUMNS = {"energy": "energy_mj", "dynamic": "dynamic_mj", "latency": "latency_ms"}
"""Quantity of an estimate to the column of the file."""
TRAINED_DENSITY = 0.44
"""Density of the events with the thresholds as they were trained: a row of the file."""
SOURCE = (
    "BrainChip developer hub, brainchip_devhub/akida1/tutorials/sparsity_in_hardware at commit "
    "05c581b: one network (visual wake words) on an AKD1500, its thresholds moved"
)


@dataclass(frozen=True)
class EventResponse:
    """How a quantity follows the events: a straight line through published figures.

    Attributes:
        share: share of the quantity that is proportional to the events, 0 to 1, for the network as
            it was trained.
        deviation: largest relative deviation of a figure from the line, 0 to 1.
        lowest: fewest events that were tried, as a multiple of the trained network's.
        highest: most events that were tried.
    """

    share: float
    deviation: float
    lowest: float
    highest: float

    def compute_factor(self, ratio: float) -> float:
        """Computes the factor of the quantity for `ratio` times as many events."""
        return 1 + self.share * (ratio - 1)


@cache
def fit_event_response(quantity: str) -> EventResponse:
    """Fits the response of one quantity to the published figures.

    Args:
        quantity: "energy", "dynamic" or "latency".
    """
    with (ASSETS / FILE).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    density = np.array([float(row["density"]) for row in rows])
    values = np.array([float(row[COLUMNS[quantity]]) for row in rows])
    line = np.polyfit(density, values, 1)
    trained = np.polyval(line, TRAINED_DENSITY)
    ratios = density / TRAINED_DENSITY
    return EventResponse(
        share=float(line[0] * TRAINED_DENSITY / trained),
        deviation=float(np.abs(values / np.polyval(line, density) - 1).max()),
        lowest=float(ratios.min()),
        highest=float(ratios.max()),
    )


def scale_by_events(estimate: Estimate, events: float, mean_events: float) -> Estimate:
    """Scales an estimate for the mean photo to a photo with more or fewer events.

    The interval is scaled, too, and widened by the largest deviation of the published figures from
    their line.

    Args:
        estimate: of `BoardModel.predict`, for the network's mean photo.
        events: of this photo, above 0.
        mean_events: of the mean photo, above 0.

    Raises:
        UserError: a count is not above 0.
    """
    if events <= 0 or mean_events <= 0:
        raise UserError("Give this photo's events and their mean, both above zero.")
    ratio = events / mean_events
    if ratio == 1:
        return estimate
    response = fit_event_response(estimate.quantity)
    factor = response.compute_factor(ratio)
    return replace(
        estimate,
        value=estimate.value * factor,
        low=estimate.low * factor * (1 - response.deviation),
        high=estimate.high * factor * (1 + response.deviation),
        extrapolated=estimate.extrapolated or not response.lowest <= ratio <= response.highest,
        source=f"{estimate.source} {response.share:.0%} of it scaled by this photo's events: "
        f"{SOURCE}.",
    )

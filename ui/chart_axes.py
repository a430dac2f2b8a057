"""Fits the axis of a chart to its data, with ticks that differ."""

import math
from collections.abc import Sequence
from typing import Any

import altair as alt


def make_tick_axis(low: float, high: float) -> alt.Axis:
    """Makes an axis with a tick at each tenth, or at each half of one where there are few.

    Vega would choose ticks of its own, and two of them could round to the same label.

    Args:
        low: lower end, in whole tenths.
        high: upper end, in whole tenths.
    """
    tenths = round(10 * (high - low))
    step, digits = (10, 1) if tenths > 2 else (20, 2)
    first, last = round(step * low), round(step * high)
    return alt.Axis(values=[one / step for one in range(first, last + 1)], format=f".{digits}f")


def fit_domain(rows: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """Fits a domain to the values and the ends of the intervals, in whole tenths.

    Args:
        rows: records with value, low and high; the ends may be None.
    """
    ends = [row[key] for row in rows for key in ("value", "low", "high") if row[key] is not None]
    low, high = math.floor(10 * min(ends)) / 10, math.ceil(10 * max(ends)) / 10
    return low, min(max(high, low + 0.1), 1.0)

"""Shows the ROC and precision-recall curves of a decision, and lets the visitor move its threshold.

The page that shows it says which photos the curves are of.
"""

from collections.abc import Callable

import numpy as np
import streamlit as st

from qana.evaluation.operating_points import OperatingCurve, OperatingPoint
from ui import charts
from ui.chart_data import show_chart

MOST_POINTS = 200
"""Number of points of a curve that is drawn."""


@st.fragment
def show_operating_point(
    curve: OperatingCurve,
    positive: str,
    key: str,
    threshold: float = 0.5,
    deployed: bool = False,
    follow: Callable[[float], None] | None = None,
) -> None:
    """Shows both curves, a slider for the threshold, and the decisions at this threshold.

    A fragment, so the slider redraws this part alone.

    Args:
        curve: the decisions at every threshold.
        positive: name of the photos that should be called, such as "melanoma".
        key: of the slider. It must name the curve.
        threshold: at which the slider starts, 0 to 1.
        deployed: whether this threshold is the deployed one, which is then marked.
        follow: shows what else depends on the threshold. It receives it, 0 to 1.
    """
    percent = st.slider(
        f"Call a photo {positive} if its probability is at least",
        0,
        100,
        round(100 * threshold),
        format="%d%%",
        key=key,
    )
    point = curve.measure(percent / 100)
    _show_figures(point)
    st.markdown(describe_point(point, positive))
    if deployed:
        st.caption(f"The diamond marks the deployed threshold, {threshold:.0%}.")
    if follow:
        follow(percent / 100)
    left, right = st.columns(2, gap="large")
    places = _choose_places(len(curve.thresholds))
    with left:
        _draw_roc(curve, point, places, curve.measure(threshold) if deployed else None)
    with right:
        _draw_precision_recall(curve, point, places)


def describe_point(point: OperatingPoint, positive: str) -> str:
    """Describes the decisions in counts, which people understand better than shares.

    Args:
        point: the decisions.
        positive: name of the photos that should be called.
    """
    ill, well = point.found + point.missed, point.alarmed + point.passed
    return (
        f"Of {ill:,} photos that are {positive} it calls **{point.found:,}** and misses "
        f"**{point.missed:,}**. Of {well:,} others it calls **{point.alarmed:,}** without need."
    )


def _show_figures(point: OperatingPoint) -> None:
    figures = {
        "Found (sensitivity)": point.sensitivity,
        "Let go (specificity)": point.specificity,
        "A call is right (PPV)": point.precision,
        "No call is right (NPV)": point.negative_predictive_value,
    }
    # Four in a row, and on a phone two.
    cards = [column.container(horizontal=True) for column in st.columns(2)]
    for number, (words, value) in enumerate(figures.items()):
        cards[number // 2].metric(words, "none" if value is None else f"{value:.1%}", border=True)


def _draw_roc(
    curve: OperatingCurve,
    point: OperatingPoint,
    places: np.ndarray,
    deployed: OperatingPoint | None,
) -> None:
    rows = [
        {"class": "", "false": false, "true": true}
        for false, true in zip(
            curve.false_positive_rate[places].tolist(),
            curve.sensitivity[places].tolist(),
            strict=True,
        )
    ]
    mark = _place(point)
    st.markdown(f"**ROC**, area {curve.auc:.3f}")
    show_chart(
        charts.draw_roc(rows, mark, _place(deployed) if deployed else None),
        alt=f"ROC curve with an area of {curve.auc:.3f}; the mark finds {mark['true']:.0%} and "
        f"calls {mark['false']:.0%} of the others",
    )


def _place(point: OperatingPoint) -> dict[str, float]:
    return {"false": 1 - (point.specificity or 0.0), "true": point.sensitivity or 0.0}


def _draw_precision_recall(
    curve: OperatingCurve, point: OperatingPoint, places: np.ndarray
) -> None:
    rows = [
        {"place": place, "recall": recall, "precision": precision}
        for place, (recall, precision) in enumerate(
            zip(curve.sensitivity[places].tolist(), curve.precision[places].tolist(), strict=True)
        )
    ]
    base_rate = curve.positives / (curve.positives + curve.negatives)
    precision = 1.0 if point.precision is None else point.precision
    mark = {"recall": point.sensitivity or 0.0, "precision": precision}
    st.markdown(f"**Precision and recall**, average precision {curve.average_precision:.3f}")
    show_chart(
        charts.draw_precision_recall(rows, base_rate, mark),
        alt=f"Precision-recall curve, average precision {curve.average_precision:.3f}; the mark "
        f"finds {mark['recall']:.0%}, and {precision:.0%} of its calls are right",
    )


def _choose_places(count: int) -> np.ndarray:
    """Chooses evenly spaced points of a curve, with both ends."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).round().astype(int))

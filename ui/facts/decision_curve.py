"""Shows decision curves: whether the network helps at the threshold that a reader prefers."""

import altair as alt
import streamlit as st

from qana.evaluation.decision_counts import DecisionCounts
from qana.inference.manifest import ModelEntry
from ui import charts
from ui.chart_data import make_chart, show_chart
from ui.look_threshold import NOT_MEASURED, choose_source, find_deployed_threshold, list_measured

HIGHEST = 60
"""Highest threshold of the chart, percent."""
NETWORK, ALL, NONE = "The network", "A look at every photo", "A look at none"
WORDS = (
    "At a threshold of 10 %, finding one lesion that needs a look is worth nine unnecessary looks. "
    "The net benefit is the share of photos that are rightly called, minus the share that are "
    "called without need, divided by nine at this threshold (Vickers and Elkin 2006). The network "
    "helps where its line is the highest one. Lesions that need a look are as frequent here as in "
    "these test photos. Where they are rarer, the lines differ."
)


def show_decision_curve(entry: ModelEntry) -> None:
    """Shows the decision curve of a network on test photos of one source."""
    rows = list_measured(entry)
    if not rows:
        st.markdown(NOT_MEASURED.format(name=entry.name))
        return
    row = choose_source(rows, f"decision_source_{entry.name}")
    assert row.look is not None
    deployed = find_deployed_threshold(entry)
    sentence = describe_decision_curve(row.look)
    show_chart(_draw(row.look, deployed), alt=sentence)
    st.markdown(sentence)
    marked = (
        "" if deployed is None else f" The dashed line is the deployed threshold, {deployed:.0%}."
    )
    st.caption(WORDS + marked)


def describe_decision_curve(counts: DecisionCounts) -> str:
    """Describes between which thresholds the network is better than both simple rules."""
    better = [
        percent
        for percent in range(1, HIGHEST + 1)
        if counts.compute_net_benefit(percent) > max(counts.compute_benefit_of_all(percent), 0)
    ]
    if not better:
        return "At no threshold is the network better than a look at every photo or at none."
    words = f"from {better[0]} % to {better[-1]} %" if len(better) > 1 else f"at {better[0]} %"
    whole = len(better) == better[-1] - better[0] + 1
    return (
        f"The network is better than a look at every photo and than a look at none at thresholds "
        f"{words}{'' if whole else ', with gaps'}. Of these photos {counts.prevalence:.0%} need a "
        "look."
    )


def _draw(counts: DecisionCounts, deployed: float | None) -> alt.LayerChart:
    lines = {
        NETWORK: counts.compute_net_benefit,
        ALL: counts.compute_benefit_of_all,
        NONE: lambda percent: 0.0,
    }
    rows = [
        {"rule": name, "threshold": percent / 100, "benefit": compute(percent)}
        for name, compute in lines.items()
        for percent in range(HIGHEST + 1)
    ]
    low = -0.05
    chart = (
        make_chart(rows)
        .mark_line(strokeWidth=2, clip=True)
        .encode(
            x=alt.X("threshold:Q", title="threshold", axis=alt.Axis(format=".0%")),
            y=alt.Y(
                "benefit:Q",
                title="net benefit",
                scale=alt.Scale(domain=(low, counts.prevalence + 0.02), nice=False),
            ),
            color=alt.Color("rule:N", sort=[*lines], title=None, legend=charts.make_legend(True)),
            strokeDash=alt.StrokeDash("rule:N", sort=[*lines], legend=None),
            tooltip=[
                alt.Tooltip("rule:N"),
                alt.Tooltip("threshold:Q"),
                alt.Tooltip("benefit:Q", format=".3f"),
            ],
        )
    )
    layers = [chart]
    if deployed is not None:
        rule = make_chart([{"at": deployed}]).mark_rule(strokeDash=[3, 3], color=charts.GUIDE)
        layers.append(rule.encode(x=alt.X("at:Q")))
    return alt.layer(*layers).properties(height=300, autosize=charts.PLOT_HEIGHT)

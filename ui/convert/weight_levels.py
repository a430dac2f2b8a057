"""Shows the weights of one layer before and after they snap to their levels."""

import altair as alt
import numpy as np
import streamlit as st

from qana.walkthrough.bit_widths import LAYERS, QuantizedAnswers, WeightLevels
from ui.chart_data import Spec, make_chart, make_spec, show_chart
from ui.charts import PLOT_HEIGHT, make_legend

RAW, SNAPPED = "before", "on its level"


def show_weights(found: QuantizedAnswers) -> None:
    """Shows the weights of a layer that the visitor chooses.

    Args:
        found: of a quantized network.
    """
    st.subheader("Weights on their levels", anchor=False)
    name = st.selectbox(
        "Layer",
        list(LAYERS),
        format_func=lambda layer: f"{layer}: {LAYERS[layer]}",
        key="bits_layer",
        bind="query-params",
    )
    levels = found.weights[name]
    total = int(levels.after.sum())
    show_chart(
        _draw_weights(levels),
        alt=f"{total:,} weights of {name} stand on {levels.used} of {len(levels.levels)} levels; "
        f"{levels.after[len(levels.levels) // 2] / total:.0%} on zero.",
    )
    st.caption(
        f"{total:,} weights, in steps of their own channel's scale; {levels.used} of "
        f"{len(levels.levels)} levels are used, {levels.after[len(levels.levels) // 2] / total:.0%}"
        f" of the weights become zero; they move by {levels.moved:.2f} steps (root mean square)."
    )


@st.cache_data(max_entries=128, show_spinner=False)
def _draw_weights(levels: WeightLevels) -> Spec:
    total, width = levels.after.sum(), np.diff(levels.edges)[0]
    cloud = [
        {"step": float(middle), "share": float(count / total / width), "weights": RAW}
        for middle, count in zip(levels.edges[:-1] + width / 2, levels.before, strict=True)
    ]
    bars = [
        {"step": int(level), "share": float(count / total), "weights": SNAPPED}
        for level, count in zip(levels.levels, levels.after, strict=True)
    ]
    x = alt.X("step:Q", title="steps", scale=alt.Scale(nice=False), axis=alt.Axis(format="d"))
    colour = alt.Color("weights:N", sort=[RAW, SNAPPED], title=None, legend=make_legend())
    tooltip = [alt.Tooltip("step:Q"), alt.Tooltip("share:Q", format=".1%")]
    area = (
        make_chart(cloud)
        .mark_area(opacity=0.35, interpolate="step")
        .encode(x=x, y=alt.Y("share:Q", title="share of a step", axis=None), color=colour)
    )
    sticks = (
        make_chart(bars)
        .mark_bar(size=1 if len(bars) > 64 else 240 / len(bars) / 4)
        .encode(x=x, y=alt.Y("share:Q"), color=colour, tooltip=tooltip)
    )
    return make_spec((area + sticks).properties(height=210, autosize=PLOT_HEIGHT))

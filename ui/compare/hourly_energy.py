"""Displays the energy of an hour, for two devices that are always on."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import streamlit as st

from qana.bench.compare_rows import AlwaysOnDevice, find_break_even, make_always_on_device
from qana.bench.rows import Row
from ui.chart_data import make_chart, show_chart
from ui.charts import PLOT_HEIGHT, make_legend

POINTS = 60
"""Points of each line in the chart."""
CHOICES = ("This", "against that")
"""Labels of the two choices, which the legend of the chart repeats."""


def show_hour(names: tuple[str, str], rows: tuple[Row, Row]) -> None:
    """Displays the energy of an hour against the images in it, and the break-even rate.

    Args:
        names: labels of the two rows.
        rows: the two rows.
    """
    st.subheader("An hour on duty", anchor=False)
    a, b = (make_always_on_device(row) for row in rows)
    unknown = [name for name, use in zip(names, (a, b), strict=True) if use is None]
    if a is None or b is None:
        st.markdown(
            "A waiting device draws power too, so few images an hour favour a device with low idle "
            "power. The comparison needs the idle power and the energy of a single image. They are "
            f"not known for **{'** and **'.join(unknown)}**: measure on a machine with a meter and "
            "load its result above."
        )
        return
    found, labels = find_break_even(a, b), {"a": names[0], "b": names[1]}
    if not found.wins_below:
        st.markdown("Both cost the same at every rate.")
        return
    if found.images_per_hour is None:
        st.markdown(f"**{labels[found.wins_below]}** costs less at every rate that both can do.")
    else:
        spread = (
            "a rate that the intervals leave open"
            if found.low is None or found.high is None
            else f"{found.low:,.0f} to {found.high:,.0f} by the intervals"
        )
        st.markdown(
            f"Break-even at **{found.images_per_hour:,.0f} images an hour** ({spread}): below it "
            f"**{labels[found.wins_below]}** costs less, above it **{labels[found.wins_above]}**."
        )
    # The legend repeats the labels of the choices, because the names of rows are too long for it.
    records = [
        one
        for choice, use in zip(CHOICES, (a, b), strict=True)
        for one in _make_records(choice, use)
    ]
    show_chart(
        draw_hours(records),
        alt="Energy of an hour against images in it, for both: see the sentence above",
    )
    st.caption("Computed from the power at rest and the energy an image of the two rows above.")


def _make_records(name: str, use: AlwaysOnDevice) -> list[dict[str, Any]]:
    rates = np.geomspace(1, max(use.max_images_per_hour, 10), POINTS)
    return [
        {"what": name, "images": float(rate), "joules": use.compute_joules_per_hour(float(rate))}
        for rate in rates
    ]


def draw_hours(rows: Sequence[dict[str, Any]]) -> alt.Chart:
    """Draws the energy of an hour by images in it, from records with what, images, joules."""
    scale = alt.Scale(type="log")
    return (
        make_chart(rows)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("images:Q", scale=scale, title="images an hour", axis=alt.Axis(format="~s")),
            y=alt.Y("joules:Q", scale=scale, title="joules an hour", axis=alt.Axis(format="~s")),
            color=alt.Color(
                "what:N", sort=list(CHOICES), title=None, legend=make_legend(one_column=True)
            ),
            tooltip=[
                alt.Tooltip("what:N"),
                alt.Tooltip("images:Q", format=",.0f"),
                alt.Tooltip("joules:Q"),
            ],
        )
        .properties(height=280, autosize=PLOT_HEIGHT)
    )

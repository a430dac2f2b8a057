"""Learning on the device: what the report of `python -m qana protocol learning` holds."""

from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from qana.reports import learning_facts as facts
from ui.charts import GUIDE, PLOT_HEIGHT, SHARES, TENTHS
from ui.provenance import measured_here

HEADS = [facts.HEADS[head] for head in ("edge", "nearest_mean", "retrained")]


def show_learning(report: dict[str, Any]) -> None:
    """Heads beside each other, a class learned from few lesions, updates in a row, phone photos."""
    draws, dense = report["draws"], facts.share_of_dense(report)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Seven classes, four heads**, test lesions")
        st.table(pd.DataFrame(facts.seven_classes(report)), border="horizontal", hide_index=True)
        st.caption(
            f"The edge head reaches {dense:.0%} of the dense head's balanced accuracy; "
            f"{facts.leaning(report)} Mean ± "
            f"standard deviation over {draws} orders of the photos; the other heads have no draw."
        )
    with right:
        st.markdown("**Updates in a row**, and what the seven classes keep")
        rows = facts.curves(report)
        st.altair_chart(_curves(rows), alt=_curves_in_words(rows))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**A class that the head never met**, learned from so many lesions")
        rows = facts.learned_from(report)
        names = list(dict.fromkeys(row["class"] for row in rows))
        name = st.selectbox("Class", names, key="learned_class")
        chosen = [row for row in rows if row["class"] == name]
        st.altair_chart(_learned(chosen), alt=_learned_in_words(chosen))
        twenty = facts.lesson_of_twenty(report)
        st.caption(
            f"From 20 lesions: recall {twenty['recall']:.2f} on unseen lesions, "
            f"{twenty['recall'] / twenty['chance']:.1f} times chance; the other classes lose "
            f"{twenty['lost']:.1f} points of balanced accuracy (mean of the classes that have 20); "
            f"{facts.skeptics_at_twenty(report)}. "
            "The head knows nothing of the class that is left out; the layers before it were "
            "trained with all seven, and when a spike fires was set on photos of all."
        )
    with right:
        st.markdown("**From dermatoscope to smartphone**, patients apart")
        st.table(pd.DataFrame(facts.phone(report)), border="horizontal", hide_index=True)
        found = report["stranger"]
        st.markdown(
            f"**A class no layer has seen**: {found['diagnosis']}, {found['photos']} phone photos "
            f"of {found['patients']} patients"
        )
        st.table(pd.DataFrame(facts.stranger(report)), border="horizontal", hide_index=True)
    measured_here(report["command"])


def _learned(rows: list[facts.Row]) -> alt.LayerChart:
    base = alt.Chart(alt.InlineData(rows)).encode(
        x=alt.X("lesions:O", title="lesions learned from", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("recall:Q", scale=SHARES, axis=TENTHS, title="recall on unseen lesions"),
        color=alt.Color(
            "head:N",
            sort=HEADS,
            title=None,
            legend=alt.Legend(orient="top", columns=1, labelLimit=300),
        ),
        tooltip=[
            "head:N",
            "lesions:O",
            alt.Tooltip("recall:Q", format=".2f"),
            alt.Tooltip("lost:Q", format=".1f", title="points the others lose"),
        ],
    )
    chance = alt.Chart(alt.InlineData([{"chance": 1 / 7}])).mark_rule(
        strokeDash=[3, 3], color=GUIDE
    )
    layers = (
        chance.encode(y="chance:Q"),
        base.mark_line(strokeWidth=2),
        base.mark_circle(size=70, opacity=1),
    )
    return alt.layer(*layers).properties(height=260, autosize=PLOT_HEIGHT)


def _learned_in_words(rows: list[facts.Row]) -> str:
    return "; ".join(
        f"{row['head']}, {row['lesions']} lesions: recall {row['recall']:.2f}" for row in rows
    )


def _curves(rows: list[facts.Row]) -> alt.LayerChart:
    x = alt.X("updates:Q", title="updates in a row", axis=alt.Axis(tickMinStep=5))
    y = alt.Y("low:Q", title="balanced accuracy", scale=alt.Scale(zero=False, nice=True, padding=8))
    color = alt.Color("lessons:N", title=None, legend=alt.Legend(orient="top", symbolOpacity=1))
    base = alt.Chart(alt.InlineData(rows)).encode(x=x, color=color)
    band = base.mark_area(opacity=0.15).encode(y=y, y2="high:Q")
    line = base.mark_line(strokeWidth=2).encode(
        y="value:Q", tooltip=["lessons:N", "updates:Q", alt.Tooltip("value:Q", format=".3f")]
    )
    return alt.layer(band, line).properties(height=260, autosize=PLOT_HEIGHT)


def _curves_in_words(rows: list[facts.Row]) -> str:
    last = max(row["updates"] for row in rows)
    return "Balanced accuracy before and after the last update: " + "; ".join(
        f"{start['lessons']}: {start['value']:.3f}, then {end['value']:.3f}"
        for start in rows
        for end in rows
        if start["updates"] == 0 and end["updates"] == last and start["lessons"] == end["lessons"]
    )

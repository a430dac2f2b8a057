"""Shows the report on learning on the device."""

import altair as alt
import pandas as pd
import streamlit as st

from qana.reports import learning_facts as facts
from qana.reports.learning_report import LearningReport
from ui.chart_data import make_chart, show_chart
from ui.charts import GUIDE, PLOT_HEIGHT, SHARES, TENTHS
from ui.provenance import show_measured

HEADS = [facts.HEADS[head] for head in ("edge", "nearest_mean", "retrained")]


def show_learning(report: LearningReport) -> None:
    """Shows the heads, a class learned from few lesions, successive updates, and phone photos."""
    draws, share = report.draws, facts.compare_with_dense(report)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Seven classes, four heads**, test lesions")
        st.table(pd.DataFrame(facts.make_head_table(report)), border="horizontal", hide_index=True)
        st.caption(
            f"The edge head reaches {share:.0%} of the dense head's balanced accuracy. "
            f"{facts.explain_accuracy(report)} The table gives mean ± standard deviation over "
            f"{draws} orders of the photos; the other heads do not depend on the order."
        )
    with right:
        st.markdown("**Successive updates**: balanced accuracy of the seven classes")
        rows = facts.list_update_scores(report)
        show_chart(_draw_updates(rows), alt=_describe_updates(rows))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**A class that the head lacked**, by the number of lesions it is learned from")
        rows = facts.list_left_out_scores(report)
        names = list(dict.fromkeys(row["class"] for row in rows))
        name = st.selectbox("Class", names, key="learned_class")
        chosen = [row for row in rows if row["class"] == name]
        show_chart(_draw_left_out(chosen), alt=_describe_left_out(chosen))
        twenty = facts.average_twenty_lesions(report)
        st.caption(
            f"From 20 lesions: recall {twenty.recall:.2f} on test lesions, "
            f"{twenty.recall / twenty.chance:.1f} times chance; the other classes lose "
            f"{twenty.lost:.1f} points of balanced accuracy (mean of the classes that have 20). "
            f"{facts.describe_baselines(report)} "
            "The head knows nothing of the left-out class. The layers before it were trained with "
            "all seven classes, and the spike thresholds were set on photos of all."
        )
    with right:
        st.markdown("**From dermatoscope to smartphone**, tested on other patients")
        st.table(pd.DataFrame(facts.make_phone_table(report)), border="horizontal", hide_index=True)
        unseen = report.unseen_class
        st.markdown(
            f"**A class that no layer has seen**: {unseen.diagnosis}, {unseen.photos} phone photos "
            f"of {unseen.patients} patients"
        )
        st.table(
            pd.DataFrame(facts.make_unseen_class_table(report)),
            border="horizontal",
            hide_index=True,
        )
    show_measured(report.command)


def _draw_left_out(rows: list[facts.Row]) -> alt.LayerChart | alt.FacetChart:
    base = make_chart(rows).encode(
        x=alt.X("lesions:O", title="lesions learned from", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("recall:Q", scale=SHARES, axis=TENTHS, title="recall on test lesions"),
        color=alt.Color(
            "head:N",
            sort=HEADS,
            title=None,
            legend=alt.Legend(orient="top", columns=1, labelLimit=300),
        ),
        tooltip=[
            alt.Tooltip("head:N"),
            alt.Tooltip("lesions:O"),
            alt.Tooltip("recall:Q", format=".2f"),
            alt.Tooltip("lost:Q", format=".1f", title="points the others lose"),
        ],
    )
    chance = make_chart([{"chance": 1 / 7}]).mark_rule(strokeDash=[3, 3], color=GUIDE)
    layers = (
        chance.encode(y=alt.Y("chance:Q")),
        base.mark_line(strokeWidth=2),
        base.mark_circle(size=70, opacity=1),
    )
    return alt.layer(*layers).properties(height=260, autosize=PLOT_HEIGHT)


def _describe_left_out(rows: list[facts.Row]) -> str:
    return "; ".join(
        f"{row['head']}, {row['lesions']} lesions: recall {row['recall']:.2f}" for row in rows
    )


def _draw_updates(rows: list[facts.Row]) -> alt.LayerChart | alt.FacetChart:
    x = alt.X("updates:Q", title="successive updates", axis=alt.Axis(tickMinStep=5))
    y = alt.Y("low:Q", title="balanced accuracy", scale=alt.Scale(zero=False, nice=True, padding=8))
    color = alt.Color("lessons:N", title=None, legend=alt.Legend(orient="top", symbolOpacity=1))
    base = make_chart(rows).encode(x=x, color=color)
    band = base.mark_area(opacity=0.15).encode(y=y, y2=alt.Y2("high:Q"))
    line = base.mark_line(strokeWidth=2).encode(
        y=alt.Y("value:Q"),
        tooltip=[
            alt.Tooltip("lessons:N"),
            alt.Tooltip("updates:Q"),
            alt.Tooltip("value:Q", format=".3f"),
        ],
    )
    return alt.layer(band, line).properties(height=260, autosize=PLOT_HEIGHT)


def _describe_updates(rows: list[facts.Row]) -> str:
    last = max(row["updates"] for row in rows)
    return "Balanced accuracy before and after the last update: " + "; ".join(
        f"{start['lessons']}: {start['value']:.3f}, then {end['value']:.3f}"
        for start in rows
        for end in rows
        if start["updates"] == 0 and end["updates"] == last and start["lessons"] == end["lessons"]
    )

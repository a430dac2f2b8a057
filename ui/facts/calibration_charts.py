"""Draws how sure the network is against how often it is right, and what abstention changes."""

import altair as alt

from ui.chart_data import make_chart
from ui.charts import GUIDE, SHARES, TENTHS, Rows, draw_diagonal, format_tooltips, make_legend


def draw_reliability(bins: Rows) -> alt.LayerChart:
    """Draws a reliability diagram: accuracy against confidence. The dashed diagonal is ideal.

    Args:
        bins: records with confidence, accuracy (0 to 1) and n, the number of photos.
    """
    base = make_chart(bins).encode(
        x=alt.X("confidence:Q", scale=SHARES, title="how sure", axis=TENTHS),
        y=alt.Y("accuracy:Q", scale=SHARES, title="how often right", axis=TENTHS),
    )
    dots = base.mark_circle(opacity=0.9).encode(
        size=alt.Size("n:Q", scale=alt.Scale(range=(20, 420)), legend=None),
        tooltip=[*format_tooltips("confidence", "accuracy"), alt.Tooltip("n:Q")],
    )
    return (draw_diagonal() + base.mark_line(strokeWidth=1.5, opacity=0.5) + dots).properties(
        height=300
    )


def draw_risk_coverage(rows: Rows, coverage: float) -> alt.LayerChart:
    """Draws the share of wrong answers against the share of answered photos.

    Args:
        rows: records with subset, coverage and risk, 0 to 1.
        coverage: share for which the threshold was chosen, drawn as a dashed line.
    """
    lines = (
        make_chart(rows)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("coverage:Q", scale=SHARES, title="share of photos answered", axis=TENTHS),
            y=alt.Y("risk:Q", title="wrong among them", axis=alt.Axis(format=".0%")),
            color=alt.Color("subset:N", title=None, legend=make_legend()),
            tooltip=[alt.Tooltip("subset:N"), *format_tooltips("coverage", "risk")],
        )
    )
    rule = make_chart([{"at": coverage}]).mark_rule(strokeDash=[3, 3], color=GUIDE)
    return (lines + rule.encode(x=alt.X("at:Q"))).properties(height=300)

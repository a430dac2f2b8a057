"""Draws charts from rows with Altair, in the app's own colours.

Streamlit applies the font and the palette of the theme in the browser, so the charts follow a
visitor who changes the theme. A colour that is set here must be visible on light and on dark.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt

from ui.chart_axes import fit_domain, make_tick_axis
from ui.chart_data import make_chart

Rows = Sequence[dict[str, Any]]
ROW = 30
"""Height of a row of a dot-and-whisker chart, pixels."""
PLOT_HEIGHT = alt.AutoSizeParams(type="fit-x", contains="padding")
"""The height is that of the plot. Streamlit's default would squeeze axis and legend into it."""
SHARES = alt.Scale(domain=(0, 1), nice=False)
TENTHS = alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1], format=".1f")
GUIDE, MARK = "#8a8378", "#d1404f"
"""Colours that are visible on light and on dark."""
TEXT_COLOUR = alt.Color("text_colour:N", scale=alt.Scale(domain=[*"12345678"]), legend=None)
"""The eighth colour of the theme's palette, which is that of text. A chart uses it for rows with
`text_colour` "8", because marks cannot use the text colour directly."""


def draw_intervals(rows: Rows, average: float | None = None) -> alt.LayerChart:
    """Draws dots with 95 % intervals: a row for each set, a colour for each score.

    Values without an interval are published ones. They are hollow diamonds.

    Args:
        rows: records with set, score, value, low, high, source, in the order to show.
        average: where to draw a dashed line, 0 to 1.
    """
    order, scores = _list_unique(rows, "set"), _list_unique(rows, "score")
    base = make_chart(rows).encode(
        y=alt.Y("set:N", sort=order, title=None, axis=alt.Axis(labelLimit=170, labelPadding=8)),
        yOffset=alt.YOffset("score:N", sort=scores),
        color=alt.Color(
            "score:N",
            sort=scores,
            title=None,
            legend=make_legend(len(scores) > 2) if len(scores) > 1 else None,
        ),
        tooltip=[
            alt.Tooltip("set:N"),
            alt.Tooltip("score:N"),
            *format_tooltips("value", "low", "high"),
            alt.Tooltip("source:N"),
        ],
    )
    measured = base.transform_filter("datum.low !== null")
    published = base.transform_filter("datum.low === null")
    low, high = fit_domain(rows)
    scale = alt.Scale(domain=(low, high), nice=False)
    x = alt.X("value:Q", scale=scale, title=None, axis=make_tick_axis(low, high))
    layers = [
        measured.mark_rule(strokeWidth=2.5, strokeCap="round", opacity=0.55).encode(
            x=alt.X("low:Q", scale=scale, title=None), x2=alt.X2("high:Q")
        ),
        measured.mark_circle(size=85, opacity=1).encode(x=x),
    ]
    if any(row["low"] is None for row in rows):  # a screen reader would read an empty layer aloud
        diamonds = published.mark_point(size=75, strokeWidth=2, shape="diamond", filled=False)
        layers.append(diamonds.encode(x=x))
    if average is not None:
        line = make_chart([{"at": average}]).mark_rule(strokeDash=[3, 3], color=GUIDE)
        layers.insert(0, line.encode(x=alt.X("at:Q", scale=scale)))
    height = len(order) * (ROW if len(scores) == 1 else 14 + 16 * len(scores))
    return alt.layer(*layers).properties(height=height, autosize=PLOT_HEIGHT)


def describe_intervals(rows: Rows) -> str:
    """Describes the rows of `draw_intervals` for those who cannot see the chart."""
    return "; ".join(f"{row['set']}, {row['score']}: {row['value']:.2f}" for row in rows)


def draw_confusion(rows: Rows) -> alt.LayerChart:
    """Draws a confusion matrix, shaded by the share of the true class.

    Args:
        rows: records with true, called, photos and share (0 to 1), the classes in order.
    """
    names = list(dict.fromkeys(row["true"] for row in rows))
    shared = {"labelPadding": 6, "titlePadding": 8, "labelOverlap": False, "labelLimit": 160}
    across = alt.Axis(labelAngle=-45, labelAlign="right", **shared)
    base = make_chart(rows).encode(
        x=alt.X("called:N", sort=names, title="called", axis=across),
        y=alt.Y("true:N", sort=names, title="recorded", axis=alt.Axis(**shared)),
        tooltip=[
            alt.Tooltip("true:N"),
            alt.Tooltip("called:N"),
            alt.Tooltip("photos:Q"),
            alt.Tooltip("share:Q", format=".1%"),
        ],
    )
    # One colour with varying opacity keeps the text readable on light and on dark.
    cells = base.mark_rect(cornerRadius=4, stroke=None).encode(
        fillOpacity=alt.FillOpacity(
            "share:Q", scale=alt.Scale(domain=(0, 1), range=(0.04, 0.75)), legend=None
        ),
    )
    text = (
        base.transform_calculate(text_colour="'8'")
        .mark_text(fontSize=13)
        .encode(
            text=alt.Text("photos:Q"),
            color=TEXT_COLOUR,
            opacity=alt.OpacityValue(1, condition={"test": "datum.photos === 0", "value": 0.35}),
        )
    )
    return (cells + text).properties(height=280, autosize=PLOT_HEIGHT)


def describe_confusion(rows: Rows) -> str:
    """Describes the cells of `draw_confusion` that are not empty, for those who cannot see it."""
    found = (
        f"{row['photos']} {row['true']} called {row['called']}" for row in rows if row["photos"]
    )
    return f"Photos by class: {', '.join(found)}"


def draw_roc(
    rows: Rows, point: dict[str, float] | None = None, deployed: dict[str, float] | None = None
) -> alt.LayerChart:
    """Draws ROC curves, a colour for each class. A click on the legend selects one.

    Args:
        rows: records with class, false and true (rates, 0 to 1).
        point: an operating point to mark, with false and true.
        deployed: the operating point as deployed, a hollow diamond.
    """
    names = _list_unique(rows, "class")
    chosen = alt.selection_point(fields=["class"], bind="legend")
    lines = (
        make_chart(rows)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("false:Q", scale=SHARES, title="false alarms (1 - specificity)", axis=TENTHS),
            y=alt.Y("true:Q", scale=SHARES, title="found (sensitivity)", axis=TENTHS),
            order=alt.Order("false:Q"),
            color=alt.Color(
                "class:N",
                sort=names,
                title=None,
                legend=make_legend(one_column=True) if len(names) > 1 else None,
            ),
            opacity=alt.condition(chosen, alt.value(1), alt.value(0.12)),
            tooltip=[alt.Tooltip("class:N"), *format_tooltips("false", "true")],
        )
        .add_params(chosen)
    )
    layers: list[alt.Chart] = [draw_diagonal(), lines]
    if point:
        mark = make_chart([point]).mark_circle(size=150, color=MARK, opacity=1)
        layers.append(
            mark.encode(
                x=alt.X("false:Q"), y=alt.Y("true:Q"), tooltip=format_tooltips("false", "true")
            )
        )
    if deployed:
        mark = make_chart([deployed]).mark_point(
            size=160, strokeWidth=2.5, shape="diamond", filled=False, color=GUIDE, opacity=1
        )
        layers.append(mark.encode(x=alt.X("false:Q"), y=alt.Y("true:Q")))
    return alt.layer(*layers).properties(height=260, autosize=PLOT_HEIGHT)


def draw_precision_recall(
    rows: Rows, base_rate: float, point: dict[str, float] | None = None
) -> alt.LayerChart:
    """Draws a precision-recall curve. The dashed line is the precision of calling every photo.

    Args:
        rows: records with recall and precision (0 to 1) and place, from low to high recall.
        base_rate: share of the positives, 0 to 1.
        point: an operating point to mark, with recall and precision.
    """
    base = make_chart(rows).encode(
        x=alt.X("recall:Q", scale=SHARES, title="found (recall)", axis=TENTHS),
        y=alt.Y("precision:Q", scale=SHARES, title="right among the calls", axis=TENTHS),
        tooltip=format_tooltips("recall", "precision"),
    )
    line = make_chart([{"at": base_rate}]).mark_rule(strokeDash=[3, 3], color=GUIDE)
    layers = [
        line.encode(y=alt.Y("at:Q", scale=SHARES)),
        base.mark_line(strokeWidth=2, interpolate="step-before").encode(order=alt.Order("place:Q")),
    ]
    if point:
        mark = make_chart([point]).mark_circle(size=150, color=MARK, opacity=1)
        layers.append(mark.encode(x=alt.X("recall:Q"), y=alt.Y("precision:Q")))
    return alt.layer(*layers).properties(height=260, autosize=PLOT_HEIGHT)


def make_legend(one_column: bool = False) -> alt.Legend:
    """Makes a legend below the chart.

    Args:
        one_column: for labels that would not fit side by side on a phone.
    """
    columns = 1 if one_column else 2
    return alt.Legend(orient="bottom", columns=columns, labelLimit=260, symbolOpacity=1)


def draw_diagonal() -> alt.Chart:
    """Draws a dashed line from zero to one."""
    line = make_chart([{"a": 0, "b": 0}, {"a": 1, "b": 1}]).mark_line(
        strokeDash=[3, 3], strokeWidth=1, color=GUIDE
    )
    return line.encode(x=alt.X("a:Q", scale=SHARES), y=alt.Y("b:Q", scale=SHARES))


def format_tooltips(*names: str) -> list[alt.Tooltip]:
    """Formats numbers of a row, such as scores, for the tooltip of its mark."""
    return [alt.Tooltip(f"{name}:Q", format=".3f") for name in names]


def _list_unique(rows: Rows, key: str) -> list[str]:
    return list(dict.fromkeys(row[key] for row in rows))

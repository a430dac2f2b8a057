"""Draws the charts of Learn: recall before and now, and the forgetting curve."""

from collections.abc import Sequence

import altair as alt

from qana.classes import CLASSES, LABELS
from qana.edge_learning.held_out_photos import HeldOutScores
from ui.chart_data import make_chart
from ui.charts import GUIDE, PLOT_HEIGHT, ROW
from ui.learn.session import SessionStep

BEFORE, NOW = "before you began", "now"
_WHEN = alt.Scale(domain=[NOW, *"23456", BEFORE])
"""Takes the first colour of the theme's palette and the seventh, which is grey."""


def draw_recalls(before: HeldOutScores, now: HeldOutScores) -> alt.LayerChart:
    """Draws how many held-out photos of each class the head recognizes.

    Args:
        before: scores at the start of the session, drawn as rings.
        now: scores now, drawn as dots.
    """
    rows = [
        {"class": lesion.name, "when": when, "photos": int(scores.recognized[place])}
        for place, lesion in enumerate(CLASSES)
        for when, scores in ((BEFORE, before), (NOW, now))
    ]
    most = int(now.photos.max())
    base = make_chart(rows).encode(
        y=alt.Y(
            "class:N",
            sort=[lesion.name for lesion in CLASSES],
            title=None,
            axis=alt.Axis(labelLimit=150, labelPadding=8, labelFlush=False),
        )
    )
    axis = alt.Axis(values=list(range(0, most + 1, 3)), format="d")
    x = alt.X(
        "photos:Q",
        scale=alt.Scale(domain=(0, most), nice=False, padding=8),
        title=None,
        axis=axis,
    )
    marks = base.encode(
        x=x,
        color=alt.Color("when:N", scale=_WHEN, legend=None),
        tooltip=[alt.Tooltip("class:N"), alt.Tooltip("when:N"), alt.Tooltip("photos:Q")],
    )
    line = base.mark_rule(strokeWidth=3, opacity=0.5, color=GUIDE).encode(
        x=alt.X("min(photos):Q"), x2=alt.X2("max(photos):Q")
    )
    rings = marks.transform_filter(f"datum.when === '{BEFORE}'").mark_point(
        filled=False, size=150, strokeWidth=2, opacity=1
    )
    dots = marks.transform_filter(f"datum.when === '{NOW}'").mark_circle(size=75, opacity=1)
    return alt.layer(line, rings, dots).properties(height=ROW * len(LABELS), autosize=PLOT_HEIGHT)


def describe_recalls(before: HeldOutScores, now: HeldOutScores) -> str:
    """Describes the chart of `draw_recalls` for those who cannot see it."""
    return "Held-out lesions recognized. " + "; ".join(
        f"{lesion.name}: {before.recognized[place]} {BEFORE}, {now.recognized[place]} {NOW}, of "
        f"{now.photos[place]}"
        for place, lesion in enumerate(CLASSES)
    )


def draw_forgetting(steps: Sequence[SessionStep]) -> alt.LayerChart:
    """Draws the balanced accuracy after each step.

    Args:
        steps: the history. Lessons are dots, other steps diamonds.
    """
    rows = [
        {
            "step": number,
            "what": step.description,
            "kind": "lesson" if step.is_lesson else "other",
            "score": step.scores.balanced_accuracy,
        }
        for number, step in enumerate(steps)
        if step.scores.balanced_accuracy is not None
    ]
    base = make_chart(rows).encode(
        x=alt.X(
            "step:Q",
            title="steps",
            scale=alt.Scale(domain=(0, max(len(steps) - 1, 5)), nice=False, padding=8),
            axis=alt.Axis(tickMinStep=1, format="d", grid=False),
        ),
        y=alt.Y(
            "score:Q",
            title="balanced accuracy",
            scale=alt.Scale(domain=(0, 1), nice=False),
            axis=alt.Axis(values=[0, 0.5, 1], format=".1f"),
        ),
        tooltip=[
            alt.Tooltip("step:Q"),
            alt.Tooltip("what:N"),
            alt.Tooltip("score:Q", format=".2f"),
        ],
    )
    start = (
        make_chart(rows[:1]).mark_rule(strokeDash=[3, 3], color=GUIDE).encode(y=alt.Y("score:Q"))
    )
    shape = alt.Shape(
        "kind:N",
        scale=alt.Scale(domain=["lesson", "other"], range=["circle", "diamond"]),
        legend=None,
    )
    line = base.mark_line(strokeWidth=2)
    dots = base.mark_point(filled=True, opacity=1, size=55).encode(shape=shape)
    return alt.layer(start, line, dots).properties(height=120, autosize=PLOT_HEIGHT)


def describe_forgetting(steps: Sequence[SessionStep]) -> str:
    """Describes the chart of `draw_forgetting` for those who cannot see it."""
    return "Balanced accuracy on held-out lesions. " + "; ".join(
        f"{step.description}: {step.scores.balanced_accuracy:.2f}"
        for step in steps
        if step.scores.balanced_accuracy is not None
    )

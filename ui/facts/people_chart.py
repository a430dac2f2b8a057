"""Draws what a test does to 1,000 people."""

import altair as alt

from qana.evaluation.decision_threshold import Outcomes
from ui.charts import PLOT_HEIGHT, make_legend

PEOPLE_ACROSS = 50
CALLS = {
    "found": ("needs a look, called", "#1f9484"),
    "missed": ("needs a look, missed", "#d1404f"),
    "alarmed": ("called without need", "#d79a2b"),
    "passed": ("rightly let go", "#8d8a8433"),
}


def draw_people(outcomes: Outcomes) -> alt.Chart:
    """Draws 1,000 people as squares, coloured by what the network would do.

    Args:
        outcomes: the four counts.
    """
    kinds = [kind for kind in CALLS for _ in range(getattr(outcomes, kind))]
    rows = [
        {"x": i % PEOPLE_ACROSS, "y": i // PEOPLE_ACROSS, "what": CALLS[kind][0]}
        for i, kind in enumerate(kinds)
    ]
    return (
        alt.Chart(alt.InlineData(rows))
        .mark_rect(cornerRadius=2)
        .encode(
            x=alt.X("x:O", axis=None, scale=alt.Scale(paddingInner=0.25)),
            y=alt.Y("y:O", axis=None, scale=alt.Scale(paddingInner=0.25)),
            color=alt.Color(
                "what:N",
                title=None,
                scale=alt.Scale(
                    domain=[words for words, _ in CALLS.values()],
                    range=[colour for _, colour in CALLS.values()],
                ),
                legend=make_legend(),
            ),
            tooltip=["what:N"],
        )
        .properties(height=200, autosize=PLOT_HEIGHT)
    )

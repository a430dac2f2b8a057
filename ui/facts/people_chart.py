"""Draws what a test does to 10,000 people."""

from collections.abc import Iterator
from typing import Any

import altair as alt

from qana.evaluation.decision_threshold import Outcomes
from ui.chart_data import make_chart
from ui.charts import PLOT_HEIGHT, make_legend

PEOPLE_ACROSS = 200
"""People in each line of the chart."""
CALLS = {
    "found": ("needs a look, called", "#1f9484"),
    "missed": ("needs a look, missed", "#d1404f"),
    "alarmed": ("called without need", "#d79a2b"),
    "passed": ("rightly let go", "#8d8a8433"),
}


def draw_people(outcomes: Outcomes) -> alt.Chart:
    """Draws 10,000 people in lines, coloured by what the network would do.

    Args:
        outcomes: the four counts.
    """
    return (
        make_chart(_list_runs(outcomes))
        .mark_bar()
        .encode(
            x=alt.X("from:Q", axis=None, scale=alt.Scale(domain=[0, PEOPLE_ACROSS], nice=False)),
            x2=alt.X2("to:Q"),
            y=alt.Y("line:O", axis=None, scale=alt.Scale(paddingInner=0.2)),
            color=alt.Color(
                "what:N",
                title=None,
                scale=alt.Scale(
                    domain=[words for words, _ in CALLS.values()],
                    range=[colour for _, colour in CALLS.values()],
                ),
                legend=make_legend(),
            ),
            tooltip=[alt.Tooltip("what:N")],
        )
        .properties(height=200, autosize=PLOT_HEIGHT)
    )


def _list_runs(outcomes: Outcomes) -> Iterator[dict[str, Any]]:
    """Lists the runs of people with the same outcome in each line: fewer records than people."""
    at = 0
    for kind, (words, _) in CALLS.items():
        end = at + int(getattr(outcomes, kind))
        while at < end:
            line, start = divmod(at, PEOPLE_ACROSS)
            stop = min(PEOPLE_ACROSS, start + end - at)
            yield {"from": start, "to": stop, "line": line, "what": words}
            at += stop - start

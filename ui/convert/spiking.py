"""Answers whether Akida really spikes, with the numbers of the visitor's photo."""

import altair as alt
import streamlit as st

from qana.inference.prediction import Prediction
from qana.walkthrough.staircase import Staircase, count_negative_events, find_staircase
from ui.chart_data import make_chart, show_chart
from ui.charts import PLOT_HEIGHT
from ui.convert.photo import WalkthroughPhoto

LARGEST_DRAWN = 8
"""Largest integer with a bar and a step of its own."""
MOST_BITS = 8
ALIKE = 0.1
"""Relative difference of two numbers of events up to which the text calls them alike."""


def show_spiking(photo: WalkthroughPhoto, skin: Prediction) -> None:
    """Shows what of a spiking network is there and what is not.

    Args:
        photo: the visitor's photo.
        skin: answer to a picture of plain skin.
    """
    st.subheader("Is it really spiking?", anchor=False)
    prediction = photo.prediction
    size = sum(layer.size for layer in prediction.layers)
    negative = count_negative_events(prediction.outputs)
    st.markdown(
        f"- **One time step.** Many spiking networks run for tens of time steps, and each neuron "
        f"keeps a membrane potential from one step to the next. Here each of the {size:,} neurons "
        f"adds its weighted inputs once for your photo, sends at most one event, and keeps "
        f"nothing for the next photo. {prediction.events:,} sent an event.\n"
        "- **A ReLU in steps.** There is no membrane. In a layer with a rectifier, a sum "
        "below the threshold is silent. From the threshold on, the event carries the number of "
        "steps that the sum has climbed.\n"
        "- **Event-based means:** a zero is not sent, and no product is computed with it. The "
        f"work of a layer follows the events that reach it. {prediction.sparsity:.1%} of your "
        "photo's activations are such zeros.\n"
        f"- **Event-based does not mean** pulses that are all alike, a code in the time or the "
        f"rate of spikes, or a camera that sends changes. An event here is a place and an integer "
        f"of up to {MOST_BITS} bits, and the photo enters as ordinary pixels. {negative:,} of "
        "your photo's events carry a negative integer, and a spike of a nerve cell has no sign.\n"
        f"- **Plain skin against your photo.** Your photo makes {prediction.events:,} events, and "
        f"plain skin without a lesion {skin.events:,}: "
        f"{_describe_change(skin.events / prediction.events - 1)}.",
        width=760,
    )
    staircase = photo.remember(
        "staircase", lambda: find_staircase(photo.classifier.layers, prediction.outputs)
    )
    if staircase is not None:
        _show_staircase(staircase)


def _describe_change(change: float) -> str:
    """Describes how many more events plain skin makes, as a share of the photo's."""
    if abs(change) < ALIKE:
        return (
            f"{change:+.1%}. A picture without a lesion costs about as much, because a lesion "
            "changes which neurons fire more than how many"
        )
    return f"{change:+.1%}. The work follows what is on the picture"


def _show_staircase(found: Staircase) -> None:
    top = len(found.counts) - 1
    left, right = st.columns(2, gap="large")
    show_chart(
        _draw_steps(found),
        alt=f"The activation: below {found.threshold:,} a sum gives 0, and each further "
        f"{found.step:,.1f} give one more.",
        place=left,
    )
    counts = ", ".join(f"{value} at {count}" for value, count in enumerate(found.counts[:9]))
    show_chart(_draw_counts(found), alt=f"Integers of your photo: {counts} places.", place=right)
    st.caption(
        f"Channel {found.channel} of {found.layer}, as the chip's integers define it, and what "
        f"your photo gives there: {found.silent:,} of {found.places:,} sums stay below the "
        f"threshold of {found.threshold:,} and are silent; the largest event is {top}."
    )


def _draw_steps(found: Staircase) -> alt.Chart:
    """Draws the integer that each sum gives, from two steps below zero on."""
    rows = [{"sum": -2 * found.step, "integer": 0}]
    rows += [
        {"sum": found.threshold + found.step * (integer - 1), "integer": integer}
        for integer in range(1, LARGEST_DRAWN + 1)
    ]
    rows.append({"sum": rows[-1]["sum"] + found.step, "integer": LARGEST_DRAWN})
    return (
        make_chart(rows)
        .mark_line(interpolate="step-after", strokeWidth=3)
        .encode(
            x=alt.X("sum:Q", title="sum of the weighted inputs", axis=alt.Axis(format="~s")),
            y=alt.Y("integer:Q", title="the event carries", axis=alt.Axis(tickMinStep=1)),
        )
        .properties(height=200, autosize=PLOT_HEIGHT)
    )


def _draw_counts(found: Staircase) -> alt.Chart:
    more = f"{LARGEST_DRAWN + 1}+"
    rows = [
        {"integer": "silent" if value == 0 else str(value), "places": int(count)}
        for value, count in enumerate(found.counts[: LARGEST_DRAWN + 1])
    ]
    rows.append({"integer": more, "places": int(found.counts[LARGEST_DRAWN + 1 :].sum())})
    return (
        make_chart(rows)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            x=alt.X("integer:N", sort=None, title="integer", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("places:Q", title="places of your photo"),
            tooltip=[alt.Tooltip("integer:N"), alt.Tooltip("places:Q", format=",")],
        )
        .properties(height=200, autosize=PLOT_HEIGHT)
    )

"""Shows the events of the samples: their energy on a board, and the operations by layer."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import streamlit as st

from qana.bench.event_costs import SampleCost, count_layer_operations, estimate_sample_costs
from qana.bench.readings import MODELLED
from qana.bench.synaptic_operations import LayerOperations
from qana.classes import BY_CODE
from qana.data.samples import ATTRIBUTION, load_samples
from qana.inference.manifest import ModelEntry
from ui.chart_data import make_chart, show_chart
from ui.charts import PLOT_HEIGHT, make_legend
from ui.compare.rows import format_number
from ui.compare.source import show_counted, show_sources
from ui.shared_models import get_classifier

LINE = 20
"""Height of a layer, pixels."""
OPERATIONS = {
    "dense": "Dense",
    "effective_macs": "Effective MACs",
    "effective_acs": "Effective ACs",
}


@st.cache_data(show_spinner="Counting the events of the samples")
def _estimate_costs(name: str, sha256: str) -> tuple[SampleCost, ...]:
    """Estimates the costs of the samples for the weights of this hash, once for all visitors."""
    return estimate_sample_costs(get_classifier(name))


@st.cache_data(show_spinner="Counting operations")
def _count_operations(name: str, sha256: str, number: int) -> tuple[LayerOperations, ...]:
    return count_layer_operations(get_classifier(name), load_samples()[number])


def show_events(entry: ModelEntry) -> None:
    """Shows the events of each sample and the energy that a board would need for them."""
    costs = _estimate_costs(entry.name, entry.sha256)
    fewest, most = (pick(costs, key=lambda cost: cost.events) for pick in (min, max))
    spread = most.events / fewest.events - 1
    st.markdown(
        f"A chip that computes only events has more work with some photos. Of these lesions, one "
        f"makes as few as **{fewest.events:,}** events and one as many as **{most.events:,}**, "
        f"{spread:.0%} more. Events are counted. The energy of an AKD1500 is modelled from them."
    )
    rows = [
        {
            "photo": number,
            "class": BY_CODE[cost.recorded].name,
            "events": cost.events,
            "energy": cost.energy.value,
        }
        for number, cost in enumerate(costs, start=1)
    ]
    words = "; ".join(f"photo {r['photo']}: {r['events']:,}, {r['energy']:.2f} mJ" for r in rows)
    middle = sorted(costs, key=lambda cost: cost.events)[len(costs) // 2].energy
    with st.container(horizontal=True):
        show_counted("events")
        show_sources(MODELLED, [middle.source, middle.caveat], "events-energy")
    show_chart(draw_event_costs(rows), alt=f"Events and modelled energy of the samples: {words}")
    st.markdown(
        f"The {middle.rate:.0%} interval of one photo's energy is far wider than the chart: "
        f"{format_number(middle.low)} to {format_number(middle.high)} mJ."
    )
    st.caption(f"Photos: {ATTRIBUTION}.")


def draw_event_costs(rows: Sequence[dict[str, Any]]) -> alt.Chart:
    """Draws a dot for each photo.

    Args:
        rows: records with photo, class, events and energy (mJ).
    """
    close = alt.Scale(zero=False, nice=True)
    thousands = alt.Axis(format=",.0f", tickCount=4)
    return (
        make_chart(rows)
        .mark_circle(size=110, opacity=1)
        .encode(
            x=alt.X("events:Q", scale=close, title="events of the photo", axis=thousands),
            y=alt.Y("energy:Q", scale=close, title="modelled, mJ", axis=alt.Axis(tickCount=5)),
            color=alt.Color("class:N", title=None, legend=make_legend(one_column=True)),
            tooltip=[
                alt.Tooltip("photo:O"),
                alt.Tooltip("class:N"),
                alt.Tooltip("events:Q", format=","),
                alt.Tooltip("energy:Q", format=".3f"),
            ],
        )
        .properties(height=280, autosize=PLOT_HEIGHT)
    )


def show_operations(entry: ModelEntry) -> None:
    """Shows the operations of each layer on one sample, with and without those on zeros."""
    samples = load_samples()
    number = st.selectbox(
        "Photo",
        range(len(samples)),
        format_func=lambda n: f"Photo {n + 1}, {BY_CODE[samples[n].label].name}",
        key="compare_photo",
    )
    rows = _count_operations(entry.name, entry.sha256, number)
    totals = {words: sum(getattr(row, key) for row in rows) for key, words in OPERATIONS.items()}
    with st.container(horizontal=True):
        for words, total in totals.items():
            st.metric(words, f"{total / 1e6:.1f} M", border=True)
    bars = [
        {"layer": row.name, "count": getattr(row, key) / 1e6, "kind": words}
        for row in rows
        for key, words in OPERATIONS.items()
        if getattr(row, key)
    ]
    words = ", ".join(f"{kind} {total:,}" for kind, total in totals.items())
    show_chart(draw_operations(bars), alt=f"Operations of each layer; in all: {words}")
    st.caption(
        "Dense: every weight times every input. Effective: only those with both other than zero; "
        "accumulates if all inputs are -1, 0 or 1. NeuroBench, Yik et al., arXiv 2304.04640."
    )
    show_counted("operations")


def draw_operations(rows: Sequence[dict[str, Any]]) -> alt.Chart:
    """Draws bars for each layer.

    Args:
        rows: records with layer, count (millions) and kind.
    """
    order = list(dict.fromkeys(row["layer"] for row in rows))
    kinds = [kind for kind in OPERATIONS.values() if any(row["kind"] == kind for row in rows)]
    axis = alt.Axis(labelLimit=230, labelOverlap=False, title=None)
    return (
        make_chart(rows)
        .mark_bar()
        .encode(
            y=alt.Y("layer:N", sort=order, axis=axis),
            yOffset=alt.YOffset("kind:N", sort=kinds),
            x=alt.X("count:Q", title="million operations", axis=alt.Axis(tickCount=5)),
            color=alt.Color("kind:N", sort=kinds, title=None, legend=make_legend(one_column=True)),
            tooltip=[
                alt.Tooltip("layer:N"),
                alt.Tooltip("kind:N"),
                alt.Tooltip("count:Q", format=".2f"),
            ],
        )
        .properties(height=LINE * len(order), autosize=PLOT_HEIGHT)
    )

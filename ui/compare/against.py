"""Two rows against each other, and against what the paper claims."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import streamlit as st

from qana.bench.compare import Use, break_even, saved, use_of
from qana.bench.published import paper_ratios
from ui.charts import PLOT_HEIGHT, legend
from ui.compare.rows import described, figure
from ui.compare.source import show_source

POINTS = 60
"""Of each line of the picture of an hour."""

Entry = tuple[str, dict[str, Any], str]
"""Label of a row for the choice, the row, and the command that made its result."""


def show_against(entries: Sequence[Entry]) -> None:
    """Choice of two rows; how much time and energy the first saves.

    Args:
        entries: every row that is known, in the order to show.
    """
    known = {entry[0]: entry for entry in entries}
    entries, labels = list(known.values()), list(known)
    left, right = st.columns(2)
    first = left.selectbox("This", labels, index=_chip(entries), key="compare_this")
    second = right.selectbox("against that", labels, index=_gpu(entries), key="compare_that")
    a, b = known[first], known[second]
    paper = paper_ratios()
    with st.container(horizontal=True):
        times = _per_image(a[1]), _per_image(b[1])
        _show_saved("Less time an image", times, paper.latency_saved)
        energies = tuple((row["energy_mj"] or {}).get("value") for row in (a[1], b[1]))
        _show_saved("Less energy an image, all counted", energies, paper.energy_saved)
        nets = tuple((row["energy_net_mj"] or {}).get("value") for row in (a[1], b[1]))
        _show_saved("Less energy, power at rest not counted", nets, None)
    with st.container(horizontal=True, vertical_alignment="center"):
        show_source(a[1], a[2], "against_a")
        st.markdown("against", width="content")
        show_source(b[1], b[2], "against_b")
    words = {row["provenance"] for row in (a[1], b[1])} - {"measured"}
    if words:
        st.caption(f"A ratio of numbers of which not all were measured: {' and '.join(words)}.")
    if "simulator" in a[1]["device"] + b[1]["device"]:
        st.info(
            "The simulator computes what a chip would, bit for bit, and takes the time of this "
            "computer: its milliseconds say nothing about the chip's.",
            icon=":material/info:",
        )
    _show_hour(a, b)


def _show_saved(words: str, pair: tuple[float | None, ...], claimed: float | None) -> None:
    paper = f"the paper says {claimed:.1%}" if claimed else "the paper says nothing"
    ours, theirs = pair
    value = "not known" if ours is None or theirs is None else f"{saved(ours, theirs):.1%}"
    st.metric(words, value, paper, delta_color="off", delta_arrow="off", border=True)


def _show_hour(a: Entry, b: Entry) -> None:
    """The energy of an hour against the images that come in it."""
    st.subheader("An hour on duty", anchor=False)
    uses = use_of(a[1]), use_of(b[1])
    unknown = [entry[0] for entry, use in zip((a, b), uses, strict=True) if use is None]
    if uses[0] is None or uses[1] is None:
        st.markdown(
            "A device that waits draws power too, so few images an hour favour the one that rests "
            "cheaply. That needs the power at rest, which is not known for "
            f"**{'** and **'.join(unknown)}**: measure on a machine that has a meter, and load its "
            "result above."
        )
        return
    found = break_even(*uses)
    names = {"a": a[0], "b": b[0]}
    if found.images_an_hour is None:
        st.markdown(f"**{names[found.wins_below]}** costs less at every rate that both can do.")
    else:
        st.markdown(
            f"Break-even at **{found.images_an_hour:,.0f} images an hour**: below it "
            f"**{names[found.wins_below]}** costs less, above it **{names[found.wins_above]}**."
        )
    rows = [row for name, use in zip(names.values(), uses, strict=True) for row in _hour(name, use)]
    st.altair_chart(
        hours(rows),
        alt="Energy of an hour against images in it, for both: see the sentence above",
    )


def _hour(name: str, use: Use) -> list[dict[str, Any]]:
    rates = np.geomspace(1, max(use.most_an_hour, 10), POINTS)
    return [
        {"what": name, "images": float(rate), "joules": use.joules_an_hour(float(rate))}
        for rate in rates
    ]


def hours(rows: Sequence[dict[str, Any]]) -> alt.Chart:
    """Energy of an hour by images in it, both logarithmic; records with what, images, joules."""
    scale = alt.Scale(type="log")
    return (
        alt.Chart(alt.InlineData([*rows]))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("images:Q", scale=scale, title="images an hour", axis=alt.Axis(format="~s")),
            y=alt.Y("joules:Q", scale=scale, title="joules an hour", axis=alt.Axis(format="~s")),
            color=alt.Color("what:N", title=None, legend=legend(one_column=True)),
            tooltip=["what:N", alt.Tooltip("images:Q", format=",.0f"), "joules:Q"],
        )
        .properties(height=280, autosize=PLOT_HEIGHT)
    )


def label(row: dict[str, Any], origin: str) -> str:
    """A row in the list of choices."""
    latency, energy = row["latency_ms"], row["energy_mj"]
    known = [f"{figure(latency['p50'])} ms"] if latency else []
    known += [f"{figure(energy['value'])} mJ"] if energy else []
    return f"{row['runtime']}, {described(row)}: {', '.join(known)} ({origin})"


def _per_image(row: dict[str, Any]) -> float | None:
    return row["latency_ms"]["p50"] / row["batch"] if row["latency_ms"] else None


def _chip(entries: Sequence[Entry]) -> int:
    """A real chip if one was measured, else what is modelled, else the first."""

    def rank(number: int) -> int:
        row = entries[number][1]
        akida = row["runtime"] == "Akida" and "simulator" not in row["device"]
        return 0 if akida else 1 if row["provenance"] == "modelled" and row["energy_mj"] else 2

    return min(range(len(entries)), key=rank)


def _gpu(entries: Sequence[Entry]) -> int:
    """A measured GPU, else the paper's own, else a measured processor."""

    def rank(number: int) -> int:
        row = entries[number][1]
        if "GPU" in row["runtime"] and row["batch"] == 1:
            return 0
        if row["provenance"] == "published" and "RTX" in row["device"]:
            return 1 if "QANA" in row["runtime"] else 2
        return 3

    return min(range(len(entries)), key=rank)

"""A running comparison: what it does, and the distributions as they grow."""

from collections.abc import Callable, Sequence
from typing import Any

import altair as alt
import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from qana.bench.bench_process import BenchProcess
from qana.bench.command import RUNTIME_NAMES
from qana.bench.readings import MEASURED
from ui.charts import GUIDE, PLOT_HEIGHT
from ui.compare.rows import format_number
from ui.compare.source import show_sources

UPDATE_SECONDS = 0.5
"""Seconds between two looks at what was measured."""
MAX_SHOWN = 150
"""Latencies of each series that are drawn: the last ones."""
LINE = 34
"""Height of a series, pixels."""
SO_FAR = (
    "Answers of each runtime, timed here as they come, after a rest and a warm-up. Where a meter "
    "can be read, energy is all that it has seen so far, for each image. `{command}`"
)
WORDS = {
    "waiting": "Another measurement runs on this machine: waiting for its end",
    "loading": "Loading {what}",
    "resting": "{what}: resting, to learn what it draws when idle",
    "running": "{what}: running",
}


def make_session_check() -> Callable[[], bool]:
    """Tells, from any thread, whether the visitor of this session still has the app open."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: True
    engine = runtime.get_instance()
    return lambda: bool(engine.is_active_session(context.session_id))


def follow_job(job: BenchProcess) -> None:
    """Looks at the job twice a second until it is over; the rest of the page stays as it is."""

    known = len(job.rows) + len(job.missing)

    @st.fragment(run_every=UPDATE_SECONDS)
    def look() -> None:
        if job.is_over or len(job.rows) + len(job.missing) > known:
            st.rerun()
        show_state(job)
        show_distributions(job)

    look()


def show_state(job: BenchProcess) -> None:
    """What the job does at the moment."""
    key, batch = job.current
    what = RUNTIME_NAMES.get(key, "the count of operations")
    what += f", {batch} at once" if batch > 1 else ""
    words = WORDS.get(job.state, "").format(what=what)
    st.progress(min(job.share, 1.0), text=words)


def show_distributions(job: BenchProcess) -> None:
    """Every answer's time, a tick each, and the energy as far as a meter counts."""
    series = {at: list(found[-MAX_SHOWN:]) for at, found in list(job.latencies_ms.items()) if found}
    if not series:
        return
    rows = [
        {"what": _name(at), "ms": round(value, 3)}
        for at, found in series.items()
        for value in found
    ]
    middles = {_name(at): sorted(found)[len(found) // 2] for at, found in series.items()}
    words = "; ".join(f"{name}: {format_number(middle)} ms" for name, middle in middles.items())
    show_sources(MEASURED, [SO_FAR.format(command=job.command)], "live")
    st.altair_chart(draw_latencies(rows), alt=f"Time of an answer, median: {words}")
    energies = {at: value for at, value in list(job.energy_mj.items()) if value is not None}
    with st.container(horizontal=True):
        for at, value in energies.items():
            st.metric(_name(at), f"{format_number(value)} mJ")


def draw_latencies(rows: Sequence[dict[str, Any]]) -> alt.LayerChart:
    """A tick for every answer and a stroke at the median, on a logarithmic axis.

    Args:
        rows: records with what, the series, and ms.
    """
    order = list(dict.fromkeys(row["what"] for row in rows))
    axis = alt.Axis(labelLimit=210, labelPadding=8, title=None)
    base = alt.Chart(alt.InlineData([*rows])).encode(y=alt.Y("what:N", sort=order, axis=axis))
    scale = alt.Scale(type="log", nice=True)
    x = alt.X("ms:Q", scale=scale, title="milliseconds to an answer")
    ticks = base.mark_tick(thickness=1.5, opacity=0.35, size=18).encode(x=x)
    middle = base.mark_tick(thickness=3, size=26, color=GUIDE).encode(
        x=alt.X("median(ms):Q", scale=scale), tooltip=["what:N", "median(ms):Q"]
    )
    return alt.layer(ticks, middle).properties(height=LINE * len(order), autosize=PLOT_HEIGHT)


def _name(at: tuple[str, int]) -> str:
    key, batch = at
    return RUNTIME_NAMES.get(key, key) + (f", {batch} at once" if batch > 1 else "")

"""Shows a running comparison: its progress, and the distributions as they grow."""

from collections.abc import Callable, Sequence
from typing import Any

import altair as alt
import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from qana.bench.bench_process import BenchProcess
from qana.bench.command import RUNTIME_NAMES
from qana.bench.readings import MEASURED
from ui.chart_data import make_chart, show_chart
from ui.charts import GUIDE, PLOT_HEIGHT
from ui.compare.rows import format_number
from ui.compare.source import show_sources

UPDATE_SECONDS = 0.5
"""Seconds between two updates."""
MAX_SHOWN = 150
"""Number of latencies of each series that are drawn, the last ones."""
LINE = 34
"""Height of a series, pixels."""
SO_FAR = (
    "Answers of each runtime, timed here as they come, after a rest and a warm-up. If a meter can "
    "be read, energy is all that it has measured so far, per image. `{command}`"
)
WORDS = {
    "waiting": "Waiting for another measurement on this machine",
    "loading": "Loading {what}",
    "resting": "{what}: resting, to measure the idle power",
    "running": "{what}: running",
}


def make_session_check() -> Callable[[], bool]:
    """Makes a check of whether this visitor still has the app open. Any thread may call it."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: True
    engine = runtime.get_instance()
    return lambda: bool(engine.is_active_session(context.session_id))


def follow_job(job: BenchProcess) -> None:
    """Updates the display twice a second until the job is over. The page stays usable."""
    known = len(job.rows) + len(job.missing)

    @st.fragment(run_every=UPDATE_SECONDS)
    def update() -> None:
        if job.is_over or len(job.rows) + len(job.missing) > known:
            st.rerun()
        show_state(job)
        show_distributions(job)

    update()


def show_state(job: BenchProcess) -> None:
    """Shows what the job is doing."""
    key, batch = job.current
    what = RUNTIME_NAMES.get(key, "the count of operations")
    what += f", {batch} at once" if batch > 1 else ""
    words = WORDS.get(job.state, "").format(what=what)
    st.progress(min(job.share, 1.0), text=words)


def show_distributions(job: BenchProcess) -> None:
    """Shows the time of every answer and the energy, if a meter can be read."""
    series = {at: list(found[-MAX_SHOWN:]) for at, found in list(job.latencies_ms.items()) if found}
    if not series:
        return
    rows = [
        {"what": _name_series(at), "ms": round(value, 3)}
        for at, found in series.items()
        for value in found
    ]
    middles = {_name_series(at): sorted(found)[len(found) // 2] for at, found in series.items()}
    words = "; ".join(f"{name}: {format_number(middle)} ms" for name, middle in middles.items())
    show_sources(MEASURED, [SO_FAR.format(command=job.command)], "live")
    show_chart(draw_latencies(rows), alt=f"Time of an answer, median: {words}")
    energies = {at: value for at, value in list(job.energy_mj.items()) if value is not None}
    with st.container(horizontal=True):
        for at, value in energies.items():
            st.metric(_name_series(at), f"{format_number(value)} mJ")


def draw_latencies(rows: Sequence[dict[str, Any]]) -> alt.LayerChart:
    """Draws a tick for every answer and the median, on a logarithmic axis.

    Args:
        rows: records with what (the series) and ms.
    """
    order = list(dict.fromkeys(row["what"] for row in rows))
    axis = alt.Axis(labelLimit=210, labelPadding=8, title=None)
    base = make_chart(rows).encode(y=alt.Y("what:N", sort=order, axis=axis))
    scale = alt.Scale(type="log", nice=True)
    x = alt.X("ms:Q", scale=scale, title="milliseconds to an answer")
    ticks = base.mark_tick(thickness=1.5, opacity=0.35, size=18).encode(x=x)
    middle = base.mark_tick(thickness=3, size=26, color=GUIDE).encode(
        x=alt.X("median(ms):Q", scale=scale),
        tooltip=[alt.Tooltip("what:N"), alt.Tooltip("median(ms):Q")],
    )
    return alt.layer(ticks, middle).properties(height=LINE * len(order), autosize=PLOT_HEIGHT)


def _name_series(at: tuple[str, int]) -> str:
    key, batch = at
    return RUNTIME_NAMES.get(key, key) + (f", {batch} at once" if batch > 1 else "")

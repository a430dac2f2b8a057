"""Shows what a visitor can measure: this browser and this machine."""

import streamlit as st

from qana.bench.available_runtimes import find_missing_runtimes, list_available_runtimes
from qana.bench.bench_process import BenchProcess
from qana.bench.command import RUNTIME_NAMES
from qana.inference.manifest import ModelEntry
from ui.compare.browser_bench import show_browser_bench
from ui.compare.live import make_session_check
from ui.model_choice import get_chosen_model, show_network_choice

BATCHES = [4, 8, 16, 32, 64]
MAX_SECONDS = 30
"""Longest measurement of a runtime and batch size, seconds. Visitors take turns."""
WHICH = "Which network?"
MACHINE = "Measure this machine"


def get_job(name: str) -> BenchProcess | None:
    """Gets the last comparison that this visitor has started with a network."""
    jobs: dict[str, BenchProcess] = st.session_state.setdefault("bench", {})
    return jobs.get(name)


def show_controls(entry: ModelEntry) -> None:
    """Shows the network, the two buttons that measure, and the settings."""
    job = get_job(entry.name)
    running = job is not None and not job.is_over
    button = st.container()
    show_network_choice(WHICH)
    with st.popover("Settings", icon=":material/tune:", width="stretch"):
        chosen = _show_settings(running)
    with button:
        show_browser_bench(entry, st.session_state.bench_batch)
        if running and job is not None:
            st.button("Stop", icon=":material/stop:", on_click=job.stop, width="stretch")
        else:
            st.button(
                MACHINE,
                icon=":material/computer:",
                on_click=_start_job,
                disabled=not chosen,
                width="stretch",
            )


def show_missing_runtimes(entry: ModelEntry) -> None:
    """Lists the runtimes that are not on this machine, with the reason of each."""
    job = get_job(entry.name)
    failed = {one.runtime: one for one in job.missing} if job else {}
    missing = {one.runtime: one for one in find_missing_runtimes()} | failed
    if missing:
        st.markdown("**Not on this machine**")
        st.markdown("\n".join(f"- {one.name}: {one.reason}" for one in missing.values()))


def _show_settings(running: bool) -> list[str]:
    available = list_available_runtimes()
    chosen = st.pills(
        "Runtimes of this machine",
        available,
        format_func=RUNTIME_NAMES.__getitem__,
        selection_mode="multi",
        default=available,
        key="bench_runtimes",
        wrap=True,
        disabled=running,
    )
    st.slider(
        "Seconds for each",
        2,
        MAX_SECONDS,
        5,
        key="bench_seconds",
        disabled=running,
        width="stretch",
    )
    st.select_slider("Images at once, besides 1", BATCHES, 16, key="bench_batch", disabled=running)
    return list(chosen)


def _start_job() -> None:
    """Starts the comparison that the visitor has chosen, unless one of this network is running."""
    old = get_job(get_chosen_model())
    if old is None or old.is_over:
        state = st.session_state
        state.bench[get_chosen_model()] = BenchProcess(
            get_chosen_model(),
            state.bench_runtimes,
            [1, state.bench_batch],
            state.bench_seconds,
            make_session_check(),
        )

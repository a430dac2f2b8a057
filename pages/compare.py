"""Compare: latency and energy of the same network on every runtime of this machine, live."""

import streamlit as st

from qana.bench.bench_process import BenchProcess
from qana.bench.command import RUNTIME_NAMES
from qana.bench.run_bench import make_known_rows
from qana.errors import UserError
from ui.compare.board_models import show_models, show_published_rows
from ui.compare.comparison import Entry, label_row, show_comparison
from ui.compare.events import show_events, show_operations
from ui.compare.files import load_others, show_export, show_weights_notice
from ui.compare.live import follow_job, show_distributions, make_session_check
from ui.compare.rows import show_rows
from ui.entry import ensure_app_started
from ui.model_choice import get_chosen_model, show_network_choice
from ui.shared_models import get_classifier

BATCHES = [4, 8, 16, 32, 64]
LONGEST = 30
"""Seconds for each runtime and batch size that a visitor may take of everyone's turn."""
WHICH = "Which network?"
KNOWN = "python -m qana bench --model {}"
LICENCE = (
    "BrainChip's licence of the Akida engine asks for its written permission before results of "
    "benchmarking that engine are published: ask before you publish a row named Akida."
)


def begin() -> None:
    """Starts a comparison with what the visitor chose, unless one of this network runs."""
    old = job_of(get_chosen_model())
    if old is None or old.is_over:
        state = st.session_state
        state.bench[get_chosen_model()] = BenchProcess(
            get_chosen_model(),
            state.bench_runtimes,
            [1, state.bench_batch],
            state.bench_seconds,
            make_session_check(),
        )


def job_of(name: str) -> BenchProcess | None:
    """The comparison that this visitor began last with a network."""
    return st.session_state.setdefault("bench", {}).get(name)


def choose() -> None:
    """What to run, and the button."""
    show_network_choice(WHICH)
    job = job_of(get_chosen_model())
    running = job is not None and not job.is_over
    chosen = st.pills(
        "Runtimes",
        list(RUNTIME_NAMES),
        format_func=RUNTIME_NAMES.__getitem__,
        selection_mode="multi",
        default=list(RUNTIME_NAMES),
        key="bench_runtimes",
        wrap=True,
        disabled=running,
    )
    left, right = st.columns(2)
    left.slider(
        "Seconds for each", 2, LONGEST, 5, key="bench_seconds", disabled=running, width="stretch"
    )
    right.select_slider(
        "Images at once, beside 1", BATCHES, 16, key="bench_batch", disabled=running
    )
    if running:
        st.button("Stop", icon=":material/stop:", on_click=job.stop, width="stretch")
    else:
        st.button(
            "Start",
            icon=":material/play_arrow:",
            type="primary",
            on_click=begin,
            disabled=not chosen,
            width="stretch",
        )


ensure_app_started()
st.title("Compare", anchor=False)
try:
    entry = get_classifier(get_chosen_model()).entry
    known = make_known_rows(entry)
except UserError as error:
    st.error(str(error), icon=":material/error:")
    show_network_choice(WHICH)  # the other one may be whole
    st.stop()
st.markdown(
    "The same network, run in every way that this machine can. Each number says whether it was "
    "measured here, modelled, or published by others: tap the word."
)

job = job_of(get_chosen_model())
controls, live = st.columns([2, 3], gap="large")
with controls:
    choose()
with live:
    if job is None:
        st.markdown(
            "**Press Start.** Each runtime rests, warms up and then runs real lesions for the "
            "seconds you give it; measurements of several visitors take turns. Where no meter can "
            "be read, energy is left open and the reason is said."
        )
    elif not job.is_over:
        follow_job(job)
    else:
        if job.error:
            st.error(job.error, icon=":material/error:")
        elif job.state == "stopped":
            st.info("Stopped. What was measured before stays.", icon=":material/stop_circle:")
        show_distributions(job)

known_by = command = KNOWN.format(entry.name)
if job is not None and (job.rows or job.missing):
    st.header("Measured here", anchor=False)
    command = job.command
    show_rows(job.rows, command, "here")
    for one in job.missing:
        st.markdown(f":gray-badge[not here] **{one.name}**: {one.reason}")
    if job.is_over:
        show_export(job.get_result(entry))
        st.caption(LICENCE)

place = st.container()
st.header("One against the other", anchor=False)
entries: list[Entry] = [
    (label_row(row, "measured here"), row, command) for row in (job.rows if job else ())
]
with place:
    st.header("Other machines' results", anchor=False)
    for number, (where, result) in enumerate(load_others()):
        rows = [row for row in result.rows if row.provenance == "measured"]
        whose = result.machine.processor
        st.markdown(f"**{whose}**, model {result.model}")
        show_weights_notice(result, entry)
        show_rows(rows, result.command, f"other{number}-", whose)
        entries += [(label_row(row, where), row, result.command) for row in rows]
entries += [(label_row(row, row.provenance), row, known_by) for row in known]
show_comparison(entries)

st.header("Modelled", anchor=False)
show_models([row for row in known if row.provenance == "modelled"], known_by)
st.header("Published", anchor=False)
with st.expander("What others state, and what is doubtful about it"):
    show_published_rows([row for row in known if row.provenance == "published"], known_by)
st.header("What an image costs in events", anchor=False)
show_events(entry)
st.header("Operations, by NeuroBench's rules", anchor=False)
show_operations(entry)

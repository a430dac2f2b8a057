"""Compare: measures latency and energy of a network on every runtime of this machine, live."""

import streamlit as st

from qana.bench.bench_process import BenchProcess
from qana.bench.command import RUNTIME_NAMES
from qana.bench.run_bench import make_known_rows
from qana.errors import UserError
from ui.compare.board_models import show_models, show_published_rows
from ui.compare.comparison import label_row, show_comparison
from ui.compare.events import show_events, show_operations
from ui.compare.files import load_others, show_export, show_weights_notice
from ui.compare.live import follow_job, make_session_check, show_distributions
from ui.compare.rows import LabelledRow, show_rows
from ui.entry import ensure_app_started
from ui.model_choice import get_chosen_model, show_network_choice
from ui.shared_models import get_classifier

BATCHES = [4, 8, 16, 32, 64]
MAX_SECONDS = 30
"""Longest measurement of a runtime and batch size, seconds. Visitors take turns."""
WHICH = "Which network?"
KNOWN = "python -m qana bench --model {}"
LICENCE = (
    "BrainChip's licence of the Akida engine asks for its written permission before results of "
    "benchmarking that engine are published: ask before you publish a row named Akida."
)


def start_job() -> None:
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


def get_job(name: str) -> BenchProcess | None:
    """Gets the last comparison that this visitor has started with a network."""
    return st.session_state.setdefault("bench", {}).get(name)


def show_controls() -> None:
    """Shows what to measure, and the button that starts it."""
    show_network_choice(WHICH)
    job = get_job(get_chosen_model())
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
        "Seconds for each",
        2,
        MAX_SECONDS,
        5,
        key="bench_seconds",
        disabled=running,
        width="stretch",
    )
    right.select_slider(
        "Images at once, besides 1", BATCHES, 16, key="bench_batch", disabled=running
    )
    if running:
        st.button("Stop", icon=":material/stop:", on_click=job.stop, width="stretch")
    else:
        st.button(
            "Start",
            icon=":material/play_arrow:",
            type="primary",
            on_click=start_job,
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
    show_network_choice(WHICH)  # another network may work
    st.stop()
st.markdown(
    "Run the same network with every runtime of this machine. A button shows for each number "
    "whether it was measured here, modelled, or published by others."
)

job = get_job(get_chosen_model())
controls, live = st.columns([2, 3], gap="large")
with controls:
    show_controls()
with live:
    if job is None:
        st.markdown(
            "**Press Start.** Each runtime rests, warms up and then runs real lesions for the "
            "seconds you give it. Measurements of several visitors take turns. If no meter can be "
            "read, the energy is not known, and the page shows why."
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
entries: list[LabelledRow] = [
    LabelledRow(label_row(row, "measured here"), row, command) for row in (job.rows if job else ())
]
with place:
    st.header("Other machines' results", anchor=False)
    for number, (where, result) in enumerate(load_others()):
        rows = [row for row in result.rows if row.provenance == "measured"]
        machine = result.machine.processor
        st.markdown(f"**{machine}**, model {result.model}")
        show_weights_notice(result, entry)
        show_rows(rows, result.command, f"other{number}-", machine)
        entries += [LabelledRow(label_row(row, where), row, result.command) for row in rows]
entries += [LabelledRow(label_row(row, row.provenance), row, known_by) for row in known]
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

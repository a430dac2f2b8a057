"""Compare: measures a network on this browser's GPU and on this machine, live."""

import streamlit as st

from qana.bench.browser_run import COMMAND, make_browser_result
from qana.bench.race import ELSEWHERE, HERE, KNOWN, THIS_BROWSER, SourcedRow, make_race
from qana.bench.readings import MEASURED, MODELLED, PUBLISHED
from qana.bench.run_bench import make_known_rows
from qana.errors import UserError
from ui.booth.mode import is_booth
from ui.compare.board_models import show_models, show_published_rows
from ui.compare.booth_phones import show_invitation, show_sharing_note
from ui.compare.browser_bench import get_browser_package, get_browser_run, list_shared_runs
from ui.compare.comparison import label_row, show_comparison
from ui.compare.controls import WHICH, get_job, show_controls, show_missing_runtimes
from ui.compare.events import show_events, show_operations
from ui.compare.files import load_others, show_export
from ui.compare.live import follow_job, show_distributions
from ui.compare.overview import show_baselines, show_claims, show_conclusion
from ui.compare.rows import LabelledRow, show_rows
from ui.compare.vendor_melanoma import show_vendor_melanoma
from ui.entry import ensure_app_started
from ui.model_choice import get_chosen_model, show_network_choice
from ui.shared_models import get_classifier

KNOWN_COMMAND = "python -m qana bench --model {}"
LICENCE = (
    "BrainChip's licence of the Akida engine asks for its written permission before results of "
    "benchmarking that engine are published: ask before you publish a row named Akida."
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

job, known_by = get_job(entry.name), KNOWN_COMMAND.format(entry.name)
browser, phones = get_browser_run(entry), list_shared_runs(entry) if is_booth() else []
head, controls = st.columns([3, 2], gap="large")
with controls:
    show_controls(entry)
    if is_booth():
        show_invitation(entry)
    else:
        show_sharing_note()
if job is not None and not job.is_over:
    follow_job(job)
claims = st.container()

st.header("The evidence", anchor=False)
entries: list[LabelledRow] = []
sourced: list[SourcedRow] = []
with st.expander("What was measured here", expanded=job is not None or browser is not None):
    if browser is not None:
        st.markdown("**In this browser**")
        for notice in browser.notices:
            st.info(notice, icon=":material/info:")
        show_rows(browser.rows, COMMAND, "browser")
        if browser.rows:
            package = get_browser_package(entry.name, entry.sha256, entry)
            show_export(make_browser_result(browser, package), "-browser")
        entries += [LabelledRow(label_row(r, "this browser"), r, COMMAND) for r in browser.rows]
        sourced += [SourcedRow(row, THIS_BROWSER) for row in browser.rows]
    if job is not None:
        if job.error:
            st.error(job.error, icon=":material/error:")
        elif job.state == "stopped":
            st.info("Stopped. What was measured before stays.", icon=":material/stop_circle:")
        if job.rows:
            st.markdown("**On this machine**")
            show_rows(job.rows, job.command, "here")
        if job.is_over:
            show_distributions(job)
            show_export(job.get_result(entry))
            st.caption(LICENCE)
        entries += [LabelledRow(label_row(r, "measured here"), r, job.command) for r in job.rows]
        sourced += [SourcedRow(row, HERE) for row in job.rows]
    if browser is None and job is None:
        st.markdown(
            "Nothing yet. Each runtime rests, warms up and then runs real lesions. Measurements "
            "of several visitors on this machine take turns. If no meter can be read, the energy "
            "is not known, and the row shows why."
        )
    show_missing_runtimes(entry)

with st.expander("Results of other machines"):
    for number, run in enumerate(phones):
        st.markdown(f"**{run.device}**, in a visitor's browser")
        show_rows(run.rows, COMMAND, f"phone{number}-", run.device)
        entries += [LabelledRow(label_row(r, "a visitor"), r, COMMAND) for r in run.rows]
        sourced += [SourcedRow(row, ELSEWHERE) for row in run.rows]
    for number, (where, other) in enumerate(load_others(entry)):
        rows = [row for row in other.result.rows if row.provenance == MEASURED]
        machine = other.result.machine.processor
        st.markdown(f"**{other.devices}**, in a machine with {machine}, model {other.result.model}")
        if other.note:
            st.caption(other.note)
        show_rows(rows, other.result.command, f"other{number}-", machine)
        entries += [LabelledRow(label_row(r, where), r, other.result.command) for r in rows]
        sourced += [SourcedRow(row, ELSEWHERE) for row in rows]

entries += [LabelledRow(label_row(row, row.provenance), row, known_by) for row in known]
sourced += [SourcedRow(row, KNOWN) for row in known]
race = make_race(sourced)
with head:
    show_conclusion(race)
everything = [one.row for one in sourced]
with claims:
    show_claims(race, everything)

with st.expander("One against the other, and an hour on duty"):
    show_comparison(entries)
with st.expander("What the choice of a GPU's baseline is worth"):
    show_baselines(everything)
with st.expander("Modelled boards"):
    show_models([row for row in known if row.provenance == MODELLED], known_by)
with st.expander("What others have published"):
    show_vendor_melanoma(entry)
    show_published_rows([row for row in known if row.provenance == PUBLISHED], known_by)
with st.expander("What an image costs in events"):
    show_events(entry)
with st.expander("Operations, by NeuroBench's rules"):
    show_operations(entry)

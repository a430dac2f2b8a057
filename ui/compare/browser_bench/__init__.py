"""Measures the float network in the visitor's own browser, on its GPU if it has one."""

from pathlib import Path
from uuid import uuid4

import streamlit as st

from qana.bench.browser_package import BrowserPackage, make_browser_package
from qana.bench.browser_run import BrowserRun, read_browser_report
from qana.bench.shared_runs import SharedRuns
from qana.errors import UserError
from qana.inference.manifest import ModelEntry
from ui.component import register_component

_HERE = Path(__file__).parent
_bench = register_component(_HERE)
WORKER = (_HERE / "worker.js").read_text(encoding="utf-8")
PLAN = {"runs": 300, "fewest": 20, "milliseconds": 8000, "most_milliseconds": 1000}
"""Most and fewest runs of each batch size, the time after which the fewest suffice, and the longest
run of several photos that is worth measuring."""
LABEL = "Measure this browser's GPU"


def show_browser_bench(entry: ModelEntry, batch: int) -> None:
    """Shows the button that measures in this browser, and its progress.

    Args:
        entry: the model.
        batch: second batch size, beside 1.
    """

    @st.fragment
    def show() -> None:
        state = st.session_state
        wanted, refused = state.pop("browser_package_wanted", False), state.pop("refused", "")
        package = None
        if wanted:
            _get_store().note_measuring(_get_owner(), entry.sha256)
            try:
                package = get_browser_package(entry.name, entry.sha256, entry).to_json()
            except UserError as error:
                refused = str(error)
        found = _bench(
            key=f"browser_bench_{entry.name}",
            data={
                "label": LABEL,
                "sha256": entry.sha256,
                "batches": [1, batch],
                "plan": PLAN,
                "package": package,
                "worker": WORKER,
                "refused": refused,
                "kept": state.get("browser_report_kept", ""),
            },
            on_wanted_change=_note_request,
            on_measuring_change=lambda: _get_store().note_measuring(_get_owner(), entry.sha256),
            on_stopped_change=lambda: _get_store().end_measuring(_get_owner(), entry.sha256),
            on_measured_change=lambda: None,
        ).measured
        if found:
            _keep(entry, found)
            st.rerun()

    show()


def get_browser_run(entry: ModelEntry) -> BrowserRun | None:
    """Gets what this visitor's browser has measured with a model."""
    return st.session_state.get("browser_runs", {}).get(entry.sha256)


def list_shared_runs(entry: ModelEntry) -> list[BrowserRun]:
    """Lists what other visitors' browsers have measured with a model, the latest first."""
    return _get_store().list_runs(entry.sha256, without=_get_owner())


def count_measuring(entry: ModelEntry) -> int:
    """Counts the browsers of other visitors that measure a model now."""
    return _get_store().count_measuring(entry.sha256, without=_get_owner())


@st.cache_resource(show_spinner=False, max_entries=3)
def get_browser_package(name: str, sha256: str, _entry: ModelEntry) -> BrowserPackage:
    """Gets the package of a model, which is made once for all visitors.

    Raises:
        UserError: the model has no float network, or its file is missing or changed.
    """
    return make_browser_package(_entry)


@st.cache_resource
def _get_store() -> SharedRuns:
    return SharedRuns()


def _get_owner() -> str:
    return str(st.session_state.setdefault("browser_owner", uuid4().hex))


def _note_request() -> None:
    st.session_state.browser_package_wanted = True


def _keep(entry: ModelEntry, report: object) -> None:
    token = report.get("token") if isinstance(report, dict) else None
    st.session_state.browser_report_kept = str(token)  # so that the browser stops sending it
    _get_store().end_measuring(_get_owner(), entry.sha256)
    try:
        package = get_browser_package(entry.name, entry.sha256, entry)
        run = read_browser_report(report, package)
    except UserError as error:
        st.session_state.refused = str(error)
        return
    if not run.rows:
        st.session_state.refused = " ".join(run.notices)
        return
    st.session_state.setdefault("browser_runs", {})[entry.sha256] = run
    _get_store().add(_get_owner(), entry.sha256, run)

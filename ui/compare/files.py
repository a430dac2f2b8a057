"""Saves the result of this machine and loads results of others."""

import json

import streamlit as st

from qana.bench.bench_result import BenchResult
from qana.bench.result_files import ResultError, format_csv, read_result, read_shipped_results
from qana.errors import ModelError
from qana.inference.manifest import ModelEntry, read_manifest

MAX_FILES = 4
"""Number of results of other machines that are shown at once."""


def show_export(result: BenchResult) -> None:
    """Shows the downloads of a result, which are made in memory."""
    name = f"qana-bench-{result.model}"
    with st.container(horizontal=True):
        st.download_button(
            "JSON",
            json.dumps(result.to_json(), indent=1),
            f"{name}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "CSV",
            format_csv(result),
            f"{name}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )


def load_others() -> list[tuple[str, BenchResult]]:
    """Loads the results of other machines: the visitor's files, and those that come with the app.

    Each file is checked. An error is shown for a file that cannot be used.

    Returns:
        For each result, where it was measured (for lists), and the result.
    """
    found = []
    shipped = st.toggle("A graphics card of a data centre", value=True, key="compare_shipped")
    files = st.file_uploader(
        "Results of other machines: what `python -m qana bench --json > result.json` wrote there",
        type="json",
        accept_multiple_files=True,
        key="compare_files",
    )
    for number, file in enumerate(files[:MAX_FILES], start=1):
        try:
            found.append((f"measured there, file {number}", read_result(file.getvalue())))
        except ResultError as error:
            st.error(f"{file.name}: {error}", icon=":material/error:")
    if len(files) > MAX_FILES:
        st.warning(f"Only the first {MAX_FILES} results are shown.", icon=":material/warning:")
    if shipped:  # after the visitor's own, which a comparison prefers
        found += [("measured there, comes with QANA", one) for one in read_shipped_results()]
    return found


def show_weights_notice(result: BenchResult, entry: ModelEntry) -> None:
    """Shows a notice if a result is about other weights than the chosen model."""
    if result.sha256 == entry.sha256:
        return
    try:
        ours = {one.sha256: one.name for one in read_manifest()}
    except ModelError:  # the folder was damaged while the app runs: the loaded model still works
        ours = {}
    if name := ours.get(result.sha256):
        words = f"This is the network {name}, not {entry.name}: choose it above to compare like "
        st.warning(f"{words}with like.", icon=":material/warning:")
    elif (macs := result.macs or entry.macs) != entry.macs:
        words = f"It ran another network, of {macs / 1e6:.1f} million MACs; {entry.name} has "
        st.caption(f"{words}{entry.macs / 1e6:.1f} million.")
    else:  # most often an older result of the same network, so no warning
        words = "It ran other weights than the ones of this app: times and energy can be compared, "
        st.caption(f"{words}but not the answers.")

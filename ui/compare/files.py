"""Saves the result of this machine and loads results of others."""

import json

import streamlit as st

from qana.bench.bench_result import BenchResult
from qana.bench.other_results import OtherResult, classify_result
from qana.bench.result_files import (
    MAX_BYTES,
    ResultError,
    format_csv,
    read_result,
    read_shipped_results,
)
from qana.errors import ModelError
from qana.inference.manifest import ModelEntry, read_manifest
from ui.visitor_text import escape_markdown

MAX_FILES = 4
"""Number of results of other machines that are shown at once."""


def show_export(result: BenchResult, suffix: str = "") -> None:
    """Shows the downloads of a result, which are made in memory.

    Args:
        result: the result.
        suffix: end of the file names.
    """
    name = f"qana-bench-{result.model}{suffix}"
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


def load_others(entry: ModelEntry) -> list[tuple[str, OtherResult]]:
    """Loads the results of other machines: the visitor's files, and those that come with the app.

    Each file is checked. An error is shown for a file that cannot be used, and a sentence for one
    that ran another network.

    Args:
        entry: the network at hand.

    Returns:
        For each result of this network, where it was measured (for lists), and the result.
    """
    files = st.file_uploader(
        "Results of other machines: what `python -m qana bench --json > result.json` wrote there, "
        "or what this page saved there",
        type="json",
        accept_multiple_files=True,
        max_upload_size=MAX_BYTES // 1_000_000,
        key="compare_files",
    )
    names = _read_names()
    found: list[tuple[str, OtherResult]] = []
    for number, file in enumerate(files[:MAX_FILES], start=1):
        try:
            result = read_result(file.getvalue())
        except ResultError as error:
            st.error(f"{escape_markdown(file.name)}: {error}", icon=":material/error:")
            continue
        found.append((f"measured there, file {number}", classify_result(result, entry, names)))
    if len(files) > MAX_FILES:
        st.warning(f"Only the first {MAX_FILES} results are shown.", icon=":material/warning:")
    shipped = [classify_result(result, entry, names) for result in read_shipped_results()]
    fits = any(not one.left_out for one in shipped)
    if fits and not st.toggle(
        "A graphics card of a data centre", value=True, key="compare_shipped"
    ):
        shipped = []
    # After the visitor's own, which a comparison prefers.
    found += [("measured there, comes with QANA", one) for one in shipped]
    for _, one in found:
        if one.left_out:
            st.markdown(f":gray-badge[left out] {one.left_out}")
    return [(where, one) for where, one in found if not one.left_out]


def _read_names() -> dict[str, str]:
    try:
        return {one.sha256: one.name for one in read_manifest()}
    except ModelError:  # the folder was damaged while the app runs: the loaded model still works
        return {}

"""Shows the source of a number behind a button."""

from collections.abc import Iterable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qana.bench.readings import MEASURED, MODELLED, PUBLISHED
from qana.bench.rows import Row
from ui.visitor_text import escape_markdown

STYLES = {
    MEASURED: ("green", ":material/straighten:"),
    MODELLED: ("blue", ":material/function:"),
    PUBLISHED: ("orange", ":material/menu_book:"),
}


def show_popover(provenance: str, key: str) -> DeltaGenerator:
    """Adds a button with the provenance. Its contents appear after a click.

    Args:
        provenance: a key of `STYLES`.
        key: of the widget, unique on the page.
    """
    colour, icon = STYLES[provenance]
    return st.popover(f":{colour}[{provenance}]", icon=icon, key=key, width="content")


def show_sources(provenance: str, sources: Iterable[str], key: str) -> None:
    """Shows one button with the sources of all numbers of a table or chart.

    Args:
        provenance: a key of `STYLES`.
        sources: sentences or citations. Repeated ones are shown once.
        key: of the widget, unique on the page.
    """
    with show_popover(provenance, key):
        for source in dict.fromkeys(sources):
            st.markdown(source)


def show_source(row: Row, command: str, key: str, machine: str = "") -> None:
    """Shows the button with the source of a row.

    Args:
        row: row of a result.
        command: the command that made the result.
        key: of the widget, unique on the page.
        machine: machine that measured it; empty for this one.
    """
    with show_popover(row.provenance, key):
        if row.provenance == MEASURED:
            st.markdown(
                f"{row.images:,} images in {row.runs:,} runs and {row.seconds:.1f} s, "
                f"after a rest and a warm-up. By: {row.source}."
            )
            if machine:
                st.markdown(
                    f"According to the file of **{escape_markdown(machine)}**; not measured here."
                )
            st.markdown(f"`{command}`")
        else:
            st.markdown(f"By: {row.source}.")
        if row.doubt:
            st.markdown(f"**Mind:** {row.doubt}")
        if reason := row.not_measurable:
            st.markdown(f"**No energy:** {reason.reason} {reason.remedy}")


def show_counted(key: str) -> None:
    """Shows the button for numbers that are counted, not measured."""
    with st.popover(":gray[counted]", icon=":material/tag:", key=key, width="content"):
        st.markdown(
            "Counted from the integers of every layer, which the simulator computes exactly as a "
            "chip does. No clock and no meter is involved. `python -m qana bench --json` gives the "
            "means over the samples."
        )

"""The chip that opens where a number comes from."""

from collections.abc import Iterable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qana.bench.readings import MEASURED, MODELLED, PUBLISHED
from qana.bench.rows import Row

STYLES = {
    MEASURED: ("green", ":material/straighten:"),
    MODELLED: ("blue", ":material/function:"),
    PUBLISHED: ("orange", ":material/menu_book:"),
}


def show_popover(provenance: str, key: str) -> DeltaGenerator:
    """A button with the word; what is written into it is read when it is pressed.

    Args:
        provenance: of `STYLES`.
        key: of the widget, unlike any other on the page.
    """
    colour, icon = STYLES[provenance]
    return st.popover(f":{colour}[{provenance}]", icon=icon, key=key, width="content")


def show_sources(provenance: str, sources: Iterable[str], key: str) -> None:
    """The provenance of all numbers of a table or a chart: one chip for them.

    Args:
        provenance: of `STYLES`.
        sources: a sentence or a citation each; what is there twice is shown once.
        key: of the widget, unlike any other on the page.
    """
    with show_popover(provenance, key):
        for source in dict.fromkeys(sources):
            st.markdown(source)


def show_source(row: Row, command: str, key: str, whose: str = "") -> None:
    """The provenance of a row: a button with its word, behind it all that is known.

    Args:
        row: of one result.
        command: that made the result that holds the row.
        key: of the widget, unlike any other on the page.
        whose: machine that measured it, where it was not this one.
    """
    with show_popover(row.provenance, key):
        if row.provenance == MEASURED:
            st.markdown(
                f"{row.images:,} images in {row.runs:,} runs and {row.seconds:.1f} s, "
                f"after a rest and a warm-up. By: {row.source}."
            )
            if whose:
                st.markdown(f"So says the file of **{whose}**; nobody here has seen it.")
            st.markdown(f"`{command}`")
        else:
            st.markdown(f"By: {row.source}.")
        if row.doubt:
            st.markdown(f"**Mind:** {row.doubt}")
        if reason := row.not_measurable:
            st.markdown(f"**No energy:** {reason.reason} {reason.remedy}")


def show_counted(key: str) -> None:
    """The provenance of numbers that are counted, not timed or metered."""
    with st.popover(":gray[counted]", icon=":material/tag:", key=key, width="content"):
        st.markdown(
            "Counted on the integers of every layer, which the simulator computes bit for bit as a "
            "chip would: no clock and no meter is in it. `python -m qana bench --json` gives the "
            "means over the samples."
        )

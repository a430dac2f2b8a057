"""The chip that opens where a number comes from."""

from typing import Any

import streamlit as st

from qana.bench.readings import MEASURED, MODELLED, PUBLISHED

LOOKS = {
    MEASURED: ("green", ":material/straighten:"),
    MODELLED: ("blue", ":material/function:"),
    PUBLISHED: ("orange", ":material/menu_book:"),
}


def show_source(row: dict[str, Any], command: str, key: str, whose: str = "") -> None:
    """The provenance of a row: a button with its word, behind it all that is known.

    Args:
        row: as `qana.bench.rows.Row.as_document` gives it.
        command: that made the result that holds the row.
        key: of the widget, unlike any other on the page.
        whose: machine that measured it, where it was not this one.
    """
    colour, icon = LOOKS[row["provenance"]]
    with st.popover(f":{colour}[{row['provenance']}]", icon=icon, key=key, width="content"):
        if row["provenance"] == MEASURED:
            st.markdown(
                f"{row['images']:,} images in {row['runs']:,} runs and {row['seconds']:.1f} s, "
                f"after a rest and a warm-up. By: {row['source']}."
            )
            if whose:
                st.markdown(f"So says the file of **{whose}**; nobody here has seen it.")
            st.markdown(f"`{command}`")
        else:
            st.markdown(f"By: {row['source']}.")
        if row["doubt"]:
            st.markdown(f"**Mind:** {row['doubt']}")
        if reason := row["not_measurable"]:
            st.markdown(f"**No energy:** {reason['reason']} {reason['remedy']}")


def show_counted(key: str) -> None:
    """The provenance of numbers that are counted, not timed or metered."""
    with st.popover(":gray[counted]", icon=":material/tag:", key=key, width="content"):
        st.markdown(
            "Counted on the integers of every layer, which the simulator computes bit for bit as a "
            "chip would: no clock and no meter is in it. `python -m qana bench --json` gives the "
            "means over the samples."
        )

"""The chip that opens where a number comes from."""

from typing import Any

import streamlit as st

from qana.bench.readings import MEASURED, MODELLED, PUBLISHED

LOOKS = {
    MEASURED: ("green", ":material/straighten:"),
    MODELLED: ("blue", ":material/function:"),
    PUBLISHED: ("orange", ":material/menu_book:"),
}


def show_source(row: dict[str, Any], command: str, key: str) -> None:
    """The provenance of a row: a button with its word, behind it all that is known.

    Args:
        row: as `qana.bench.rows.Row.as_document` gives it.
        command: that made the result that holds the row.
        key: of the widget, unlike any other on the page.
    """
    colour, icon = LOOKS[row["provenance"]]
    with st.popover(f":{colour}[{row['provenance']}]", icon=icon, key=key, width="content"):
        if row["provenance"] == MEASURED:
            st.markdown(
                f"{row['images']:,} images in {row['seconds']:.1f} s, after a rest and a warm-up. "
                f"By: {row['source']}."
            )
            st.markdown(f"`{command}`")
        else:
            st.markdown(f"By: {row['source']}.")
        if row["doubt"]:
            st.markdown(f"**To be doubted:** {row['doubt']}")
        if reason := row["not_measurable"]:
            st.markdown(f"**No energy:** {reason['reason']} {reason['remedy']}")

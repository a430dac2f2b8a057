"""Shows on a booth's screen how a phone measures itself, and notices what phones have measured."""

import streamlit as st

from qana.inference.manifest import ModelEntry
from ui.booth.address import find_address, make_qr_code
from ui.booth.mode import is_booth, stay_open
from ui.compare.browser_bench import count_measuring, list_shared_runs

UPDATE_SECONDS = 3.0
"""Seconds between two looks at what phones have measured."""


def show_invitation(entry: ModelEntry) -> None:
    """Shows the code that leads a phone to this page, and follows the phones."""
    address = find_address()
    if address is None:
        return
    page = f"{address}/compare"
    code, words = st.columns([1, 2], vertical_alignment="center")
    code.image(make_qr_code(page), width=150)
    words.markdown(
        f"**Race with your phone.** Scan the code, or open {page}, and measure. Your phone's row "
        "appears here for an hour, with the name of its GPU and nothing else."
    )
    _follow_phones(entry)


def show_sharing_note() -> None:
    """States what a booth shows of a visitor's measurement."""
    if not is_booth():
        st.caption(
            "The network runs in your browser, and no photo of yours is used. If a booth shows "
            "this app, your row appears there for an hour, with the name of your GPU alone."
        )


def _follow_phones(entry: ModelEntry) -> None:
    shown = list_shared_runs(entry)
    if shown != st.session_state.setdefault("shown_phones", shown):
        st.session_state.shown_phones = shown
        stay_open()  # so that whoever measured has time to come and look

    @st.fragment(run_every=UPDATE_SECONDS)
    def update() -> None:
        if list_shared_runs(entry) != shown:
            st.rerun()
        if count := count_measuring(entry):
            st.caption("A phone measures itself now." if count == 1 else f"{count} phones measure.")
            stay_open()

    update()

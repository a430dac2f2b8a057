"""Back, to the start, out to a file and in from one."""

import streamlit as st

from qana.edge_learning.head_files import MAX_FILE_BYTES
from ui.learn.session import LearnSession

FILE = "qana.head"


def show_keep(visit: LearnSession) -> None:
    """Undo, Reset, Save and Load."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.button(
            "Undo",
            icon=":material/undo:",
            disabled=not visit.can_undo,
            on_click=visit.undo,
            help="Takes the last press back; the head is then what it was, to the bit.",
        )
        st.button(
            "Reset",
            icon=":material/restart_alt:",
            disabled=len(visit.steps) == 1,
            on_click=visit.reset,
            help="Back to the head of the seven classes; what you taught is gone.",
        )
        st.download_button(
            "Save",
            visit.learner.encode,
            file_name=FILE,
            mime="application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
            help="The learned head as a file: connections and counts, no photo.",
        )
        with st.popover("Load"):
            key = f"learn_head{visit.turn}"
            st.file_uploader(
                f"A head that was saved here, {FILE}",
                type=[FILE.rpartition(".")[2]],
                max_upload_size=MAX_FILE_BYTES // 1_000_000,
                key=key,
                on_change=_load,
                args=(visit, key),
            )


def _load(visit: LearnSession, key: str) -> None:
    file = st.session_state[key]
    if file is not None:
        visit.attempt("A saved head loaded", lambda: visit.learner.load(file.getvalue()))
        visit.turn += 1

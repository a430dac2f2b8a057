"""Undoes, resets, saves and loads the head."""

import streamlit as st

from qana.edge_learning.head_files import MAX_FILE_BYTES
from ui.learn.session import LearnSession

FILE = "qana.head"


def show_keep(session: LearnSession) -> None:
    """Shows the buttons Undo, Reset, Save and Load."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.button(
            "Undo",
            icon=":material/undo:",
            disabled=not session.can_undo,
            on_click=session.undo,
            help="Undoes the last action. The head is then exactly what it was before.",
        )
        st.button(
            "Reset",
            icon=":material/restart_alt:",
            disabled=len(session.steps) == 1,
            on_click=session.reset,
            help="Returns to the head with the seven classes. What you taught is gone.",
        )
        st.download_button(
            "Save",
            session.learner.encode,
            file_name=FILE,
            mime="application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
            help="Saves the learned head as a file. It holds connections and counts, no photo.",
        )
        with st.popover("Load"):
            key = f"learn_head{session.upload_number}"
            st.file_uploader(
                f"A head that was saved here, {FILE}",
                type=[FILE.rpartition(".")[2]],
                max_upload_size=MAX_FILE_BYTES // 1_000_000,
                key=key,
                on_change=_load,
                args=(session, key),
            )


def _load(session: LearnSession, key: str) -> None:
    file = st.session_state[key]
    if file is not None:
        session.perform("A saved head loaded", lambda: session.learner.load(file.getvalue()))
        session.upload_number += 1

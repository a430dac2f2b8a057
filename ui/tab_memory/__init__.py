"""Brings the verdict and what was taught back after a reload of the page.

A reload starts a new session. The browser keeps a random name for its tab, and the server keeps the
tab's values in its memory. Nothing is in the address, in a cookie or on a disk.
"""

import re
import threading
import time
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.answered_photo import AnsweredPhoto
from ui.component import register_component
from ui.scan.history import keep_answer
from ui.tab_memory.store import TabStore

KEPT = ("answer", "history", "network", "learn_session", "story", "batch", "lesson")
"""Names of the values in the session that a reload brings back."""
OWN = ("learn_session", "story", "lesson")
"""Those among them that a page makes, with nothing in them, before the tab's name is known."""
NAME = re.compile(r"[0-9a-f]{32}")
INTERVAL = 30.0
"""Seconds between two searches for closed tabs."""
_tab_name = register_component(Path(__file__).parent)


def restore_tab() -> None:
    """Brings the values of this tab back in a new session, and keeps those of the present one.

    Call it before the page runs.
    """
    with st.container(key="tab_memory"):
        _exchange()


@st.fragment
def _exchange() -> None:
    """Asks the browser for the tab's name.

    Its answer may come while the server does something for a click or an upload. The message of a
    fragment waits until that is done, and any other would end it.
    """
    sent = _tab_name(key="tab", on_name_change=lambda: None).name
    context = get_script_run_ctx()
    if context is None or not NAME.fullmatch(str(sent or "")):
        return
    store = _get_store()
    stored: dict[str, Any] = {}
    if st.session_state.get("tab_name") != sent:
        stored = store.read(sent)
        _restore(stored)
        st.session_state.tab_name = sent  # last, because a click may end the lines above
    store.write(sent, _collect(), context.session_id)
    if stored and context.fragment_ids_this_run:
        st.rerun()  # the page does not know the values yet


def _collect() -> dict[str, Any]:
    """Collects the values that a reload brings back. A photo that was rejected is none of them."""
    values = {key: st.session_state[key] for key in KEPT if key in st.session_state}
    if "answer" in values and values["answer"].diagnosis.prediction is None:
        del values["answer"]
    return values


def _restore(stored: dict[str, Any]) -> None:
    """Brings stored values back. An answer that a link has just opened stays on the page."""
    opened: AnsweredPhoto | None = st.session_state.get("answer")
    kept: AnsweredPhoto | None = stored.get("answer")
    if "history" in stored:
        st.session_state.history = stored["history"]
    if kept and (opened is None or opened is kept or _have_one_link(opened, kept)):
        st.session_state.answer = kept
    elif opened and opened.diagnosis.prediction is not None:
        keep_answer(opened)
    for key, value in stored.items():
        if key in OWN:
            st.session_state[key] = value
        else:
            st.session_state.setdefault(key, value)


def _have_one_link(one: AnsweredPhoto, other: AnsweredPhoto) -> bool:
    """Returns whether two answers are of one sample by one network."""
    same_network = one.diagnosis.sha256 == other.diagnosis.sha256
    return one.sample is not None and one.sample == other.sample and same_network


@st.cache_resource(show_spinner=False)
def _get_store() -> TabStore:
    """Gets the store of this server. A thread searches for closed tabs."""
    store = TabStore(_is_connected)

    def search() -> None:
        while True:
            time.sleep(INTERVAL)
            store.drop_closed()

    threading.Thread(target=search, name="closed tabs", daemon=True).start()
    return store


def _is_connected(session: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(session)

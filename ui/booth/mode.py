"""Whether this window is a booth's, and whether a visitor holds it."""

from pathlib import Path

import streamlit as st

IDLE_SECONDS = 90
"""Without a touch until the show begins anew, where the address does not say: ?booth=1&idle=30"""
MIN_IDLE_SECONDS, MAX_IDLE_SECONDS = 5, 3600
RELOAD_SECONDS = 1800
"""Of the show until its window is loaded anew: a browser keeps memory of every picture it drew."""
IDLE_SCRIPT = (Path(__file__).parent / "idle.js").read_text(encoding="utf-8")
RELOAD_SCRIPT = (Path(__file__).parent / "afresh.js").read_text(encoding="utf-8")
LARGE_TEXT = (Path(__file__).parent / "booth.css").read_text(encoding="utf-8")


def is_booth() -> bool:
    """True where the window was opened with ?booth=1; it stays so from page to page."""
    if "booth" not in st.session_state:
        st.session_state.booth = st.query_params.get("booth") == "1"
        st.session_state.idle = parse_idle_seconds(st.query_params.get("idle", ""))
    return st.session_state.booth


def parse_idle_seconds(asked: str) -> int:
    """Seconds; what is no number of seconds counts as not asked for."""
    if not (asked.isascii() and asked.isdigit() and len(asked) <= len(str(MAX_IDLE_SECONDS))):
        return IDLE_SECONDS
    return min(max(int(asked), MIN_IDLE_SECONDS), MAX_IDLE_SECONDS)


def is_session_running() -> bool:
    """True while a visitor tries the app."""
    return st.session_state.get("visiting", False)


def start_session(page: str | None = None) -> None:
    """Hands the app to a visitor, at a page other than Scan if one is named."""
    st.session_state.visiting, st.session_state.go_to = True, page


def open_requested_page() -> None:
    """Goes where the visit begins; called once the pages are known."""
    if page := st.session_state.pop("go_to", None):
        st.switch_page(page)


def enlarge_text() -> None:
    """Type that can be read from two steps away."""
    st.html(f"<style>{LARGE_TEXT}</style>")


def restart_when_idle() -> None:
    """Begins the show anew when nobody touches the window: a new load, so a new session, and
    everything of the visitor is gone with the old one."""
    _run_script(IDLE_SCRIPT, st.session_state.idle)


def reload_regularly() -> None:
    """Loads the show's window anew now and then, as long as no visitor holds it."""
    _run_script(RELOAD_SCRIPT, RELOAD_SECONDS)


def _run_script(script: str, seconds: float) -> None:
    script = script.replace("SECONDS", str(seconds))
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)

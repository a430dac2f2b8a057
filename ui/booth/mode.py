"""Whether this window is a booth's, and whether a visitor holds it."""

from pathlib import Path

import streamlit as st

IDLE_SECONDS = 90
"""Without a touch until the show begins anew, where the address does not say: ?booth=1&idle=30"""
LEAST_IDLE, MOST_IDLE = 5, 3600
AFRESH_SECONDS = 1800
"""Of the show until its window is loaded anew: a browser keeps memory of every picture it drew."""
IDLE = (Path(__file__).parent / "idle.js").read_text(encoding="utf-8")
AFRESH = (Path(__file__).parent / "afresh.js").read_text(encoding="utf-8")
LARGE = (Path(__file__).parent / "booth.css").read_text(encoding="utf-8")


def in_booth() -> bool:
    """True where the window was opened with ?booth=1; it stays so from page to page."""
    if "booth" not in st.session_state:
        st.session_state.booth = st.query_params.get("booth") == "1"
        st.session_state.idle = _idle(st.query_params.get("idle", ""))
    return st.session_state.booth


def _idle(asked: str) -> int:
    """Seconds; what is no number of seconds counts as not asked for."""
    if not (asked.isascii() and asked.isdigit() and len(asked) <= len(str(MOST_IDLE))):
        return IDLE_SECONDS
    return min(max(int(asked), LEAST_IDLE), MOST_IDLE)


def visiting() -> bool:
    """True while a visitor tries the app."""
    return st.session_state.get("visiting", False)


def begin_visit(page: str | None = None) -> None:
    """Hands the app to a visitor, at a page other than Scan if one is named."""
    st.session_state.visiting, st.session_state.go_to = True, page


def follow() -> None:
    """Goes where the visit begins; called once the pages are known."""
    if page := st.session_state.pop("go_to", None):
        st.switch_page(page)


def dress() -> None:
    """Type that can be read from two steps away."""
    st.html(f"<style>{LARGE}</style>")


def watch() -> None:
    """Begins the show anew when nobody touches the window: a new load, so a new session, and
    everything of the visitor is gone with the old one."""
    _run_script(IDLE, st.session_state.idle)


def stay_fresh() -> None:
    """Loads the show's window anew now and then, as long as no visitor holds it."""
    _run_script(AFRESH, AFRESH_SECONDS)


def _run_script(script: str, seconds: float) -> None:
    script = script.replace("SECONDS", str(seconds))
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)

"""Decides whether this window is a booth's, and when the show takes over again."""

import time
from pathlib import Path

import streamlit as st

IDLE_SECONDS = 90
"""Time without a touch until the show starts again. An address can change it: ?booth=1&idle=30"""
MIN_IDLE_SECONDS, MAX_IDLE_SECONDS = 5, 3600
RELOAD_SECONDS = 1800
"""Time after which the show loads its window again. A browser keeps memory of every picture."""
_HERE = Path(__file__).parent
IDLE_SCRIPT = (_HERE / "idle.js").read_text(encoding="utf-8")
RELOAD_SCRIPT = (_HERE / "reload.js").read_text(encoding="utf-8")
LARGE_TEXT = (_HERE / "booth.css").read_text(encoding="utf-8")


def is_booth() -> bool:
    """Finds out whether the window was opened with ?booth=1. This holds on every page."""
    if "booth" not in st.session_state:
        st.session_state.booth = st.query_params.get("booth") == "1"
        st.session_state.idle = parse_idle_seconds(st.query_params.get("idle", ""))
        st.session_state.shows_keys = st.query_params.get("keys") == "1"
    return st.session_state.booth


def parse_idle_seconds(text: str) -> int:
    """Reads the idle time from an address.

    Args:
        text: value of `idle`.

    Returns:
        Seconds, within the limits; the default if the text is not a number of seconds.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MAX_IDLE_SECONDS))):
        return IDLE_SECONDS
    return min(max(int(text), MIN_IDLE_SECONDS), MAX_IDLE_SECONDS)


def is_session_running() -> bool:
    """Finds out whether a visitor is using the app."""
    return st.session_state.get("session_running", False)


def start_session(page: str | None = None) -> None:
    """Hands the app to a visitor.

    Args:
        page: file of the page to open; None for Scan.
    """
    st.session_state.session_running, st.session_state.requested_page = True, page


def open_requested_page() -> None:
    """Opens the page on which the session starts. It must run after `st.navigation`."""
    if page := st.session_state.pop("requested_page", None):
        st.switch_page(page)


def enlarge_text() -> None:
    """Makes the text large enough to be read from two steps away."""
    st.html(f"<style>{LARGE_TEXT}</style>")


def restart_when_idle() -> None:
    """Starts the show again when nobody touches the window. `stay_open` can delay it.

    The browser loads the window again. That starts a new session and removes everything of the
    visitor together with the old one.
    """
    keys = "&keys=1" if st.session_state.shows_keys else ""
    _run_script(IDLE_SCRIPT.replace("KEYS", keys), st.session_state.idle)


def stay_open() -> None:
    """Keeps the page for another idle time, because a visitor waits for something to appear.

    Five minutes after the last touch it has no effect.
    """
    # With another text each time, because a browser runs the same text only once.
    st.html(
        f"<script>window.qanaStay?.(); // {time.monotonic()}</script>", unsafe_allow_javascript=True
    )


def reload_regularly() -> None:
    """Loads the window of the show again at intervals, unless a visitor is using the app."""
    _run_script(RELOAD_SCRIPT, RELOAD_SECONDS)


def _run_script(script: str, seconds: float) -> None:
    script = script.replace("SECONDS", str(seconds))
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)

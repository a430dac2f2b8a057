"""Prepares the app for every page, also for one that is opened by its own address."""

from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

STARTED = "started"
STYLES = ("theme.css", "phone.css", "print.css")
_HERE = Path(__file__).parent
SCRIPTS = [(_HERE / name).read_text(encoding="utf-8") for name in ("home_screen.js", "drawer.js")]


def start_app() -> None:
    """Loads the styles and the scripts, before a page runs."""
    st.session_state[STARTED] = True
    for name in STYLES:
        st.html(_HERE / name)
    run_scripts()


def run_scripts() -> None:
    """Lets a phone put the app on its home screen, and closes the drawer after a choice.

    It comes before the page, because nothing can be added after a page that ends early by
    `st.stop`. A rule in theme.css hides the element, so that it takes up no line.
    """
    with st.container(key="installation"):
        for script in SCRIPTS:
            st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


def ensure_app_started() -> None:
    """Runs the page again if streamlit_app.py has not started it. Each page calls it first.

    Until `st.navigation` has been called once, a fresh server treats the folder pages/ as
    Streamlit's older kind of app. If the first visitor opens the address of a page, the server
    runs that page alone, without navigation and styles. The second run is complete.
    """
    if STARTED not in st.session_state:
        start_app()
        PagesManager.uses_pages_directory = False  # private: a test checks the pinned version
        st.rerun()

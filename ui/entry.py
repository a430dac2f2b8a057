"""Every page is reached through streamlit_app.py, also by its own address."""

from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

OPENED = "opened"
_HERE = Path(__file__).parent
HOME_SCREEN = (_HERE / "home_screen.js").read_text(encoding="utf-8")


def start_app() -> None:
    """Called by streamlit_app.py, before it runs a page."""
    st.session_state[OPENED] = True
    for look in ("look.css", "phone.css"):
        st.html(_HERE / look)


def offer_installation() -> None:
    """Called by streamlit_app.py last of all, since it takes a line on the page."""
    st.html(f"<script>{HOME_SCREEN}</script>", unsafe_allow_javascript=True)


def ensure_app_started() -> None:
    """Called by each page, first of all.

    A fresh server takes the folder pages/ for Streamlit's older kind of app until
    `st.navigation` has been called once: a first visit to a page's own address would run that page
    alone, without look and navigation. The second run is the right one.
    """
    if OPENED not in st.session_state:
        start_app()
        PagesManager.uses_pages_directory = False  # the version is pinned, and a test looks at it
        st.rerun()


SCRIPT = """<script>
// VIEW
document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 })
</script>"""


def scroll_to_top(view: str) -> None:
    """Scrolls up once, when `view` is first drawn. Takes a line: to be called below what is shown.

    Args:
        view: letters and digits; another one scrolls again.
    """
    st.html(SCRIPT.replace("VIEW", view), unsafe_allow_javascript=True)

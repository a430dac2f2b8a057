"""A new view begins at its top: Streamlit leaves the page where the button was that opened it."""

import streamlit as st

SCRIPT = """<script>
// VIEW
document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 })
</script>"""


def begin_at_top(view: str) -> None:
    """Scrolls up once, when `view` is first drawn. Takes a line: to be called below what is shown.

    Args:
        view: letters and digits; another one scrolls again.
    """
    st.html(SCRIPT.replace("VIEW", view), unsafe_allow_javascript=True)

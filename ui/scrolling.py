"""Scrolls the page to what has just appeared on it."""

import streamlit as st

_TO_TOP = """<script>
// The script runs again whenever the page puts it in another place.
if (window.qanaView !== 'VIEW') {
  const main = document.querySelector('[data-testid="stMain"]')
  main?.scrollTo({ top: 0 })
  if (main && window.qanaView) {
    // The button that was pressed is gone: the next Tab begins at the top of what is new.
    main.tabIndex = -1
    main.focus({ preventScroll: true })
  }
  window.qanaView = 'VIEW'
}
</script>"""
_INTO_VIEW = """<script>
document.querySelector('.st-key-KEY')?.scrollIntoView({ block: 'nearest' })
</script>"""


def scroll_to_top(view: str) -> None:
    """Scrolls to the top once, when a view is first drawn.

    The script takes up a line on the page, so call it below the content.

    Args:
        view: name of the view, letters and digits. Another name scrolls again, and so does the same
            name after another page; see `drawer.js`.
    """
    st.html(_TO_TOP.replace("VIEW", view), unsafe_allow_javascript=True)


def scroll_into_view(key: str) -> None:
    """Scrolls just as far as it takes to see a container.

    Args:
        key: of the container.
    """
    st.html(_INTO_VIEW.replace("KEY", key), unsafe_allow_javascript=True)

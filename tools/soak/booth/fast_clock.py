"""Starts the app with a faster clock of the show: fast_clock SPEED run streamlit_app.py.

The module changes the constants of the show before Streamlit imports the app.
"""

import sys
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.web.cli import main

SPEED = float(sys.argv.pop(1))
original_fragment = st.fragment


def make_fast_fragment(run_every: float) -> Callable[..., Any]:
    """Makes a fragment that runs more often than the app asks for.

    Args:
        run_every: interval of the app, seconds.
    """
    return original_fragment(run_every=run_every / SPEED)


if __name__ == "__main__":
    # The decorator of the show reads its interval on import.
    st.fragment = make_fast_fragment
    from ui.booth import mode, show

    st.fragment = original_fragment
    show.GUESS_SECONDS /= SPEED
    show.VERDICT_SECONDS /= SPEED
    mode.RELOAD_SECONDS /= SPEED
    main()

"""The app with the clock of its show faster:
python -m tools.soak.booth.fast_clock FASTER run streamlit_app.py"""

import sys

import streamlit as st
from streamlit.web.cli import main

FASTER = float(sys.argv.pop(1))
of_streamlit = st.fragment

if __name__ == "__main__":
    # The show's fragment takes its tick as it is defined.
    st.fragment = lambda run_every: of_streamlit(run_every=run_every / FASTER)
    from ui.booth import mode, show

    st.fragment = of_streamlit
    show.GUESS_SECONDS /= FASTER
    show.VERDICT_SECONDS /= FASTER
    mode.RELOAD_SECONDS /= FASTER
    main()

"""Starts the app with a faster clock of the show: fast_clock SPEED run streamlit_app.py.

The module changes the constants of the show before Streamlit imports the app.
"""

import sys

from streamlit.web.cli import main

SPEED = float(sys.argv.pop(1))


if __name__ == "__main__":
    from ui.booth import mode, show

    show.GUESS_SECONDS /= SPEED
    show.SPIKES_SECONDS /= SPEED
    show.VERDICT_SECONDS /= SPEED
    mode.RELOAD_SECONDS /= SPEED
    main()

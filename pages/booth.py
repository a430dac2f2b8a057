"""Booth: the show that runs while nobody touches the screen. Opened by ?booth=1."""

import streamlit as st

from qana.errors import UserError
from ui.booth.show import run_show
from ui.door import come_through_door
from ui.engine import classifier

come_through_door()
try:
    classifier()
except UserError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()
run_show()

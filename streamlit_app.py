"""The door: navigation and look. `streamlit run streamlit_app.py` opens it."""

import streamlit as st

from ui.door import open_door

st.set_page_config(page_title="QANA", page_icon="assets/logo.svg", layout="wide")
st.logo("assets/logo_wide.svg", size="large")
page = st.navigation(
    [
        st.Page("pages/scan.py", title="Scan", icon=":material/center_focus_strong:", default=True),
        st.Page("pages/explain.py", title="Explain", icon=":material/troubleshoot:"),
        st.Page("pages/compare.py", title="Compare", icon=":material/balance:"),
        st.Page("pages/convert.py", title="Convert", icon=":material/school:"),
        st.Page("pages/learn.py", title="Learn", icon=":material/model_training:"),
        st.Page("pages/facts.py", title="Facts", icon=":material/fact_check:"),
    ],
    position="top",
)
open_door()
# On a wide screen lines would run too long to read.
with st.container(horizontal_alignment="center"), st.container(width=1180):
    page.run()

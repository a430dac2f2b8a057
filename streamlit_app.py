"""The door: navigation and look. `streamlit run streamlit_app.py` opens it."""

import streamlit as st

st.set_page_config(page_title="QANA", page_icon="assets/logo.svg", layout="wide")
st.logo("assets/logo.svg", size="large")
st.navigation(
    [st.Page("pages/scan.py", title="Scan", icon=":material/center_focus_strong:", default=True)],
    position="top",
).run()

"""Starts the app: navigation and styles. Run it with `streamlit run streamlit_app.py`."""

import streamlit as st

from ui.batch.session import claim_batch
from ui.booth import mode
from ui.booth.show import run_show
from ui.entry import start_app
from ui.message_order import keep_message_order
from ui.notices import show_notices
from ui.tab_memory import restore_tab
from ui.uploads import forget_uploads, keep_uploads_in_memory

st.set_page_config(page_icon="assets/logo.svg", layout="wide")
st.logo("assets/logo_wide.svg", size="large")
booth = mode.is_booth()
show = booth and not mode.is_session_running()
pages = [
    st.Page("pages/scan.py", title="Scan", icon=":material/center_focus_strong:", default=True),
    st.Page("pages/batch.py", title="Batch", icon=":material/photo_library:"),
    st.Page("pages/explain.py", title="Explain", icon=":material/troubleshoot:"),
    st.Page("pages/compare.py", title="Compare", icon=":material/balance:"),
    st.Page("pages/convert.py", title="Convert", icon=":material/school:"),
    st.Page("pages/learn.py", title="Learn", icon=":material/model_training:"),
    st.Page("pages/facts.py", title="Facts", icon=":material/fact_check:"),
]
page = st.navigation(pages, position="hidden" if show else "top")
st.set_page_config(page_title="QANA" if show else f"{page.title}, QANA")
start_app()
keep_message_order()
keep_uploads_in_memory()
forget_uploads()
if booth:
    mode.enlarge_text()
if show:
    # The show is no page of its own. Its timer may fire once more while a touch is handled, and a
    # browser clears its screen when the content comes from another page.
    run_show()
else:
    if booth:
        mode.open_requested_page()
        mode.restart_when_idle()
    else:  # at a booth, the next visitor must find nothing of this one
        restore_tab()
    claim_batch()
    # The width is limited because long lines are hard to read.
    with st.container(horizontal_alignment="center"), st.container(width=1180):
        show_notices()
        page.run()

"""Learn: teaches the head a class on the device and watches it on held-out lesions."""

import streamlit as st

from qana.errors import UserError
from ui.disclaimer import show_disclaimer
from ui.entry import ensure_app_started
from ui.learn.keep import show_keep
from ui.learn.photos import show_attribution
from ui.learn.recognize import show_ask
from ui.learn.session import get_session
from ui.learn.story import show_story
from ui.learn.teach import show_teach
from ui.learn.watch import show_watch
from ui.provenance import show_backend

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

ensure_app_started()
st.title("Teach the chip", anchor=False)
try:
    session = get_session()
    show_story()
except UserError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()

st.header("Teach it yourself", anchor=False)
count = len(session.learner.head.classes)
number = NUMBERS[count] if count < len(NUMBERS) else str(count)
st.markdown(
    f"The head knows **{number} classes**. Take one away, or add one of your own; teach it from a "
    "few photos; watch it recognize lesions it never saw."
)
backend = session.model.engine.backend
with st.container(horizontal=True, gap="xsmall"):
    show_backend(backend.kind, backend.device, "Learns")
    st.badge(
        "No photo is kept",
        icon=":material/visibility_off:",
        color="gray",
        help="The head holds connections and counts. A photo is read, learned and gone.",
    )
left, right = st.columns(2, gap="large")
with left:
    show_teach(session)
    show_keep(session)
    show_attribution()
with right:
    show_watch(session)
st.divider()
show_ask(session)
show_disclaimer(session.model.entry)

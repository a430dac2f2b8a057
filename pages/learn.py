"""Learn: teach the head a class on the device, and watch it on lesions that it never saw."""

import streamlit as st

from qana.errors import UserError
from ui.entry import come_through_door
from ui.learn.keep import show_keep
from ui.learn.photos import attribution
from ui.learn.recognize import show_ask
from ui.learn.session import current_visit
from ui.learn.teach import show_teach
from ui.learn.watch import show_watch
from ui.provenance import runs_on
from ui.verdict import NOT_A_DEVICE

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

come_through_door()
st.title("Teach the chip", anchor=False)
try:
    visit = current_visit()
except UserError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()

count = len(visit.learner.head.classes)
number = NUMBERS[count] if count < len(NUMBERS) else str(count)
st.markdown(
    f"The head knows **{number} classes**. Take one away, or add one of your own; teach it from a "
    "few photos; watch it recognize lesions it never saw."
)
backend = visit.model.engine.backend
with st.container(horizontal=True, gap="xsmall"):
    runs_on(backend.kind, backend.device, "Learns")
    st.badge(
        "No photo is kept",
        icon=":material/visibility_off:",
        color="gray",
        help="The head holds connections and counts. A photo is read, learned and gone.",
    )
left, right = st.columns(2, gap="large")
with left:
    show_teach(visit)
    show_keep(visit)
    attribution()
with right:
    show_watch(visit)
st.divider()
show_ask(visit)
st.caption(NOT_A_DEVICE)

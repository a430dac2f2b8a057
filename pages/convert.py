"""Convert: from pixels to spikes in chapters, on the real toolchain, with the visitor's photo."""

import streamlit as st

from qana.errors import UserError
from ui.convert import agreement, bits, bounding, breaking, chip, network, quiz, spikes
from ui.convert.background import warm_up
from ui.convert.frame import open_chapter
from ui.convert.photo import choose_photo, current_photo
from ui.door import come_through_door
from ui.engine import classifier
from ui.verdict import NOT_A_DEVICE

CHAPTERS = {
    "network": network,
    "breaking": breaking,
    "bounding": bounding,
    "bits": bits,
    "conversion": agreement,
    "spikes": spikes,
    "chip": chip,
    "quiz": quiz,
}
"""By their name in the page's address, /convert?chapter=NAME."""


def turn_to(name: str) -> None:
    """Opens a chapter, and puts it into the address."""
    st.session_state.chapter = st.session_state.chapter_at = name
    st.query_params.chapter = name


come_through_door()
st.title("From pixels to spikes", anchor=False)
try:
    classifier()
    photo = current_photo()
except UserError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()

names = list(CHAPTERS)
asked = st.query_params.get("chapter", names[0])
if st.session_state.get("chapter_at") != asked:  # a link, or the browser's own way back
    turn_to(asked if asked in names else names[0])
choose_photo(photo)
chosen = st.pills(
    "Chapter",
    names,
    format_func=lambda name: f"{names.index(name) + 1}. {name.capitalize()}",
    key="chapter",
    required=True,
    wrap=True,
    label_visibility="collapsed",
    on_change=lambda: turn_to(st.session_state.chapter),
)
number = names.index(chosen)
open_chapter(number + 1, CHAPTERS[chosen])
CHAPTERS[chosen].show(photo)
with st.container(horizontal=True):
    if number > 0:
        before = names[number - 1]
        st.button("Back", icon=":material/arrow_back:", on_click=turn_to, args=(before,))
    if number + 1 < len(names):
        after = names[number + 1]
        st.button(
            f"Next: {CHAPTERS[after].TITLE}",
            icon=":material/arrow_forward:",
            type="primary",
            on_click=turn_to,
            args=(after,),
        )
if chosen == names[0]:
    warm_up()
st.caption(NOT_A_DEVICE)

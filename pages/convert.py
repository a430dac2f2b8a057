"""Convert: explains the way from pixels to spikes in chapters, with the visitor's photo."""

import time

import streamlit as st

from qana.errors import UserError
from ui.address import SETTLED
from ui.convert import agreement, bits, bounding, chip, exercises, network, quiz, spikes, zoom
from ui.convert import conversion_cases as breaking
from ui.convert.chapter import Chapter, show_introduction
from ui.convert.job_results import preload_networks
from ui.convert.lesson import get_lesson
from ui.convert.photo import WALKTHROUGH_MODEL, choose_photo, get_photo
from ui.convert.stored import get_stored, show_stale_note
from ui.disclaimer import show_disclaimer
from ui.entry import ensure_app_started
from ui.scrolling import scroll_to_top
from ui.shared_models import get_classifier

CHAPTERS: dict[str, Chapter] = {
    "zoom": zoom,
    "network": network,
    "breaking": breaking,
    "bounding": bounding,
    "bits": bits,
    "conversion": agreement,
    "spikes": spikes,
    "chip": chip,
    "exercises": exercises,
    "quiz": quiz,
}
"""Chapters by their name in the page's address, /convert?chapter=NAME."""


def open_at(name: str) -> None:
    """Opens a chapter and writes it into the address."""
    st.session_state.chapter = name
    st.session_state.chapter_since = time.monotonic()
    st.query_params.chapter = name


def switch_to(name: str) -> None:
    """Opens a chapter from outside the row of chapters.

    The row gets a new key, because a slow browser would send the old choice of the old row as if it
    were new.
    """
    # First, because a run may end at the change of the address, when another one is asked for.
    st.session_state.chapter_row = st.session_state.get("chapter_row", 0) + 1
    open_at(name)


ensure_app_started()
st.title("From pixels to spikes", anchor=False)
try:
    get_classifier(WALKTHROUGH_MODEL)
    photo = get_photo()
except UserError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()

names = list(CHAPTERS)
asked = st.query_params.get("chapter", names[0])
settled = time.monotonic() - st.session_state.get("chapter_since", 0) > SETTLED
if st.session_state.get("chapter") != asked and settled:  # a link, or the browser's button Back
    switch_to(asked if asked in names else names[0])
choose_photo(photo)
chosen = st.session_state.chapter
row = f"chapters{st.session_state.chapter_row}"
st.pills(
    "Chapter",
    names,
    default=chosen,
    format_func=lambda name: f"{names.index(name) + 1}. {name.capitalize()}",
    key=row,
    required=True,
    wrap=True,
    label_visibility="collapsed",
    on_change=lambda: open_at(st.session_state[row]),
)
number = names.index(chosen)
show_introduction(number + 1, CHAPTERS[chosen])
show_stale_note(photo)
CHAPTERS[chosen].show(photo)
with st.container(horizontal=True):
    if number == 0 and not get_lesson().results:
        st.button(
            "Guess first: five questions",
            icon=":material/help:",
            on_click=switch_to,
            args=("quiz",),
        )
    if number > 0:
        before = names[number - 1]
        st.button("Back", icon=":material/arrow_back:", on_click=switch_to, args=(before,))
    if number + 1 < len(names):
        after = names[number + 1]
        st.button(
            f"Next: {CHAPTERS[after].TITLE}",
            icon=":material/arrow_forward:",
            type="primary",
            on_click=switch_to,
            args=(after,),
        )
if chosen == names[0] and get_stored(photo) is None:
    preload_networks()
show_disclaimer(get_classifier(WALKTHROUGH_MODEL).entry)
scroll_to_top(chosen)

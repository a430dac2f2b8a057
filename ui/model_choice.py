"""Which of the deployed networks answers: this visitor's choice, kept from photo to photo.

Until there is one it is a network for the chip that is plugged in; without a chip, the default.
"""

import streamlit as st

from qana.errors import ModelError
from qana.inference.backend import find_target
from qana.inference.manifest import CHIPS, DEFAULT_MODEL, read_manifest


def get_chosen_model() -> str:
    """Name of the network that this visitor asks."""
    return st.session_state.get("network") or _of_this_machine()


@st.cache_resource(show_spinner=False)
def _of_this_machine() -> str:
    try:
        entries = sorted(read_manifest(), key=lambda entry: entry.name == DEFAULT_MODEL)
    except ModelError:
        return DEFAULT_MODEL  # whoever loads it says what is wrong
    # Of several for one chip, the default one: it comes last.
    targets = {entry.target: entry.name for entry in entries}
    return targets.get(find_target(), DEFAULT_MODEL)


def show_network_choice(question: str = "Which network answers?") -> None:
    """Draws the choice, where there is one."""
    try:
        chips = {entry.name: CHIPS[entry.target] for entry in read_manifest()}
    except ModelError:
        return  # whoever loads a network says what is wrong
    if len(chips) > 1:
        st.selectbox(
            question,
            list(chips),
            index=list(chips).index(get_chosen_model()) if get_chosen_model() in chips else 0,
            format_func=lambda name: f"{name}, for {chips[name]}",
            key="network_choice",
            on_change=_keep,  # what a widget holds is lost when the page does not draw it
            width=320,
        )


def _keep() -> None:
    st.session_state.network = st.session_state.network_choice

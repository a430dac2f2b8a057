"""Lets the visitor choose the network that answers the next photo.

A photo that is already answered keeps its network. Until the visitor chooses, the network is one
for the chip that is plugged in, or the default network if there is no chip.
"""

import streamlit as st

from qana.errors import ModelError
from qana.inference.backend import choose_model
from qana.inference.manifest import CHIPS, read_manifest


def get_chosen_model() -> str:
    """Gets the name of the network that this visitor has chosen."""
    return st.session_state.get("network") or _choose_model_once()


@st.cache_resource(show_spinner=False)
def _choose_model_once() -> str:
    return choose_model()


def show_network_choice(question: str = "Which network answers?") -> None:
    """Shows the choice, if there is more than one network.

    Args:
        question: label of the choice.
    """
    try:
        chips = {entry.name: CHIPS[entry.target] for entry in read_manifest()}
    except ModelError:
        return  # loading a network raises an error that names the problem
    if len(chips) > 1:
        if get_chosen_model() in chips:  # also where a link or a reload has brought it
            st.session_state.network_choice = get_chosen_model()
        st.selectbox(
            question,
            list(chips),
            format_func=lambda name: f"{name}, for {chips[name]}",
            key="network_choice",
            on_change=_store_choice,  # a widget loses its value on other pages
            width=320,
        )


def _store_choice() -> None:
    st.session_state.network = st.session_state.network_choice

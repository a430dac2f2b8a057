"""The square that the network saw, and by one tap what in it spoke for the answer."""

import streamlit as st

from qana.classes import BY_CODE
from qana.explanation.answer_map import draw_answer_map, load_map
from qana.inference.diagnosis import Diagnosis

ALT = "The photo, cut to its centre square"


def show_square(diagnosis: Diagnosis) -> None:
    """The photo, with a switch for the map of its likeliest class where the model has a map."""
    there = load_map(diagnosis.classifier.layers) is not None
    if there and st.toggle("Show what spoke for it", key="map"):
        name = BY_CODE[diagnosis.top[0][0]].name.lower()
        st.image(
            draw_answer_map(diagnosis),
            caption=f"Brighter places spoke more for {name}: computed from the integers of this "
            "very answer. It shows what the network used, not what is ill.",
            alt=f"{ALT}, under a map of what spoke for {name}",
            width="stretch",
        )
        return
    st.image(diagnosis.square, caption="The square that the network saw", alt=ALT, width="stretch")

"""Shows the square that the network read and, on request, the map of its answer."""

import streamlit as st

from qana.classes import BY_CODE
from qana.explanation.answer_map import draw_answer_map, load_map
from qana.inference.diagnosis import Diagnosis

ALT = "The photo, cut to its centre square"


def show_square(diagnosis: Diagnosis, attribution: str | None = None) -> None:
    """Shows the photo, with a switch for the map of its likeliest class.

    There is no switch if the network that answered has no map.

    Args:
        diagnosis: with an answer.
        attribution: of the photo, for a sample.
    """
    has_map = load_map(diagnosis.classifier.layers) is not None
    if has_map and st.toggle("Show what supports it", key="map"):
        name = BY_CODE[diagnosis.top[0][0]].name.lower()
        picture = draw_answer_map(diagnosis)
        if picture is None:
            st.image(
                diagnosis.square,
                caption=f"Nothing in the photo supports {name}."
                + (f" Photo: {attribution}." if attribution else ""),
                alt=ALT,
                width="stretch",
            )
            return
        st.image(
            picture,
            caption=f"Brighter areas support {name} more. The map is computed from the integers of "
            "this answer. It shows what the network used, not what is diseased."
            + (f" Photo: {attribution}." if attribution else ""),
            alt=f"{ALT}, under a map of what supports {name}",
            width="stretch",
        )
        return
    caption = "The square that the network read." + (f" {attribution}." if attribution else "")
    st.image(diagnosis.square, caption=caption, alt=ALT, width="stretch")

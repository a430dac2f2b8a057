"""Shows the square that the network read and, by a switch, the map of its answer."""

import streamlit as st

from qana.classes import BY_CODE
from qana.explanation.answer_map import draw_answer_map, load_map
from qana.inference.diagnosis import Diagnosis

ALT = "The photo, cut to its centre square"


def show_map_switch(diagnosis: Diagnosis) -> None:
    """Shows the switch for the map, unless the network that answered has no map.

    Args:
        diagnosis: with an answer.
    """
    if load_map(diagnosis.classifier.layers) is not None:
        st.toggle("Show what supports it", key="map")


def show_small_square(diagnosis: Diagnosis, width: int) -> None:
    """Shows the photo, or its map if the switch is on, without a caption.

    Args:
        diagnosis: with an answer.
        width: of the picture, pixels.
    """
    explained = draw_answer_map(diagnosis) if st.session_state.get("map") else None
    st.image(diagnosis.square if explained is None else explained, width=width, alt=ALT)


def show_square(diagnosis: Diagnosis, attribution: str | None = None) -> None:
    """Shows the photo, or the map of its likeliest class if the switch is on.

    Args:
        diagnosis: with an answer.
        attribution: of the photo, for a sample.
    """
    source = f" Photo: {attribution}." if attribution else ""
    if not st.session_state.get("map") or load_map(diagnosis.classifier.layers) is None:
        caption = "The square that the network read." + (f" {attribution}." if attribution else "")
        st.image(diagnosis.square, caption=caption, alt=ALT, width="stretch")
        return
    name = BY_CODE[diagnosis.top[0][0]].name.lower()
    picture = draw_answer_map(diagnosis)
    if picture is None:
        caption = f"Nothing in the photo supports {name}.{source}"
        st.image(diagnosis.square, caption=caption, alt=ALT, width="stretch")
        return
    st.image(
        picture,
        caption=f"Brighter areas support {name} more. The map is computed from the integers of "
        f"this answer. It shows what the network used, not what is diseased.{source}",
        alt=f"{ALT}, under a map of what supports {name}",
        width="stretch",
    )

"""The square that the network saw, and by one tap what in it spoke for the answer."""

from collections.abc import Sequence

import akida
import streamlit as st

from qana.classes import BY_CODE
from qana.explanation.answer_map import answer_picture, map_of
from qana.inference.classifier import Prediction
from qana.inference.diagnosis import Scan

ALT = "The photo, cut to its centre square"


def show_square(scan: Scan, prediction: Prediction, layers: Sequence[akida.Layer]) -> None:
    """The photo, with a switch for the map of its likeliest class where the model has a map."""
    there = map_of(tuple(layers)) is not None
    if there and st.toggle("Show what spoke for it", key="map"):
        name = BY_CODE[prediction.top[0][0]].name.lower()
        st.image(
            answer_picture(scan.shown, prediction, layers),
            caption=f"Brighter places spoke more for {name}: computed from the integers of this "
            "very answer. It shows what the network used, not what is ill.",
            alt=f"{ALT}, under a map of what spoke for {name}",
            width="stretch",
        )
        return
    st.image(scan.shown, caption="The square that the network saw", alt=ALT, width="stretch")

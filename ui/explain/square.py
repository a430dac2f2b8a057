"""The square that the network saw, and by one tap what in it spoke for the answer."""

from collections.abc import Sequence

import akida
import streamlit as st

from qana.explain.akida_map import AkidaMap
from qana.explain.errors import ExplanationError
from qana.explain.heat import overlay
from qana.labels import BY_CODE, LABELS
from qana.scan import Scan
from qana.spiking.classifier import Prediction

ALT = "The photo, cut to its centre square"


def show_square(scan: Scan, prediction: Prediction, layers: Sequence[akida.Layer]) -> None:
    """The photo, with a switch for the map of its likeliest class where the model has a map."""
    try:
        head = AkidaMap(layers)
    except ExplanationError:
        head = None
    code = prediction.top[0][0]
    if head and st.toggle("Show what spoke for it", key="map"):
        values = head.grad_cam(prediction.outputs, LABELS.index(code))
        name = BY_CODE[code].name.lower()
        st.image(
            overlay(scan.shown, values),
            caption=f"Brighter places spoke more for {name}: computed from the integers of this "
            "very answer. It shows what the network used, not what is ill.",
            alt=f"{ALT}, under a map of what spoke for {name}",
            width="stretch",
        )
        return
    st.image(scan.shown, caption="The square that the network saw", alt=ALT, width="stretch")

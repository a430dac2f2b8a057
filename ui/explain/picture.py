"""The photo under its map, with opacity, outline and a file to take away."""

import streamlit as st

from qana.classes import BY_CODE, LABELS
from qana.data.lesion_masks import draw_outlines, fill_outlines
from qana.explanation.heatmap import overlay_map
from qana.explanation.png_card import draw_png_card
from qana.inference.probabilities import format_percent
from ui.explain.session import ExplainSession, MapRequest


def show_picture(session: ExplainSession, request: MapRequest) -> float:
    """Draws it and returns the chosen opacity, 0 to 1."""
    place = st.empty()
    opacity = st.slider("Opacity of the map", 0, 100, 50, 5, format="%d%%", key="opacity") / 100
    outlines = session.outlines
    outlined = bool(outlines) and st.toggle("Outline of the lesion", True, key="outline")
    name = BY_CODE[LABELS[request.label]].name
    values = session.maps.get(request)
    shown = (
        session.diagnosis.square
        if values is None
        else overlay_map(session.diagnosis.square, values, opacity)
    )
    if outlines and outlined:
        shown = draw_outlines(shown, outlines)
    place.image(shown, alt=f"The photo under a map of what spoke for {name}", width="stretch")
    if values is None:
        return opacity
    if not values.any():
        st.info(f"Nothing in the photo spoke for {name.lower()}.", icon=":material/info:")
    facts = []
    energy = session.measure_energy(values)
    if outlines and energy is not None:
        covers = fill_outlines(outlines, len(session.prediction.inputs)).mean()
        facts.append(
            f"{energy:.0%} of this map lies on the lesion, which covers {covers:.0%} of the square."
        )
    if request in session.seconds:
        facts.append(f"Made in {session.seconds[request]:.1f} s here, once loaded.")
    if facts:
        st.caption(" ".join(facts))
    diagnosis = session.diagnosis
    probability = format_percent(session.prediction.probabilities[request.label])
    lines = [
        f"{request.method} of {diagnosis.model} ({diagnosis.sha256[:12]}), network: "
        f"{request.form}, layer: {request.layer}. Probability of {name.lower()}: {probability}.",
        "Not a medical device. Brighter places spoke more for the class; they are not what is ill.",
    ]
    sample = session.answer.sample
    if sample:
        recorded = BY_CODE[sample.label].name.lower()
        lines.append(f"Photo {sample.image_id}, recorded as {recorded}: {sample.attribution}.")
    st.download_button(
        "Download as PNG",
        lambda: draw_png_card(
            shown, f"What spoke for {name.lower()}", lines
        ),  # only when it is asked for
        f"qana-{LABELS[request.label]}-{request.method.lower().replace(' ', '-')}.png",
        "image/png",
        icon=":material/download:",
        on_click="ignore",
    )
    return opacity

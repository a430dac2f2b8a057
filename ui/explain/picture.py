"""Shows the photo under its map, with opacity, outline and a download."""

import numpy as np
import streamlit as st

from qana.classes import BY_CODE, LABELS
from qana.data.lesion_masks import draw_outlines
from qana.explanation.heatmap import is_empty_map, overlay_map
from qana.explanation.map_request import MapRequest
from qana.explanation.png_card import draw_png_card
from qana.inference.probabilities import format_percent
from ui.explain.session import ExplainSession

WAIT = "The map is being made. The first one takes longer, because torch loads in the background."


def show_picture(session: ExplainSession, request: MapRequest) -> float:
    """Shows the photo under a map.

    Args:
        session: with the photo and, once it is made, the map.
        request: the map.

    Returns:
        The opacity that the visitor has chosen, 0 to 1.
    """
    place = st.empty()
    opacity = st.slider("Opacity of the map", 0, 100, 50, 5, format="%d%%", key="opacity") / 100
    outlines = session.outlines
    with_outlines = bool(outlines) and st.toggle("Outline of the lesion", True, key="outline")
    name = BY_CODE[LABELS[request.label]].name
    values = session.maps.get(request)
    picture = session.diagnosis.square
    if values is not None:
        picture = overlay_map(picture, values, opacity)
    if outlines and with_outlines:
        picture = draw_outlines(picture, outlines)
    alt = f"The photo under a map of what supports {name}" if values is not None else "The photo"
    waits = WAIT if request in session.jobs else None
    place.image(picture, caption=waits, alt=alt, width="stretch")
    if values is None:
        return opacity
    if is_empty_map(values):
        st.info(f"Nothing in the photo supports {name.lower()}.", icon=":material/info:")
    else:
        _show_facts(session, request, values)
    lines = _write_lines(session, request)
    st.download_button(
        "Download as PNG",
        # Drawn on demand.
        lambda: draw_png_card(picture, f"What supports {name.lower()}", lines),
        f"qana-{LABELS[request.label]}-{request.method.lower().replace(' ', '-')}.png",
        "image/png",
        icon=":material/download:",
        on_click="ignore",
    )
    return opacity


def _show_facts(session: ExplainSession, request: MapRequest, values: np.ndarray) -> None:
    facts = []
    energy, covered = session.measure_energy(values), session.measure_lesion_share()
    if energy is not None and covered is not None:
        facts.append(
            f"{energy:.0%} of this map lies on the lesion, which covers {covered:.0%} of the "
            "square."
        )
    if request in session.seconds:
        facts.append(f"Made in {session.seconds[request]:.1f} s here, without loading.")
    if facts:
        st.caption(" ".join(facts))


def _write_lines(session: ExplainSession, request: MapRequest) -> list[str]:
    """Writes the text of the PNG: the network that answered, and where the photo comes from."""
    diagnosis, sample = session.diagnosis, session.answer.sample
    name = BY_CODE[LABELS[request.label]].name.lower()
    probability = format_percent(session.prediction.probabilities[request.label])
    lines = [
        f"{request.method} of {diagnosis.model} ({diagnosis.sha256[:12]}), network: "
        f"{request.form}, layer: {request.layer}. Probability of {name}: {probability}.",
        "Not a medical device. "
        + (
            f"Nothing in the photo supports {name}."
            if is_empty_map(session.maps[request])
            else "Brighter areas support the class more. They do not show what is diseased."
        ),
    ]
    if sample:
        recorded = BY_CODE[sample.label].name.lower()
        lines.append(f"Photo {sample.image_id}, recorded as {recorded}: {sample.attribution}.")
    return lines

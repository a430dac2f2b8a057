"""The photo under its map, with opacity, outline and a file to take away."""

import streamlit as st

from qana.classes import BY_CODE, LABELS
from qana.data.lesion_masks import drawn, mask_of
from qana.data.samples import ATTRIBUTION
from qana.explanation.heatmap import overlay
from qana.explanation.png_card import card
from qana.inference.manifest import ModelEntry
from qana.inference.probabilities import percent
from ui.explain.session import Ask, Board


def show_picture(board: Board, ask: Ask, entry: ModelEntry) -> float:
    """Draws it and returns the chosen opacity, 0 to 1."""
    place = st.empty()
    opacity = st.slider("Opacity of the map", 0, 100, 50, 5, format="%d%%", key="opacity") / 100
    outlines = board.outlines
    outlined = bool(outlines) and st.toggle("Outline of the lesion", True, key="outline")
    name = BY_CODE[LABELS[ask.label]].name
    values = board.maps.get(ask)
    shown = board.scan.shown if values is None else overlay(board.scan.shown, values, opacity)
    if outlines and outlined:
        shown = drawn(shown, outlines)
    place.image(shown, alt=f"The photo under a map of what spoke for {name}", width="stretch")
    if values is None:
        return opacity
    if not values.any():
        st.info(f"Nothing in the photo spoke for {name.lower()}.", icon=":material/info:")
    facts = []
    energy = board.energy(values)
    if outlines and energy is not None:
        covers = mask_of(outlines, len(board.prediction.inputs)).mean()
        facts.append(
            f"{energy:.0%} of this map lies on the lesion, which covers {covers:.0%} of the square."
        )
    if ask in board.seconds:
        facts.append(f"Made in {board.seconds[ask]:.1f} s here, once loaded.")
    if facts:
        st.caption(" ".join(facts))
    probability = percent(board.prediction.probabilities[ask.label])
    lines = [
        f"{ask.method} of {entry.name} ({entry.sha256[:12]}), network: {ask.form}, layer: "
        f"{ask.layer}. Probability of {name.lower()}: {probability}.",
        "Not a medical device. Brighter places spoke more for the class; they are not what is ill.",
    ]
    if board.image_id:
        lines.append(f"Photo {board.image_id}: {ATTRIBUTION}.")
    st.download_button(
        "Download as PNG",
        lambda: card(shown, f"What spoke for {name.lower()}", lines),  # only when it is asked for
        f"qana-{LABELS[ask.label]}-{ask.method.lower().replace(' ', '-')}.png",
        "image/png",
        icon=":material/download:",
        on_click="ignore",
    )
    return opacity

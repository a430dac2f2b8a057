"""The sections below the map: methods side by side, float against quantized, layers of spikes."""

from typing import Any

import altair as alt
import numpy as np
import streamlit as st

from qana.explanation.faithfulness import agreement, drift
from qana.explanation.heatmap import event_picture, overlay, strongest
from qana.explanation.map_job import METHODS
from qana.inference.diagnosis import SHOWN_SIZE
from qana.network.keras_forms import LAST
from ui.explain.session import AKIDA, OCCLUSION, Ask, Board, akida, request
from ui.provenance import measured_here

PICTURE = 168
"""Side of a small picture, pixels: two in a row on a phone."""
CHANNELS = 8


def show_side_by_side(
    board: Board, label: int, opacity: float, document: dict[str, Any] | None
) -> None:
    """Every method at the last feature map of the network that runs on Akida."""
    asks = [akida(AKIDA, label), akida(OCCLUSION, label)]
    asks += [Ask(method, "quantized", LAST, label) for method in METHODS]
    request(board, asks[0])
    first = board.maps[asks[0]]
    with st.container(horizontal=True, gap="small"):
        for ask in asks:
            if ask in board.maps:
                values = board.maps[ask]
                facts = [] if ask == asks[0] else [f"agrees {agreement(first, values):.2f}"]
                energy = board.energy(values)
                facts += [] if energy is None else [f"{energy:.0%} on the lesion"]
                picture = overlay(board.scan.shown, values, opacity)
                _small(picture, ": ".join(filter(None, (ask.method, ", ".join(facts)))))
    missing = [ask for ask in asks if ask not in board.maps and ask not in board.jobs]
    if missing and st.button("Make the others", icon=":material/grid_view:"):
        for ask in missing:
            request(board, ask)
        st.rerun()
    st.caption(
        "Agrees: rank correlation with the Akida map, 1 for the same order of places. Eigen-CAM "
        "knows no class. The first load takes about a minute and blocks nobody."
    )
    if document:
        photos, found = document["photos"], []
        for pair, value in document["agreement"].items():
            first, other = pair.split(" | ")
            if first == AKIDA:
                fewer = document["methods"][other]["photos"]
                where = "" if fewer == photos else f" (over {fewer:,})"
                found.append(f"{other} {value:.2f}{where}")
        st.markdown(f"Mean agreement over {photos:,} test photos: {'; '.join(found)}.")
        measured_here(document["command"])


def show_drift(
    board: Board, label: int, layer: str, opacity: float, document: dict[str, Any] | None
) -> None:
    """Grad-CAM before and after quantization, and how far it moved."""
    asks = [Ask("Grad-CAM", form, layer, label) for form in ("float", "quantized")]
    found = [board.maps[ask] for ask in asks if ask in board.maps]
    if len(found) == len(asks):
        with st.container(horizontal=True, gap="small"):
            _small(overlay(board.scan.shown, found[0], opacity), "Float network")
            _small(overlay(board.scan.shown, found[1], opacity), "Quantized, 8/8 bits")
        st.markdown(f"On this photo the map drifted by **{drift(*found):.2f}**.")
    elif not any(ask in board.jobs for ask in asks) and st.button(
        "Compare both networks", icon=":material/compare:"
    ):
        for ask in asks:
            request(board, ask)
        st.rerun()
    st.caption("Drift: 1 minus the rank correlation of both maps; 0 is no move, 1 is unrelated.")
    if document:
        moved = "; ".join(
            f"{step} {value['mean']:.2f} ({value['ci95'][0]:.2f} to {value['ci95'][1]:.2f})"
            for step, value in document["drift"].items()
        )
        st.markdown(
            f"Mean drift at the last map over {document['photos']:,} test photos: {moved}. 8/8 is "
            "the deployed network, tuned after quantization; 4/4 is the float network quantized "
            "without tuning."
        )
        measured_here(document["command"])


def show_spikes(board: Board) -> None:
    """The strongest channels of a layer as maps of events, and how silent each layer is."""
    outputs = board.prediction.outputs
    layers = {layer.name: layer for layer in board.prediction.layers}
    names = [name for name in layers if outputs[name].shape[0] > 1]
    name = st.select_slider("Layer, from the pixels on", names, key="explain_layer")
    height, width, channels = outputs[name].shape
    layer = layers[name]
    st.markdown(
        f"**{name}**: {channels} channels of {height}x{width} places, {layer.events:,} events, "
        f"{layer.sparsity:.0%} silent. Its strongest channels:"
    )
    with st.container(horizontal=True, gap="small"):
        for channel, values in strongest(outputs[name], CHANNELS):
            events = int(np.count_nonzero(values))
            _small(event_picture(values, SHOWN_SIZE), f"Channel {channel}: {events:,} events")
    st.altair_chart(
        _silence(board, name),
        alt="Share of silent activations by layer: "
        + ", ".join(f"{found.name} {found.sparsity:.0%}" for found in layers.values()),
    )
    st.caption(
        "An event is a value that is not zero; zeros are never sent. Black places are silent, the "
        "brightest send the largest value of their channel. Counted by the simulator for "
        "this photo, layers in order."
    )


def _silence(board: Board, chosen: str) -> alt.Chart:
    rows = [
        {"order": number, "layer": layer.name, "silent": layer.sparsity, "on": layer.name == chosen}
        for number, layer in enumerate(board.prediction.layers)
    ]
    return (
        alt.Chart(alt.InlineData(rows))
        .mark_bar()
        .encode(
            x=alt.X("order:O", title=None, axis=None),
            y=alt.Y(
                "silent:Q",
                title="silent",
                scale=alt.Scale(domain=(0, 1)),
                axis=alt.Axis(format=".0%", tickCount=4),
            ),
            opacity=alt.condition("datum.on", alt.value(1), alt.value(0.45)),
            tooltip=["layer:N", alt.Tooltip("silent:Q", format=".0%")],
        )
        .properties(height=150)
    )


def _small(picture: np.ndarray, caption: str) -> None:
    with st.container(width=PICTURE):
        st.image(picture, caption=caption, alt=caption, width=PICTURE)

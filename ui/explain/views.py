"""The sections below the map: methods side by side, float against quantized, layers of spikes."""

import altair as alt
import numpy as np
import streamlit as st

from qana.explanation.faithfulness import compute_agreement, compute_drift
from qana.explanation.heatmap import draw_channel, find_strongest_channels, overlay_map
from qana.explanation.map_job import LAST_LAYER, METHODS
from qana.inference.diagnosis import SQUARE_SIZE
from qana.reports.explanation_report import ExplanationReport
from ui.explain.session import (
    AKIDA,
    OCCLUSION,
    ExplainSession,
    MapRequest,
    make_akida_request,
    request_map,
)
from ui.provenance import show_measured

PICTURE = 168
"""Side of a small picture, pixels: two in a row on a phone."""
CHANNELS = 8


def show_side_by_side(
    session: ExplainSession, label: int, opacity: float, document: ExplanationReport | None
) -> None:
    """Every method at the last feature map of the network that runs on Akida."""
    requests = [make_akida_request(AKIDA, label), make_akida_request(OCCLUSION, label)]
    requests += [MapRequest(method, "quantized", LAST_LAYER, label) for method in METHODS]
    request_map(session, requests[0])
    first = session.maps[requests[0]]
    with st.container(horizontal=True, gap="small"):
        for request in requests:
            if request in session.maps:
                values = session.maps[request]
                facts = (
                    []
                    if request == requests[0]
                    else [f"agrees {compute_agreement(first, values):.2f}"]
                )
                energy = session.measure_energy(values)
                facts += [] if energy is None else [f"{energy:.0%} on the lesion"]
                picture = overlay_map(session.diagnosis.square, values, opacity)
                _small(picture, ": ".join(filter(None, (request.method, ", ".join(facts)))))
    missing = [
        request
        for request in requests
        if request not in session.maps and request not in session.jobs
    ]
    if missing and st.button("Make the others", icon=":material/grid_view:"):
        for request in missing:
            request_map(session, request)
        st.rerun()
    st.caption(
        "Agrees: rank correlation with the Akida map, 1 for the same order of places. Eigen-CAM "
        "knows no class. The first load takes about a minute and blocks nobody."
    )
    if document:
        photos, found = document.photos, []
        for pair, value in document.agreement.items():
            first, other = pair.split(" | ")
            if first == AKIDA:
                fewer = document.methods[other].photos
                where = "" if fewer == photos else f" (over {fewer:,})"
                found.append(f"{other} {value:.2f}{where}")
        st.markdown(f"Mean agreement over {photos:,} test photos: {'; '.join(found)}.")
        show_measured(document.command)


def show_drift(
    session: ExplainSession,
    label: int,
    layer: str,
    opacity: float,
    document: ExplanationReport | None,
) -> None:
    """Grad-CAM before and after quantization, and how far it moved."""
    entry = session.diagnosis.classifier.entry
    bits = f"{entry.weight_bits}/{entry.activation_bits}"
    requests = [MapRequest("Grad-CAM", form, layer, label) for form in ("float", "quantized")]
    found = [session.maps[request] for request in requests if request in session.maps]
    if len(found) == len(requests):
        with st.container(horizontal=True, gap="small"):
            _small(overlay_map(session.diagnosis.square, found[0], opacity), "Float network")
            quantized = overlay_map(session.diagnosis.square, found[1], opacity)
            _small(quantized, f"Quantized, {bits} bits")
        st.markdown(f"On this photo the map drifted by **{compute_drift(*found):.2f}**.")
    elif not any(request in session.jobs for request in requests) and st.button(
        "Compare both networks", icon=":material/compare:"
    ):
        for request in requests:
            request_map(session, request)
        st.rerun()
    st.caption("Drift: 1 minus the rank correlation of both maps; 0 is no move, 1 is unrelated.")
    if document:
        moved = "; ".join(
            f"{step} {value.mean:.2f} ({value.ci95[0]:.2f} to {value.ci95[1]:.2f})"
            for step, value in document.drift.items()
        )
        st.markdown(
            f"Mean drift at the last map over {document.photos:,} test photos: {moved}. 8/8 is "
            "the deployed network, tuned after quantization; 4/4 is the float network quantized "
            "without tuning."
        )
        show_measured(document.command)


def show_spikes(session: ExplainSession) -> None:
    """The strongest channels of a layer as maps of events, and how silent each layer is."""
    outputs = session.prediction.outputs
    layers = {layer.name: layer for layer in session.prediction.layers}
    names = [name for name in layers if outputs[name].shape[0] > 1]
    name = st.select_slider(
        "Layer, from the pixels on", names, key=f"explain_layer_{session.diagnosis.model}"
    )
    height, width, channels = outputs[name].shape
    layer = layers[name]
    st.markdown(
        f"**{name}**: {channels} channels of {height}x{width} places, {layer.events:,} events, "
        f"{layer.sparsity:.0%} silent. Its strongest channels:"
    )
    with st.container(horizontal=True, gap="small"):
        for channel, values in find_strongest_channels(outputs[name], CHANNELS):
            events = int(np.count_nonzero(values))
            _small(draw_channel(values, SQUARE_SIZE), f"Channel {channel}: {events:,} events")
    st.altair_chart(
        _silence(session, name),
        alt="Share of silent activations by layer: "
        + ", ".join(f"{found.name} {found.sparsity:.0%}" for found in layers.values()),
    )
    st.caption(
        "An event is a value that is not zero; zeros are never sent. Black places are silent, the "
        "brightest send the largest value of their channel. Counted by the simulator for "
        "this photo, layers in order."
    )


def _silence(session: ExplainSession, chosen: str) -> alt.Chart:
    rows = [
        {"order": number, "layer": layer.name, "silent": layer.sparsity, "on": layer.name == chosen}
        for number, layer in enumerate(session.prediction.layers)
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

"""Shows the sections below the map: all methods, float and quantized, and the spikes by layer."""

import altair as alt
import numpy as np
import streamlit as st

from qana.explanation.faithfulness import compute_agreement, compute_drift
from qana.explanation.heatmap import (
    draw_channel,
    find_strongest_channels,
    is_empty_map,
    overlay_map,
)
from qana.explanation.map_job import LAST_LAYER, METHODS
from qana.explanation.map_request import AKIDA_MAP, OCCLUSION, MapRequest, make_akida_request
from qana.inference.diagnosis import SQUARE_SIZE
from qana.reports.explanation_report import ExplanationReport
from ui.chart_data import make_chart, show_chart
from ui.explain.session import ExplainSession, request_map
from ui.provenance import show_measured

PICTURE = 168
"""Side of a small picture, pixels: two in a row on a phone."""
CHANNELS = 8
"""Number of feature maps of a layer that are shown."""


def show_side_by_side(
    session: ExplainSession, label: int, opacity: float, document: ExplanationReport | None
) -> None:
    """Shows every method at the last feature map of the network that runs on Akida.

    Args:
        session: takes the maps.
        label: class, an index into `qana.classes.LABELS`.
        opacity: of the maps, 0 to 1.
        document: report on the methods for this very network; None without one.
    """
    requests = [make_akida_request(AKIDA_MAP, label), make_akida_request(OCCLUSION, label)]
    requests += [MapRequest(method, "quantized", LAST_LAYER, label) for method in METHODS]
    request_map(session, requests[0])
    first = session.maps[requests[0]]
    with st.container(horizontal=True, gap="small"):
        for request in requests:
            if request in session.maps:
                values = session.maps[request]
                facts = ["empty"] if is_empty_map(values) else []
                if request != requests[0] and not (is_empty_map(first) or facts):
                    facts.append(f"agrees {compute_agreement(first, values):.2f}")
                energy = session.measure_energy(values)
                facts += [] if energy is None else [f"{energy:.0%} on the lesion"]
                picture = overlay_map(session.diagnosis.square, values, opacity)
                _show_small(picture, ": ".join(filter(None, (request.method, ", ".join(facts)))))
    missing = [
        request
        for request in requests
        if request not in session.maps and request not in session.jobs
    ]
    if missing and st.button("Make the other maps", icon=":material/grid_view:"):
        for request in missing:
            request_map(session, request)
        st.rerun()
    st.caption(
        "Agreement is the rank correlation with the Akida map. It is 1 if both maps rank all "
        "positions equally. An empty map supports no position and agrees with none. Eigen-CAM "
        "ignores the class. The first map takes longer, because torch loads in the background."
    )
    if document:
        photos, found = document.photos, []
        for pair, value in document.agreement.items():
            method, other = pair.split(" | ")
            if method == AKIDA_MAP:
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
    """Shows Grad-CAM before and after quantization, and how far it drifted.

    Args:
        session: takes the maps.
        label: class, an index into `qana.classes.LABELS`.
        layer: layer at which the maps are drawn.
        opacity: of the maps, 0 to 1.
        document: report on the methods for this very network; None without one.
    """
    entry = session.diagnosis.classifier.entry
    bits = f"{entry.weight_bits}/{entry.activation_bits}"
    forms = ("float", "quantized")
    requests = [MapRequest("Grad-CAM", form, layer, label) for form in forms]
    found = [session.maps[request] for request in requests if request in session.maps]
    if len(found) == len(requests):
        with st.container(horizontal=True, gap="small"):
            _show_small(overlay_map(session.diagnosis.square, found[0], opacity), "Float network")
            quantized = overlay_map(session.diagnosis.square, found[1], opacity)
            _show_small(quantized, f"Quantized, {bits} bits")
        empty = [form for form, values in zip(forms, found, strict=True) if is_empty_map(values)]
        if empty:
            st.markdown(
                f"The map of the {' and of the '.join(empty)} network is empty: nothing in the "
                "photo supports the class there. So this photo has no drift."
            )
        else:
            st.markdown(f"On this photo the map drifted by **{compute_drift(*found):.2f}**.")
    elif not any(request in session.jobs for request in requests) and st.button(
        "Compare both networks", icon=":material/compare:"
    ):
        for request in requests:
            request_map(session, request)
        st.rerun()
    st.caption(
        "Drift is 1 minus the rank correlation of both maps: 0 for equal, 1 for unrelated maps."
    )
    if document:
        moved = "; ".join(
            f"{step} {value.mean:.2f} ({value.ci95[0]:.2f} to {value.ci95[1]:.2f})"
            for step, value in document.drift.items()
        )
        st.markdown(
            f"Mean drift at the last map over {document.photos:,} test photos: {moved}. 8/8 is "
            "the deployed network, which was tuned after quantization. 4/4 is the float network, "
            "quantized without tuning."
        )
        show_measured(document.command)


def show_spikes(session: ExplainSession) -> None:
    """Shows the strongest channels of a layer as event maps, and the sparsity of each layer."""
    outputs = session.prediction.outputs
    layers = {layer.name: layer for layer in session.prediction.layers}
    names = [name for name in layers if outputs[name].shape[0] > 1]
    name = st.select_slider(
        "Layer, from the pixels on", names, key=f"explain_layer_{session.diagnosis.model}"
    )
    height, width, channels = outputs[name].shape
    layer = layers[name]
    st.markdown(
        f"**{name}**: {channels} channels of {height}x{width} positions, {layer.events:,} events, "
        f"{layer.sparsity:.0%} silent. Its strongest channels:"
    )
    with st.container(horizontal=True, gap="small"):
        for channel, values in find_strongest_channels(outputs[name], CHANNELS):
            events = int(np.count_nonzero(values))
            _show_small(draw_channel(values, SQUARE_SIZE), f"Channel {channel}: {events:,} events")
    show_chart(
        _draw_silence(session, name),
        alt="Share of silent activations by layer: "
        + ", ".join(f"{found.name} {found.sparsity:.0%}" for found in layers.values()),
    )
    st.caption(
        "An event is a value that is not zero. Zeros are never sent. Black positions are silent; "
        "the brightest send the largest value of their channel. The simulator counted the events "
        "of this photo. The bars show the layers in order."
    )


def _draw_silence(session: ExplainSession, chosen: str) -> alt.Chart:
    rows = [
        {"order": number, "layer": layer.name, "silent": layer.sparsity, "on": layer.name == chosen}
        for number, layer in enumerate(session.prediction.layers)
    ]
    return (
        make_chart(rows)
        .mark_bar()
        .encode(
            x=alt.X("order:O", title=None, axis=None),
            y=alt.Y(
                "silent:Q",
                title="silent",
                scale=alt.Scale(domain=(0, 1)),
                axis=alt.Axis(format=".0%", tickCount=4),
            ),
            opacity=alt.OpacityValue(0.45, condition={"test": "datum.on", "value": 1}),
            tooltip=[alt.Tooltip("layer:N"), alt.Tooltip("silent:Q", format=".0%")],
        )
        .properties(height=150)
    )


def _show_small(picture: np.ndarray, caption: str) -> None:
    with st.container(width=PICTURE):
        st.image(picture, caption=caption, alt=caption, width=PICTURE)

"""Shows the chapter on the network: its graph, and what each block does and costs."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from qana.classes import CLASSES
from qana.explanation.heatmap import draw_channel, find_strongest_channels
from qana.walkthrough.block_graph import Block, LayerCost, build_block_graph, compute_shares
from ui.chart_data import Spec, make_spec, show_chart
from ui.convert.chapter import show_number
from ui.convert.network_graph import COSTS, draw_graph, format_shape, format_share
from ui.convert.photo import WalkthroughPhoto

TITLE = "The network"
IDEA = (
    "A network is a chain of blocks that turns many places with few channels into few places with "
    "many channels.",
    "A **parameter** is a number that training found, and a **multiply-accumulate** (MAC) is one "
    "use of it, so a block that slides few parameters over many places can cost the most.",
    "An arc that ends in a plus is a skip: what entered the block is added to what comes out, so "
    "the block has to learn a correction only.",
)
PICTURE = 96
"""Side of a feature map, pixels: three in a row on a phone."""
MAPS = 6
IDENTITY = (
    "Identity: quantizeml splits a 5x5 depthwise convolution of stride 2 into one of stride 1 "
    "and a kernel whose only weight, in its centre, picks every second place."
)


def show(photo: WalkthroughPhoto) -> None:
    """Draws the chapter.

    Args:
        photo: the visitor's photo.
    """
    graph = build_block_graph(photo.classifier.layers, photo.prediction.layers)
    titles = {block.name: block.title for block in graph}
    costliest = max(graph, key=lambda block: block.macs)
    cost = st.pills(
        "Bars show",
        list(COSTS),
        format_func=lambda name: COSTS[name].capitalize(),
        default="macs",
        required=True,
        key="network_cost",
        bind="query-params",
        wrap=True,
    )
    name = st.select_slider(
        "Block, from the pixels on",
        list(titles),
        value=costliest.name,
        format_func=titles.get,
        key="network_block",
        bind="query-params",
        on_change=_reset_selection,
    )
    chosen = next(block for block in graph if block.name == name)
    drawing, words = st.columns([5, 6], gap="large")
    with drawing:
        _show_graph(graph, cost, chosen, photo.classifier.entry.sha256)
    with words:
        st.subheader(chosen.title, anchor=False)
        st.markdown(chosen.does)
        _show_share(graph, cost, chosen, photo)
        _show_layers(chosen)
        _show_maps(chosen, photo)


def _reset_selection() -> None:
    """Draws a new graph, because the old one ignores a second click on the same block."""
    st.session_state.network_graph_number = st.session_state.get("network_graph_number", 0) + 1


def _show_share(graph: Sequence[Block], cost: str, chosen: Block, photo: WalkthroughPhoto) -> None:
    facts = [
        f"{getattr(chosen, each):,} of {sum(getattr(block, each) for block in graph):,} {words} "
        f"({format_share(compute_shares(graph, each)[chosen.name])})"
        for each, words in COSTS.items()
    ]
    show_number(
        f"Share of all {COSTS[cost]}",
        format_share(compute_shares(graph, cost)[chosen.name]),
        f"{' and '.join(facts)}. Counted on the converted network: MACs by the Akida engine, "
        "parameters as its integers, batch normalization folded in; the float network has "
        f"{photo.classifier.entry.parameters:,}.",
    )


@st.cache_data(max_entries=128, show_spinner=False)
def _draw_once(sha256: str, cost: str, chosen: str, _graph: Sequence[Block]) -> Spec:
    """Draws the graph of the network with this hash, once for all visitors."""
    return make_spec(draw_graph(_graph, compute_shares(_graph, cost), chosen))


def _show_graph(graph: Sequence[Block], cost: str, chosen: Block, sha256: str) -> None:
    part = compute_shares(graph, cost)
    words = "; ".join(f"{block.title} {format_share(part[block.name])}" for block in graph)
    skips = ", ".join(block.title for block in graph if block.skips)
    key = f"network_graph{st.session_state.get('network_graph_number', 0)}"

    def open_block() -> None:
        found = st.session_state[key].selection.chosen_block
        if found:
            st.session_state.network_block = found[0]["block"]

    show_chart(
        _draw_once(sha256, cost, chosen.name, graph),
        key=key,
        on_select=open_block,
        alt=f"The blocks from top to bottom, with their shares of all {COSTS[cost]}: {words}. "
        f"With a skip: {skips}. Chosen: {chosen.title}.",
    )


def _format_name(layer: LayerCost, block: Block) -> str:
    """Lets a long name break at zero-width spaces, so that the numbers fit on a phone."""
    return layer.name.removeprefix(f"{block.name}_").replace("_", "_\u200b")


def _show_layers(chosen: Block) -> None:
    rows = [
        {
            "Layer": f"{layer.unit} :gray[{_format_name(layer, chosen)}]",
            "Output": format_shape(layer.shape),
            "Params": f"{layer.parameters:,}",
            "MACs": f"{layer.macs:,}",
        }
        for layer in chosen.layers
    ]
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True)
    if any(layer.unit.endswith("identity") for layer in chosen.layers):
        st.caption(IDENTITY)


def _show_maps(chosen: Block, photo: WalkthroughPhoto) -> None:
    prediction = photo.prediction
    if chosen.kind == "logits":
        ordered = sorted(zip(prediction.logits, CLASSES, strict=True), key=lambda pair: -pair[0])
        words = "; ".join(f"{lesion.name} **{value:.2f}**" for value, lesion in ordered)
        st.markdown(f"**The photo here**: {words}.")
        return
    maps = [prediction.outputs.get(layer.name) for layer in chosen.layers if layer.shape[0] > 1]
    if maps[-1] is None:  # the input layer has no integers of its own
        words = f"The photo as the network reads it, {format_shape(prediction.inputs.shape)}"
        st.image(prediction.inputs, width=2 * PICTURE, caption=words, alt=words)
        return
    st.markdown(
        f"**The photo here**: {chosen.events:,} events in this block. The strongest of "
        f"{maps[-1].shape[-1]} channels of {format_shape(maps[-1].shape[:2])} positions (black is "
        "silent):"
    )
    with st.container(horizontal=True, gap="xsmall"):
        for channel, places in find_strongest_channels(maps[-1], MAPS):
            events = f"Channel {channel}: {np.count_nonzero(places):,} events"
            with st.container(width=PICTURE):
                picture = draw_channel(places, 3 * PICTURE)
                st.image(picture, caption=events, alt=events, width=PICTURE)

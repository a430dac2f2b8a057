"""Chapter: the graph of QANA, drawn from the model; a tapped block says what it does and costs."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from qana.explain.heat import event_picture
from qana.explain.spikes import strongest
from qana.labels import CLASSES
from qana.walkthrough.blocks import Block, LayerCost, blocks, shares
from ui.charts import GUIDE, INK, PLOT_HEIGHT
from ui.convert.frame import moving_number
from ui.convert.photo import Photo
from ui.engine import classifier

TITLE = "The network"
IDEA = (
    "A network is a chain of blocks that turns many places with few channels into few places with "
    "many channels.",
    "A **parameter** is a number that training found, and a **multiply-accumulate** (MAC) is one "
    "use of it, so a block that slides few parameters over many places can cost the most.",
    "An arc that ends in a plus is a skip: what entered the block is added to what comes out, so "
    "the block has to learn a correction only.",
)
COSTS = {"macs": "multiply-accumulates", "parameters": "parameters"}
ROW = 44
"""Height of a block with its arrow, pixels."""
HALF = 0.34
"""Of a box, in rows."""
RIGHT = 0.9
"""Where boxes end and arcs begin, as a share of the width."""
COLOURS = {
    "stem": "1",
    "block": "1",
    "attention": "2",
    "ghost": "3",
    "excitation": "4",
    "head": "5",
    "logits": "5",
}
"""Of the theme's palette, by kind of block; others take its grey."""
PICTURE = 96
"""Side of a feature map, pixels: three in a row on a phone."""
MAPS = 6
IDENTITY = (
    "Identity: quantizeml splits a 5x5 depthwise convolution of stride 2 into one of stride 1 "
    "and a kernel whose only weight, in its centre, picks every second place."
)


def show(photo: Photo) -> None:
    """Draws the chapter."""
    graph = blocks(classifier().layers, photo.prediction.layers)
    titles = {block.name: block.title for block in graph}
    costliest = max(graph, key=lambda block: block.macs)
    st.session_state.setdefault("network_block", costliest.name)
    cost = st.pills(
        "Bars show",
        list(COSTS),
        format_func=lambda name: COSTS[name].capitalize(),
        default="macs",
        required=True,
        key="network_cost",
    )
    name = st.select_slider(
        "Block, from the pixels on",
        list(titles),
        format_func=titles.get,
        key="network_block",
        on_change=_forget_tap,
    )
    chosen = next(block for block in graph if block.name == name)
    drawing, words = st.columns([5, 6], gap="large")
    with drawing:
        _show_graph(graph, cost, chosen)
    with words:
        st.subheader(chosen.title, anchor=False)
        st.markdown(chosen.does)
        _show_share(graph, cost, chosen)
        _show_layers(chosen)
        _show_maps(chosen, photo)


def _forget_tap() -> None:
    """A new graph: the old one takes no second tap on the block that was tapped last."""
    st.session_state.network_turn = st.session_state.get("network_turn", 0) + 1


def _show_share(graph: Sequence[Block], cost: str, chosen: Block) -> None:
    facts = [
        f"{getattr(chosen, each):,} of {sum(getattr(block, each) for block in graph):,} {words} "
        f"({_percent(shares(graph, each)[chosen.name])})"
        for each, words in COSTS.items()
    ]
    moving_number(
        f"Share of all {COSTS[cost]}",
        _percent(shares(graph, cost)[chosen.name]),
        f"{' and '.join(facts)}. Counted on the converted network: MACs by the Akida engine, "
        "parameters as its integers, batch normalization folded in; the float network has "
        f"{classifier().entry.parameters:,}.",
    )


def _percent(share: float) -> str:
    return "<0.1%" if 0 < share < 0.001 else f"{share:.1%}"


def _across(field: str) -> alt.X:
    return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=(0, 1), nice=False))


def _down(field: str) -> alt.Y:
    return alt.Y(f"{field}:Q", axis=None, scale=alt.Scale(nice=False, zero=False, reverse=True))


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))


def _show_graph(graph: Sequence[Block], cost: str, chosen: Block) -> None:
    part = shares(graph, cost)
    words = "; ".join(f"{block.title} {_percent(part[block.name])}" for block in graph)
    skips = ", ".join(block.title for block in graph if block.skips)
    key = f"network_graph{st.session_state.get('network_turn', 0)}"

    def tapped() -> None:
        found = st.session_state[key].selection.tap
        if found:
            st.session_state.network_block = found[0]["block"]

    st.altair_chart(
        draw(graph, part, chosen.name),
        key=key,
        on_select=tapped,
        alt=f"The blocks from top to bottom, with their shares of all {COSTS[cost]}: {words}. "
        f"With a skip: {skips}. Chosen: {chosen.title}.",
    )


def draw(graph: Sequence[Block], part: dict[str, float], chosen: str) -> alt.LayerChart:
    """The graph from top to bottom: a box a block, filled by its share, arcs for skips."""
    most = max(part.values())
    rows = [
        {
            "block": block.name,
            "title": block.title,
            "output": _size(block.shape),
            "share": _percent(part[block.name]),
            "macs": block.macs,
            "parameters": block.parameters,
            "row": row,
            "top": row - HALF,
            "bottom": row + HALF,
            "left": 0,
            "right": RIGHT,
            "filled": RIGHT * part[block.name] / most,
            "colour": COLOURS.get(block.kind, "7"),
            "on": block.name == chosen,
            "ink": "8",
        }
        for row, block in enumerate(graph)
    ]
    tap = alt.selection_point(name="tap", fields=["block"], toggle=False)
    base = alt.Chart(alt.InlineData(rows)).encode(
        tooltip=["title:N", "output:N", *(alt.Tooltip(f"{cost}:Q", format=",") for cost in COSTS)]
    )
    box = base.encode(x=_across("left"), y=_down("top"), y2="bottom:Q")
    whole = {"cornerRadius": 9, "cursor": "pointer"}
    paint = alt.Color("colour:N", scale=alt.Scale(domain=[*"12345678"]), legend=None)
    boxes = [
        box.mark_rect(**whole, fillOpacity=0.05).encode(x2="right:Q", color=INK).add_params(tap),
        box.mark_rect(**whole, fillOpacity=0.4).encode(x2="filled:Q", color=paint),
        box.mark_rect(**whole, filled=False).encode(
            x2="right:Q",
            color=INK,
            strokeWidth=alt.condition("datum.on", alt.value(2.5), alt.value(1)),
            strokeOpacity=alt.condition("datum.on", alt.value(1), alt.value(0.25)),
        ),
    ]
    words = [
        base.mark_text(align=align, dx=dx, fontSize=13, opacity=opacity, cursor="pointer").encode(
            x=_across(at), y=_down("row"), text=f"{field}:N", color=INK
        )
        for field, at, align, dx, opacity in (
            ("title", "left", "left", 12, 1),
            ("output", "right", "right", -66, 0.7),
            ("share", "right", "right", -12, 1),
        )
    ]
    # Boxes first: Vega-Lite draws nothing if what is tapped comes behind a layer of other rows.
    graph_chart = alt.layer(*boxes, *_edges(graph), *words)
    return graph_chart.properties(height=ROW * len(graph), autosize=PLOT_HEIGHT).configure_mark(
        aria=False
    )


def _edges(graph: Sequence[Block]) -> list[alt.Chart]:
    """Arrows from box to box; beside the boxes an arc with a plus for each skip."""
    row = {block.name: number for number, block in enumerate(graph)}
    arrows = [
        {"at": RIGHT / 2, "from": row[source] + HALF, "to": row[block.name] - HALF}
        for block in graph
        for source in block.sources
    ]
    turn = np.linspace(0, np.pi, 17)
    skips = [(row[source], row[block.name]) for block in graph for source in block.skips]
    arcs = [
        {
            "skip": number,
            "at": RIGHT + (0.97 - RIGHT) * np.sin(angle),
            "to": start + 0.14 + (end - start - 0.28) * (1 - np.cos(angle)) / 2,
        }
        for number, (start, end) in enumerate(skips)
        for angle in turn
    ]
    pluses = [{"at": RIGHT, "to": end - 0.14, "plus": "+"} for _start, end in skips]
    lines, curves, ends = (
        alt.Chart(alt.InlineData(rows)).encode(x=_across("at"), y=_down("to"))
        for rows in (arrows, arcs, pluses)
    )
    return [
        lines.mark_rule(color=GUIDE, strokeWidth=1.5).encode(y=_down("from"), y2="to:Q"),
        lines.mark_point(
            shape="triangle-down", filled=True, color=GUIDE, opacity=1, size=50, yOffset=-4
        ),
        curves.mark_line(color=GUIDE, strokeWidth=2).encode(detail="skip:N", order="to:Q"),
        ends.mark_circle(color=GUIDE, size=170, opacity=1),
        ends.mark_text(color="white", fontSize=14, fontWeight="bold").encode(text="plus:N"),
    ]


def _breakable(layer: LayerCost, block: Block) -> str:
    """A long name would push the figures off a phone: zero-width spaces let it break."""
    return layer.name.removeprefix(f"{block.name}_").replace("_", "_\u200b")


def _show_layers(chosen: Block) -> None:
    rows = [
        {
            "Layer": f"{layer.unit} :gray[{_breakable(layer, chosen)}]",
            "Output": _size(layer.shape),
            "Params": f"{layer.parameters:,}",
            "MACs": f"{layer.macs:,}",
        }
        for layer in chosen.layers
    ]
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True)
    if any(layer.unit.endswith("identity") for layer in chosen.layers):
        st.caption(IDENTITY)


def _show_maps(chosen: Block, photo: Photo) -> None:
    prediction = photo.prediction
    if chosen.kind == "logits":
        ordered = sorted(zip(prediction.logits, CLASSES, strict=True), key=lambda pair: -pair[0])
        words = "; ".join(f"{lesion.name} **{value:.2f}**" for value, lesion in ordered)
        st.markdown(f"**The photo here**: {words}.")
        return
    maps = [prediction.outputs.get(layer.name) for layer in chosen.layers if layer.shape[0] > 1]
    if maps[-1] is None:  # what only brings pixels in has no integers of its own
        words = f"The photo as the network reads it, {_size(prediction.inputs.shape)}"
        st.image(prediction.inputs, width=2 * PICTURE, caption=words, alt=words)
        return
    st.markdown(
        f"**The photo here**: {chosen.events:,} events in this block. The strongest of "
        f"{maps[-1].shape[-1]} channels of {_size(maps[-1].shape[:2])} places, black where silent:"
    )
    with st.container(horizontal=True, gap="xsmall"):
        for channel, places in strongest(maps[-1], MAPS):
            events = f"Channel {channel}: {np.count_nonzero(places):,} events"
            with st.container(width=PICTURE):
                picture = event_picture(places, 3 * PICTURE)
                st.image(picture, caption=events, alt=events, width=PICTURE)

"""The graph of the network as a picture: a box a block, an arc a skip."""

from collections.abc import Sequence

import altair as alt
import numpy as np

from qana.walkthrough.block_graph import Block
from ui.charts import GUIDE, PLOT_HEIGHT, TEXT_COLOUR

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
    "fused": "1",
    "attention": "2",
    "ghost": "3",
    "excitation": "4",
    "head": "5",
    "logits": "5",
}
"""Of the theme's palette, by kind of block; others take its grey."""


def format_share(share: float) -> str:
    """A share in words."""
    return "<0.1%" if 0 < share < 0.001 else f"{share:.1%}"


def format_shape(shape: tuple[int, ...]) -> str:
    """A shape in words."""
    return "×".join(map(str, shape))


def draw_graph(graph: Sequence[Block], part: dict[str, float], chosen: str) -> alt.LayerChart:
    """The graph from top to bottom: a box a block, filled by its share, arcs for skips."""
    most = max(part.values())
    rows = [
        {
            "block": block.name,
            "title": block.title,
            "output": format_shape(block.shape),
            "share": format_share(part[block.name]),
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
        box.mark_rect(**whole, fillOpacity=0.05)
        .encode(x2="right:Q", color=TEXT_COLOUR)
        .add_params(tap),
        box.mark_rect(**whole, fillOpacity=0.4).encode(x2="filled:Q", color=paint),
        box.mark_rect(**whole, filled=False).encode(
            x2="right:Q",
            color=TEXT_COLOUR,
            strokeWidth=alt.condition("datum.on", alt.value(2.5), alt.value(1)),
            strokeOpacity=alt.condition("datum.on", alt.value(1), alt.value(0.25)),
        ),
    ]
    words = [
        base.mark_text(align=align, dx=dx, fontSize=13, opacity=opacity, cursor="pointer").encode(
            x=_across(at), y=_down("row"), text=f"{field}:N", color=TEXT_COLOUR
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


def _across(field: str) -> alt.X:
    return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=(0, 1), nice=False))


def _down(field: str) -> alt.Y:
    return alt.Y(f"{field}:Q", axis=None, scale=alt.Scale(nice=False, zero=False, reverse=True))

"""Draws the graph of the network: a box for each block, an arc for each skip connection."""

from collections.abc import Sequence

import altair as alt
import numpy as np

from qana.walkthrough.block_graph import Block
from ui.chart_data import make_chart
from ui.charts import GUIDE, PLOT_HEIGHT, TEXT_COLOUR

COSTS = {"macs": "multiply-accumulates", "parameters": "parameters"}
ROW = 44
"""Height of a block with its arrow, pixels."""
HALF = 0.34
"""Half the height of a box, in rows."""
RIGHT = 0.9
"""Right edge of the boxes, where the arcs begin, as a share of the width."""
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
"""Colours of the theme's palette by kind of block. Others are grey."""


def format_share(share: float) -> str:
    """Writes a share as a percentage."""
    return "<0.1%" if 0 < share < 0.001 else f"{share:.1%}"


def format_shape(shape: tuple[int, ...]) -> str:
    """Writes a shape with multiplication signs."""
    return "×".join(map(str, shape))


def draw_graph(graph: Sequence[Block], part: dict[str, float], chosen: str) -> alt.LayerChart:
    """Draws the graph from top to bottom.

    Args:
        graph: the blocks.
        part: share of each block by its name, 0 to 1; it fills the block's box.
        chosen: name of the block to emphasize.
    """
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
            "text_colour": "8",
        }
        for row, block in enumerate(graph)
    ]
    click = alt.selection_point(name="chosen_block", fields=["block"], toggle=False)
    base = make_chart(rows).encode(
        tooltip=[
            alt.Tooltip("title:N"),
            alt.Tooltip("output:N"),
            *(alt.Tooltip(f"{cost}:Q", format=",") for cost in COSTS),
        ]
    )
    box = base.encode(x=_encode_x("left"), y=_encode_y("top"), y2=alt.Y2("bottom:Q"))
    whole = {"cornerRadius": 9, "cursor": "pointer"}
    paint = alt.Color("colour:N", scale=alt.Scale(domain=[*"12345678"]), legend=None)
    boxes = [
        box.mark_rect(**whole, fillOpacity=0.05)
        .encode(x2=alt.X2("right:Q"), color=TEXT_COLOUR)
        .add_params(click),
        box.mark_rect(**whole, fillOpacity=0.4).encode(x2=alt.X2("filled:Q"), color=paint),
        box.mark_rect(**whole, filled=False).encode(
            x2=alt.X2("right:Q"),
            color=TEXT_COLOUR,
            strokeWidth=alt.StrokeWidthValue(1, condition={"test": "datum.on", "value": 2.5}),
            strokeOpacity=alt.StrokeOpacityValue(0.25, condition={"test": "datum.on", "value": 1}),
        ),
    ]
    words = [
        base.mark_text(align=align, dx=dx, fontSize=13, opacity=opacity, cursor="pointer").encode(
            x=_encode_x(at), y=_encode_y("row"), text=alt.Text(f"{field}:N"), color=TEXT_COLOUR
        )
        for field, at, align, dx, opacity in (
            ("title", "left", "left", 12, 1),
            ("output", "right", "right", -66, 0.7),
            ("share", "right", "right", -12, 1),
        )
    ]
    # Boxes come first: Vega-Lite draws nothing if the selection is behind a layer of other rows.
    graph_chart = alt.layer(*boxes, *_draw_edges(graph), *words)
    return graph_chart.properties(height=ROW * len(graph), autosize=PLOT_HEIGHT).configure_mark(
        aria=False
    )


def _draw_edges(graph: Sequence[Block]) -> list[alt.Chart]:
    """Draws an arrow between boxes and, beside them, an arc with a plus for each skip."""
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
        make_chart(rows).encode(x=_encode_x("at"), y=_encode_y("to"))
        for rows in (arrows, arcs, pluses)
    )
    return [
        lines.mark_rule(color=GUIDE, strokeWidth=1.5).encode(
            y=_encode_y("from"), y2=alt.Y2("to:Q")
        ),
        lines.mark_point(
            shape="triangle-down", filled=True, color=GUIDE, opacity=1, size=50, yOffset=-4
        ),
        curves.mark_line(color=GUIDE, strokeWidth=2).encode(
            detail=alt.Detail("skip:N"), order=alt.Order("to:Q")
        ),
        ends.mark_circle(color=GUIDE, size=170, opacity=1),
        ends.mark_text(color="white", fontSize=14, fontWeight="bold").encode(
            text=alt.Text("plus:N")
        ),
    ]


def _encode_x(field: str) -> alt.X:
    return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=(0, 1), nice=False))


def _encode_y(field: str) -> alt.Y:
    return alt.Y(f"{field}:Q", axis=None, scale=alt.Scale(nice=False, zero=False, reverse=True))

"""Draws the mesh of a chip with the layers of one pass on it."""

from typing import Any

import altair as alt

from qana.walkthrough.chip_drawing import ChipMapping, PlacedLayer, Processor
from ui.chart_data import make_chart
from ui.charts import GUIDE, TEXT_COLOUR

COLOURS = 7
"""Colours of the theme's palette for layers. The eighth is the colour of text."""
GAP, HALF, LOWER = 0.24, 0.46, 0.13
"""Gap between nodes, half a processor's side, and how far a number moves down below a mark. The
unit is a processor with its margin."""
HEIGHT, TALLEST = 480, 58
"""Height of the figure and the largest height of a processor, pixels."""
MARKS = {"FNP2": "F2", "FNP3": "F3"}
"""How the figure marks processors that can also be fully connected ones."""
TIPS = {"layer": "layer", "kind": "kind", "unit": "runs as", "node": "node", "can": "can be"}
Layers = dict[int, PlacedLayer]
"""The layers of a pass by their number in the network, from 1."""


def get_mark(processor: Processor) -> str:
    """Gets the mark of what a processor can be besides convolutional; empty for nothing."""
    return "".join(MARKS.get(kind, "") for kind in processor.types)


def _describe_layer(order: int, layers: Layers) -> dict[str, str]:
    if order not in layers:
        return {"no": "", "colour": "8", "layer": "idle", "kind": "", "unit": ""}
    layer, colour = layers[order], str((order - 1) % COLOURS + 1)
    found = {"no": str(order), "colour": colour, "layer": layer.name}
    return found | {"kind": layer.kind, "unit": layer.unit}


def _list_cells(mapping: ChipMapping, layers: Layers) -> list[dict[str, Any]]:
    """Lists a record for each processor and for the HRC above the mesh."""
    owners = {place: order for order, layer in layers.items() for place in layer.places}
    cells: list[dict[str, Any]] = []
    for processor in mapping.mesh.processors:
        column, row, number = processor.place
        x, y, marked = (
            column * (2 + GAP) + number % 2,
            row * (2 + GAP) + number // 2,
            get_mark(processor),
        )
        square = {"x": x - HALF, "x2": x + HALF, "y": y - HALF, "y2": y + HALF, "mark": marked}
        known = {"node": f"column {column}, row {row}", "can": ", ".join(processor.types)}
        cells.append(square | known | _describe_layer(owners.get(processor.place, 0), layers))
    left, top = (min(cell[side] for cell in cells) for side in ("x", "y"))
    bar = {"x": left, "x2": left + 1 + 2 * HALF, "y": top - 0.75 - GAP, "y2": top - GAP}
    first = next((order for order, layer in layers.items() if layer.unit == "HRC"), 0)
    known = {"mark": "HRC", "node": "beside the mesh", "can": "HRC"}
    cells.append(bar | known | _describe_layer(first, layers))
    for cell in cells:
        cell["cx"] = (cell["x"] + cell["x2"]) / 2
        cell["cy"] = (cell["y"] + cell["y2"]) / 2 + (LOWER if cell["mark"] else 0)
    return cells


def draw_mesh(mapping: ChipMapping, layers: Layers) -> alt.LayerChart:
    """Draws each processor as a square at its place in the mesh, with the number of its layer.

    Args:
        mapping: the network on a device.
        layers: the layers of one pass.
    """
    cells, edge = _list_cells(mapping, layers), 0.5 + GAP / 4
    nodes = [
        {"x": x - edge, "x2": x + 1 + edge, "y": y - edge, "y2": y + 1 + edge}
        for column, row in sorted({processor.place[:2] for processor in mapping.mesh.processors})
        for x, y in [(column * (2 + GAP), row * (2 + GAP))]
    ]
    across = alt.X("x:Q", axis=None, scale=alt.Scale(zero=False, nice=False, padding=2))
    scale = alt.Scale(zero=False, nice=False, padding=2, reverse=True)
    square: dict[str, Any] = {
        "x": across,
        "x2": "x2:Q",
        "y": alt.Y("y:Q", axis=None, scale=scale),
        "y2": "y2:Q",
    }
    grid = make_chart(nodes).encode(**square)
    grid = grid.mark_rect(cornerRadius=10, fill=GUIDE, fillOpacity=0.13, stroke=None)
    tips = [alt.Tooltip(f"{key}:N", title=title) for key, title in TIPS.items()]
    base = make_chart(cells).encode(tooltip=tips)
    idle = base.transform_filter("datum.no === ''").encode(**square)
    idle = idle.mark_rect(cornerRadius=6, fillOpacity=0, stroke=GUIDE, strokeDash=[3, 3])
    rests = [idle] if any(cell["no"] == "" for cell in cells) else []
    over = alt.selection_point(fields=["layer"], on="pointerover")
    colour = alt.Color("colour:N", scale=alt.Scale(domain=[*"12345678"]), legend=None)
    seen = alt.condition(over, alt.value(1), alt.value(0.25))
    busy = base.transform_filter("datum.no !== ''").add_params(over)
    busy = busy.mark_rect(cornerRadius=6, fillOpacity=0.38, strokeWidth=1.5)
    busy = busy.encode(fill=colour, stroke=colour, opacity=seen, **square)
    text = base.transform_calculate(text_colour="'8'").encode(color=TEXT_COLOUR)
    numbers = text.mark_text(fontSize=13, fontWeight=600).encode(
        x=alt.X("cx:Q"), y=alt.Y("cy:Q"), text=alt.Text("no:N")
    )
    marks = text.mark_text(fontSize=8, dx=-4, dy=8, align="right", opacity=0.8)
    marks = marks.encode(x=alt.X("x2:Q"), y=alt.Y("y:Q"), text=alt.Text("mark:N"))
    rows = max(cell["y2"] for cell in cells) - min(cell["y"] for cell in cells)
    chart = alt.layer(grid, *rests, busy, numbers, marks)
    return chart.properties(height=min(HEIGHT, rows * TALLEST))

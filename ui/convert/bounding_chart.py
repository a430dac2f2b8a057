"""Draws the figure on bounding: a histogram, the end of its range, and the levels."""

import altair as alt
import numpy as np

from qana.walkthrough.activation_quantization import Quantized
from ui.chart_data import make_chart
from ui.charts import GUIDE, PLOT_HEIGHT

ZERO, KEPT, CUT, TEXT = "becomes 0", "kept", "cut", "text"
ZONES = alt.Color(
    "zone:N",
    # The theme's first colour, its second, its seventh (grey) and the colour of text.
    scale=alt.Scale(domain=[KEPT, CUT, *"3456", ZERO, TEXT]),
    legend=alt.Legend(values=[ZERO, KEPT, CUT], orient="bottom", title=None),
)
HEIGHT = 300
"""Height of the figure, pixels."""


def draw_histogram(
    bins: tuple[np.ndarray, np.ndarray], quantized: Quantized, bound: float | None, learned: float
) -> alt.LayerChart:
    """Draws a histogram of activations, coloured by what quantization does to them.

    Args:
        bins: edges (N + 1,) and counts (N,).
        quantized: the levels and the end of their range.
        bound: upper bound that the visitor chose; None for no bound.
        learned: bound with which the network was trained.
    """
    edges, counts = bins
    width = float(np.median(np.diff(edges)))  # a bin that ends with the range keeps its density
    zones = [ZERO if b <= 0 else KEPT if b <= quantized.end else CUT for b in edges[1:]]
    bars = [
        {"from": a, "to": b, "values": int(n), "height": n * width / (b - a), "zone": zone}
        for a, b, n, zone in zip(edges[:-1], edges[1:], counts, zones, strict=True)
        if n
    ]
    levels = [
        {"level": i * quantized.step, "values": int(n), "used": bool(n), "zone": TEXT}
        for i, n in enumerate(quantized.counts)
    ]
    x = alt.Scale(domain=(float(edges[0]), max(float(edges[-1]), levels[-1]["level"])), nice=False)
    axis = alt.Axis(offset=16, grid=False, tickCount=8)
    histogram = (
        make_chart(bars)
        .mark_bar(binSpacing=0.5)
        .encode(
            x=alt.X("from:Q", scale=x, title="value before the activation", axis=axis),
            x2=alt.X2("to:Q"),
            y=alt.Y(
                "height:Q",
                scale=alt.Scale(type="sqrt"),
                title="values a bin (square-root scale)",
                axis=alt.Axis(tickCount=5, tickMinStep=1),
            ),
            y2=alt.Y2Datum(0),
            color=ZONES,
            tooltip=[
                *(alt.Tooltip(f"{n}:Q", format=".3g") for n in ("from", "to")),
                alt.Tooltip("values:Q"),
            ],
        )
    )
    ticks = (
        make_chart(levels)
        .mark_rule(strokeWidth=1.5)
        .encode(
            x=alt.X("level:Q", scale=x),
            y=alt.YValue(HEIGHT + 3),
            y2=alt.Y2Value(HEIGHT + 14),
            color=ZONES,
            opacity=alt.OpacityValue(0.3, condition={"test": "datum.used", "value": 1}),
            tooltip=[alt.Tooltip("level:Q", format=".3g"), alt.Tooltip("values:Q")],
        )
    )
    name = "largest in calibration" if quantized.end < (bound or np.inf) else "bound"
    end = [{"at": quantized.end, "name": f"{name} {quantized.end:.3g}", "zone": TEXT}]
    rule = make_chart(end).encode(x=alt.X("at:Q", scale=x), color=ZONES)
    right = quantized.end > (x.domain[0] + x.domain[1]) / 2
    label = rule.mark_text(
        align="right" if right else "left", dx=4 if right else -4, baseline="bottom", fontSize=13
    ).encode(y=alt.YValue(-5), text=alt.Text("name:N"))
    dotted = make_chart([{"at": learned}]).mark_rule(strokeDash=[1, 3], strokeWidth=2, color=GUIDE)
    layers = [
        histogram,
        ticks,
        dotted.encode(x=alt.X("at:Q", scale=x)),
        rule.mark_rule(strokeWidth=2, strokeDash=[5, 3]),
        label,
    ]
    return alt.layer(*layers).properties(height=HEIGHT, autosize=PLOT_HEIGHT)

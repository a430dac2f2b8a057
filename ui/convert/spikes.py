"""Shows the chapter on spikes: the photo as events, and compared with other pictures."""

from collections.abc import Sequence

import altair as alt
import streamlit as st

from qana.inference.prediction import Prediction
from qana.walkthrough.layer_events import LayerContrast, compare_events, make_frames
from ui.chart_data import make_chart, show_chart
from ui.charts import PLOT_HEIGHT, TEXT_COLOUR, make_legend
from ui.convert.chapter import show_number
from ui.convert.photo import WalkthroughPhoto
from ui.convert.player import show_player
from ui.convert.reference_pictures import GREY, LESION, SKIN, classify_reference
from ui.convert.spiking import show_spiking

TITLE = "Spikes"
IDEA = (
    "On Akida an **event** is an activation that is not zero, in the one time step that a photo "
    "takes: zeros are never sent and never computed with.",
    "So the photo travels as maps of events, bright where many channels of a layer speak and dark "
    "where they keep silent.",
    "The picture changes **which** activations speak more than **how many**, as the comparison "
    "below the player shows.",
)
PHOTO = "This photo"
SHORT = {PHOTO: "Photo", SKIN: SKIN, LESION: LESION, GREY: "Grey"}
"""Short names that fit side by side on a phone."""


def show(photo: WalkthroughPhoto) -> None:
    """Draws the chapter.

    Args:
        photo: the visitor's photo.
    """
    shown = st.segmented_control(
        "What travels",
        list(SHORT),
        default=PHOTO,
        format_func=SHORT.get,
        required=True,
        key="spikes_shown",
        bind="query-params",
    )
    compared = SKIN if shown == PHOTO else shown
    reference, about = classify_reference(compared, photo.classifier.entry.sha256, photo.classifier)
    prediction = photo.prediction if shown == PHOTO else reference
    frames = make_frames(prediction.outputs)
    show_player(frames, prediction.inputs, name=shown.lower(), key="spikes_player")
    size = sum(frame.size for frame in frames)
    show_number(
        f"Events; {prediction.sparsity:.1%} of the activations stay silent",
        f"{prediction.events:,}",
        f"{shown}, through the {len(frames)} layers before the logits and their {size:,} "
        "activations. Counted in the integers that the engine computed for this picture.",
    )
    skin, _about = classify_reference(SKIN, photo.classifier.entry.sha256, photo.classifier)
    show_spiking(photo, skin)
    _show_comparison(photo.prediction, reference, compared, about)


def _show_comparison(photo: Prediction, reference: Prediction, name: str, about: str) -> None:
    other = name.lower()
    found = compare_events(photo.outputs, reference.outputs)
    st.subheader(f"This photo against {other}", anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.image(photo.inputs, width=96, alt="This photo as the network reads it")
        st.image(reference.inputs, width=96, alt=f"{name} as the network reads it")
        st.markdown(_describe_totals(found, other), width=560)
    show_chart(_draw_changes(found, other), alt=_describe(found, other))
    st.caption(
        "Up: activations that are an event of this photo alone. Down: of the other alone. The "
        "tick is what is left of both, the layer's change in events. Layers from left to right."
    )
    st.markdown(_explain_change(found, other), width=760)
    with st.expander("Every layer in numbers", icon=":material/table_rows:"):
        st.dataframe(_list_layers(found, name), hide_index=True)
    st.caption(about)


def _describe_totals(found: Sequence[LayerContrast], other: str) -> str:
    events, reference = _sum(found, "events"), _sum(found, "reference")
    switched = (_sum(found, "gained") + _sum(found, "lost")) / _sum(found, "size")
    return (
        f"This photo makes **{events:,}** events and {other} **{reference:,}**: "
        f"{reference / events - 1:+.1%} for {other}. Yet {switched:.0%} of all activations are an "
        "event of one of the two only. Choose another picture above: any two differ, lesion or not."
    )


def _explain_change(found: Sequence[LayerContrast], other: str) -> str:
    """Explains where the number of events depends on the picture."""
    signed = [f for f in found if f.signed]
    rectified = [f for f in found if not f.signed]
    size, here, there = (_sum(signed, name) for name in ("size", "events", "reference"))
    gained, lost = _sum(rectified, "gained"), _sum(rectified, "lost")
    moved = {f.name: 100 * (f.events - f.reference) / f.size for f in found}
    most = sorted(moved, key=lambda name: -abs(moved[name]))[:3]
    layers = ", ".join(f"`{name}` {moved[name]:+.1f}" for name in most)
    return (
        f"- Where the number follows the picture most: {layers} points of the layer's "
        f"activations.\n"
        f"- Where it follows the picture least: the {len(signed)} layers without a rectifier send "
        f"sums of both signs, and few of these are exactly zero. {1 - here / size:.1%} are silent "
        f"for this photo and {1 - there / size:.1%} for {other}. These layers make "
        f"{here / _sum(found, 'events'):.0%} of all events.\n"
        f"- Where it cancels: in the {len(rectified)} rectified layers a sum with a fixed bias "
        f"decides, so even an empty picture makes events; against {other} this photo switches "
        f"{gained:,} activations on and {lost:,} off, which leaves {gained - lost:+,}."
    )


def _sum(found: Sequence[LayerContrast], name: str) -> int:
    return sum(getattr(layer, name) for layer in found)


def _describe(found: Sequence[LayerContrast], other: str) -> str:
    layers = "; ".join(
        f"{f.name} {f.events:,} and {f.reference:,}, {f.gained:,} and {f.lost:,} alone"
        for f in found
    )
    return (
        f"Events by layer of this photo and of {other}, and how many either makes alone: {layers}"
    )


def _list_layers(found: Sequence[LayerContrast], name: str) -> dict[str, list[str] | list[int]]:
    return {
        "Layer": [f.name for f in found],
        "Sends": ["both signs" if f.signed else "rectified" for f in found],
        "Activations": [f.size for f in found],
        PHOTO: [f.events for f in found],
        name: [f.reference for f in found],
        "Only this photo": [f.gained for f in found],
        f"Only {name.lower()}": [f.lost for f in found],
    }


def _draw_changes(found: Sequence[LayerContrast], other: str) -> alt.LayerChart:
    """Draws a bar up and a bar down for each layer as shares of its activations, and the net."""
    sides = (f"only {PHOTO.lower()}", f"only {other}")
    rows = [
        {
            "order": order,
            "layer": f.name,
            "side": side,
            "share": sign * count / f.size,
            "net": (f.events - f.reference) / f.size,
            "events": f.events,
            "other": f.reference,
            "alone": count,
        }
        for order, f in enumerate(found, start=1)
        for side, sign, count in ((sides[0], 1, f.gained), (sides[1], -1, f.lost))
    ]
    base = make_chart(rows).encode(
        x=alt.X("order:O", title="layer", axis=alt.Axis(labelAngle=0, labelOverlap=True)),
        tooltip=[
            alt.Tooltip("layer:N"),
            alt.Tooltip("events:Q", format=",", title="events of this photo"),
            alt.Tooltip("other:Q", format=",", title=f"events of {other}"),
            alt.Tooltip("side:N", title="events of"),
            alt.Tooltip("alone:Q", format=",", title="are"),
        ],
    )
    axis = alt.Axis(labelExpr="format(abs(datum.value), '.0%')", tickCount=5)
    bars = base.mark_bar().encode(
        y=alt.Y("share:Q", title="share of the layer", axis=axis, stack=None),
        color=alt.Color("side:N", sort=sides, title=None, legend=make_legend()),
    )
    ticks = (
        base.transform_filter(alt.FieldEqualPredicate(field="side", equal=sides[0]))
        .transform_calculate(text_colour="'8'")
        .mark_tick(thickness=3, opacity=1)
        .encode(y=alt.Y("net:Q"), color=TEXT_COLOUR)
    )
    return (
        alt.layer(bars, ticks)
        .resolve_scale(color="independent")
        .properties(height=260, autosize=PLOT_HEIGHT)
    )

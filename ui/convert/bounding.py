"""Shows the chapter on folding the normalization and bounding the activation."""

import numpy as np
import pandas as pd
import streamlit as st

from qana.data.samples import load_samples
from qana.errors import UserError
from qana.evaluation.report_files import read_studies
from qana.studies.network_studies import ABLATION
from qana.studies.study_recipes import SMALL
from qana.walkthrough.activation_quantization import (
    Quantized,
    compute_histogram,
    count_narrowed_channels,
    list_bounds,
    quantize,
)
from qana.walkthrough.bit_widths import CHOICES
from qana.walkthrough.folding import LAYERS, Activations
from ui.chart_data import show_chart
from ui.convert.bounding_chart import draw_histogram
from ui.convert.chapter import show_number
from ui.convert.photo import WalkthroughPhoto
from ui.convert.stored import get_float_network
from ui.convert.study_results import SCORE
from ui.provenance import show_measured

TITLE = "Folding and bounding"
IDEA = (
    "A batch normalization only scales and shifts each channel, so it **folds** into the weights "
    "and the bias of the convolution before it, and the chip never computes one.",
    "The activation behind it is **bounded** at 6: whatever is larger becomes 6, so the few levels "
    "that the bits allow have a short range to cover.",
    "Without a bound the largest value in calibration sets the range, and one outlier makes the "
    "**quantization step** coarse for every other value of its channel.",
)
REACH = {"highest": 0.0, "middle": 0.5, "lowest": 1.0}
"""Channels to choose from, by their rank among those that ever rise above 0."""
NONE = "none"
STAGES = {"ptq": "quantized after training", "tuned": "tuned", "akida": "on Akida"}
"""Stages of a study for which the bound matters. The float network needs none."""


def show(photo: WalkthroughPhoto) -> None:
    """Draws the chapter.

    Args:
        photo: the visitor's photo.
    """
    layer = st.select_slider(
        "Layer, from the pixels on", LAYERS, key="bounding_layer", bind="query-params"
    )
    try:
        found: Activations = photo.remember(("layer", layer), lambda: _open_layer(photo, layer))
    except UserError as error:
        st.warning(str(error), icon=":material/warning:")
    else:
        _show_bound(found)
        _show_folding(found)
    _show_study()


def _open_layer(photo: WalkthroughPhoto, layer: str) -> Activations:
    network, highest = get_float_network(photo)
    calibrated = len(load_samples())
    return network.open_layer(photo.prediction.inputs, layer, highest, calibrated)


@st.fragment
def _show_bound(found: Activations) -> None:
    choices, figure = st.columns([2, 3], gap="large")
    with choices:
        reach = st.segmented_control(
            "Channel, by how high it reaches in calibration",
            list(REACH),
            default="highest",
            required=True,
            key="bounding_channel",
            bind="query-params",
        )
        bits = st.segmented_control(
            "Bits of the activation",
            CHOICES,
            default=4,
            required=True,
            key="bounding_bits",
            bind="query-params",
            width="stretch",
        )
        chosen = st.select_slider(
            f"Upper bound; the network learned with {found.bound:g} (dotted)",
            [*list_bounds(float(found.highest.max())), NONE],
            value=found.bound,
            format_func=lambda value: value if value == NONE else f"{value:g}",
            key=f"bounding_bound_{found.layer}",
        )
    bound = None if chosen == NONE else chosen
    ranked = found.rank_channels()
    channel = int(ranked[round(REACH[reach] * (len(ranked) - 1))])
    values, highest = found.values[..., channel], float(found.highest[channel])
    quantized = quantize(values, highest, bound, bits, found.equalized)
    lowest, top = min(float(values.min()), 0.0), max(float(values.max()), highest, found.bound)
    with figure:
        show_chart(
            draw_histogram(
                compute_histogram(values, lowest, top, quantized.end), quantized, bound, found.bound
            ),
            alt=_describe(found, channel, values, bound, quantized),
        )
    with choices:
        other = found.bound if bound is None else None
        compared = quantize(values, highest, other, bits, found.equalized)
        show_number(
            f"Quantization step, with {quantized.used} of {len(quantized.counts)} levels used",
            f"{quantized.step:.3g}",
            f"By quantizeml's rule from the range of channel {channel} of {found.layer}, and the "
            f"levels that this photo's values take there; {_name_bound(other)} the step is "
            f"{compared.step:.3g} and {compared.used} are used.",
        )
    _show_rule(found, quantized, bits, bound)


def _show_rule(found: Activations, quantized: Quantized, bits: int, bound: float | None) -> None:
    """Explains the numbers."""
    alive = len(found.rank_channels())
    sign = " (the eighth bit is the sign)" if bits == 8 else ""
    if found.equalized:
        rule = (
            f"the range over {quantized.end / quantized.step:.4g}, since quantizeml stretches each "
            "channel to fill its levels"
        )
    else:
        rule = "a power of two here, so it moves only where the range crosses one"
    ends = count_narrowed_channels(found.highest, bound)
    reached = (
        f"The bound ends the range of {ends} of {alive} channels; the others never reach it."
        if bound is not None
        else f"The range of each of the {alive} channels ends at its largest value in calibration."
    )
    st.markdown(
        f"Range 0 to **{quantized.end:.3g}**, {len(quantized.counts)} levels{sign}; the step is "
        f"{rule}. {quantized.clipped:.1%} of the values lie above the range, and rounding the rest "
        f"costs a mean squared error of {quantized.error:.2g}. {reached}",
        width=760,
    )
    st.caption(
        "The figure has all values of one channel of the float network on this photo; the ticks "
        "below it are the levels, faint where no value takes them. Ranges are over the gallery's "
        f"{found.photos} photos; the deployed network took its own from training photos. This "
        "network learned with its bound: another one shows the step, and not a network that works.",
        width=760,
    )


def _describe(
    found: Activations,
    channel: int,
    values: np.ndarray,
    bound: float | None,
    quantized: Quantized,
) -> str:
    return (
        f"Histogram of the {values.size:,} values of channel {channel} of {found.layer}, from "
        f"{values.min():.3g} to {values.max():.3g}: {np.mean(values < 0):.0%} below 0 and "
        f"{quantized.clipped:.1%} above the range, which ends at {quantized.end:.3g} "
        f"{_name_bound(bound)}; {quantized.used} of {len(quantized.counts)} levels, "
        f"{quantized.step:.3g} apart, are used"
    )


def _name_bound(bound: float | None) -> str:
    return "without a bound" if bound is None else f"with the bound {bound:g}"


def _show_folding(found: Activations) -> None:
    folding = found.folding
    before, after = (np.abs(kernel).max(axis=1) for kernel in (folding.before, folding.after))
    alive = found.rank_channels()
    sign = "green-badge[:material/check: folded, equal]"
    if not folding.equal:
        sign = "red-badge[:material/close: folded, not equal]"
    st.markdown(
        f":{sign} On this photo, {found.layer} with its normalization and the one folded "
        f"convolution give outputs up to {folding.largest:.3g}, which differ by at most "
        f"**{folding.difference64:.1g}** in float64 and {folding.difference32:.1g} in float32. "
        "Folding moves each channel's scale into its weights: the largest weight of a channel was "
        f"{before[alive].min():.2g} to {before[alive].max():.2g} before and is "
        f"{after[alive].min():.2g} to {after[alive].max():.2g} after it.",
        width=760,
    )


def _show_study() -> None:
    """Shows what the ablation study found with and without the bound, if it is stored."""
    try:
        document = next((d for d in read_studies() if d.study == ABLATION.name), None)
    except UserError as error:
        st.warning(str(error), icon=":material/warning:")
        return
    whole = [
        variant
        for variant in ABLATION.variants
        if variant.recipe.balance == SMALL.balance
        and all(on for part, on in variant.recipe.options.items() if part != "bounded")
    ]
    free = {v.label for v in whole if not v.recipe.options.get("bounded", True)}
    rows = [row for row in document.rows if row[1] in STAGES] if document else []
    if document is None or not free & {row[0] for row in rows}:
        return
    score = document.columns.index(SCORE)
    table = {
        # Markdown would make a list of a leading plus.
        f"all ({variant.label})" if variant.label.startswith("+") else variant.label: {
            STAGES[row[1]]: "refused" if row[score] is None else f"{row[score]:.3f}"
            for row in rows
            if row[0] == variant.label
        }
        for variant in whole
    }
    st.markdown(f"Networks trained with and without the bound, {SCORE} on the test lesions:")
    cells = pd.DataFrame({label: row for label, row in table.items() if row}).T.fillna("")
    st.table(cells.rename_axis("network").reset_index(), border="horizontal", hide_index=True)
    for refused in document.refused or ():
        st.caption(refused)
    st.caption(document.note)
    show_measured(document.command)

"""Shows the chapter on conversion: quantized Keras against Akida, layer by layer."""

import altair as alt
import streamlit as st

from qana.walkthrough.agreement import Agreement
from qana.walkthrough.stored_results import StoredResults
from ui.chart_data import make_chart, show_chart
from ui.charts import PLOT_HEIGHT
from ui.convert.chapter import show_number
from ui.convert.job_results import get_result
from ui.convert.photo import WalkthroughPhoto
from ui.convert.stored import get_stored

TITLE = "Conversion"
IDEA = (
    "The converter writes the quantized network's integers into Akida's layers: nothing is trained "
    "and nothing is rounded anew.",
    "So every layer must give the very same integers in Keras and on Akida, and here each one is "
    "compared on your photo.",
    "Keras carries its integers in 32-bit floats, so now and then a product above 2²⁴ falls on "
    "the other side of a tie: that is one integer, off by one, and it is shown where it happens.",
)
AGREEMENT = "qana.walkthrough.agreement_job:compare_networks"
SAME, OTHER = "all equal", "some differ"


def show(photo: WalkthroughPhoto) -> None:
    """Draws the chapter.

    Args:
        photo: the visitor's photo.
    """
    found = _get_agreement(photo)
    if found is None:
        return
    figure, words = st.columns([3, 2], gap="large", vertical_alignment="center")
    with words:
        show_number(
            "Integers that differ",
            f"{found.differing:,} of {found.values:,}",
            f"In {len(found.layers)} layers, computed on this photo by Keras and by Akida. Akida's "
            "sums and joins are computed again here, because its engine runs one layer at a time.",
        )
        _show_verdict(found)
    show_chart(_draw_layers(found), alt=_describe(found), place=figure)
    if found.not_compared:
        st.caption(
            f"Not compared, because Keras has no layer of that name: "
            f"{', '.join(found.not_compared)}. The converter adds them. The layers after them are "
            "compared."
        )


def _get_agreement(photo: WalkthroughPhoto) -> Agreement | None:
    """Gets the comparison on the photo: stored for a sample, and on demand for any other photo."""
    stored = get_stored(photo)
    agreement: Agreement | None
    if stored and photo.digest in stored.agreements:
        return stored.agreements[photo.digest]
    if stored and not photo.remember("wanted", list):
        _show_samples(stored)
        wanted: list[bool] = photo.remember("wanted", list)
        st.button(
            "Compare them on this photo, too",
            icon=":material/compare_arrows:",
            on_click=wanted.append,
            args=(True,),
            help="Loads TensorFlow and the quantized network in the background, once for all, "
            "and takes a minute. The page stays usable.",
        )
        return None
    agreement = get_result(AGREEMENT, photo)
    return agreement


def _show_samples(stored: StoredResults) -> None:
    """Shows the comparison over all samples, for a photo that was not compared yet."""
    found = list(stored.agreements.values())
    values, differing = sum(one.values for one in found), sum(one.differing for one in found)
    same = sum(one.same_class for one in found)
    show_number(
        "Integers that differ, over all samples",
        f"{differing:,} of {values:,}",
        f"Every layer of {len(found)} samples in Keras and on Akida; {same} of {len(found)} get "
        "the same class in both. Your own photo has not run through Keras, which the app does not "
        "need to classify: open a sample to see its layers.",
    )


def _show_verdict(found: Agreement) -> None:
    departure = found.first_departure
    if departure is None:
        st.success(
            f"Difference 0 in every layer; the logits differ by {found.logits:g}.",
            icon=":material/check_circle:",
        )
        return
    words = (
        f"The networks first differ in {departure.name}: {departure.differing:,} of "
        f"{departure.values:,} integers, by at most {departure.largest}. Later layers can differ "
        f"as a result. The logits differ by {found.logits:.3f}, and the class is "
        f"{'the same' if found.same_class else 'another one'}. "
    )
    if departure.ties:
        st.info(
            words + "Differences so few and so small are rounding ties.", icon=":material/info:"
        )
    else:
        st.error(words + "Rounding does not explain this. It is a fault.", icon=":material/error:")


def _draw_layers(found: Agreement) -> alt.LayerChart:
    rows = [
        {
            "order": number,
            "layer": layer.name,
            "integers": layer.values,
            "differ": layer.differing,
            "largest": layer.largest,
            "is": OTHER if layer.differing else SAME,
        }
        for number, layer in enumerate(found.layers, start=1)
    ]
    tooltip = [
        alt.Tooltip("layer:N"),
        alt.Tooltip("integers:Q", format=","),
        alt.Tooltip("differ:Q"),
        alt.Tooltip("largest:Q"),
    ]
    base = make_chart(rows).encode(
        x=alt.X("order:O", title="layers, from the pixels on", axis=alt.Axis(labels=False)),
        color=alt.Color("is:N", sort=[SAME, OTHER], title=None, legend=alt.Legend(orient="bottom")),
        tooltip=tooltip,
    )
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        y=alt.Y("integers:Q", title="integers compared", axis=alt.Axis(format="~s", tickCount=4))
    )
    checks = base.mark_text(dy=-8, fontSize=10).encode(
        y=alt.Y("integers:Q"), text=alt.Text("differ:Q")
    )
    return (bars + checks).properties(height=260, autosize=PLOT_HEIGHT)


def _describe(found: Agreement) -> str:
    return "Integers that differ, by layer: " + ", ".join(
        f"{layer.name} {layer.differing} of {layer.values}" for layer in found.layers
    )

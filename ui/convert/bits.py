"""Shows the chapter on bits: the vendor's quantizer at any width, on the real float network."""

import altair as alt
import numpy as np
import streamlit as st

from qana.classes import BY_CODE, LABELS
from qana.data.balanced_subset import PER_CLASS, load_balanced_subset
from qana.errors import UserError
from qana.evaluation.report_files import read_studies
from qana.inference.classifier import AkidaClassifier
from qana.walkthrough.bit_widths import (
    CHOICES,
    QuantizedAnswers,
    count_correct_by_class,
)
from qana.walkthrough.stored_results import Bits
from ui.chart_data import make_chart, show_chart
from ui.charts import PLOT_HEIGHT, make_legend
from ui.convert.chapter import show_number
from ui.convert.job_results import get_result
from ui.convert.photo import WalkthroughPhoto
from ui.convert.stored import get_float_network, get_stored
from ui.convert.study_results import show_tuning
from ui.convert.weight_levels import show_weights

TITLE = "Bits"
IDEA = (
    "A weight of 8 bits stands on one of 255 levels, one of 4 bits on one of 15, one of 2 bits on "
    "one of 3, for the levels lie evenly on both sides of zero.",
    "The vendor's quantizer has snapped the real network to those levels, with the ranges of its "
    "activations from the gallery's photos: choose a pair of bits, and the network answers again.",
    "Tuning it with the quantizer in the loop takes hours, so what that mends comes from a stored "
    "study.",
)
ANSWERS = "qana.walkthrough.bit_widths_job:answer_subset"
LOGITS = "qana.walkthrough.bit_widths_job:answer_photo"
RARE = ("df", "vasc", "akiec")


def show(photo: WalkthroughPhoto) -> None:
    """Draws the chapter.

    Args:
        photo: the visitor's photo.
    """
    with st.container(horizontal=True, gap="medium"):
        weights = st.segmented_control(
            "Bits of the weights",
            CHOICES,
            default=4,
            required=True,
            key="weight_bits",
            bind="query-params",
        )
        activations = st.segmented_control(
            "Bits of the activations",
            CHOICES,
            default=4,
            required=True,
            key="activation_bits",
            bind="query-params",
        )
    st.caption(
        "The first layer's weights keep 8 bits, as the vendor has it, and so do sums without a "
        "rectifier (ReLU), which makes negative sums zero. The converter takes weights of 8 and 4 "
        "bits; those of 2 are held in 4. The simulator computes every pair, but this network maps "
        "to a chip with 8/8 alone: its layers without a rectifier give 8 bits, and no chip has "
        "that with weights of 4."
    )
    bits = (weights, activations)
    before, found = _get_answers(photo, bits)
    if before and found:
        _show_answers(before, found, f"{weights}/{activations}", photo)
        left, right = st.columns(2, gap="large")
        with left:
            show_weights(found)
        with right:
            _show_photo(photo, bits, f"{weights}/{activations}")
    try:
        study = next((study for study in read_studies() if study.study == "bits"), None)
        show_tuning(study, photo.classifier.entry)
    except UserError as error:
        st.error(str(error), icon=":material/error:")


def _get_answers(
    photo: WalkthroughPhoto, bits: Bits
) -> tuple[QuantizedAnswers | None, QuantizedAnswers | None]:
    """Gets the answers in float and with a pair of bits; None for what is still computed."""
    if stored := get_stored(photo):
        return stored.float_answers, stored.answers[bits]
    before = get_result(ANSWERS, weight_bits=0, activation_bits=0)
    if before is None:
        return None, None
    return before, get_result(ANSWERS, weight_bits=bits[0], activation_bits=bits[1])


@st.cache_resource(show_spinner="Asking the deployed network")
def _answer_subset(sha256: str, _classifier: AkidaClassifier) -> np.ndarray:
    """Classifies the balanced subset with the network of this hash, once for all visitors."""
    return _classifier.logits(load_balanced_subset()[0])


def _show_answers(
    before: QuantizedAnswers, found: QuantizedAnswers, name: str, photo: WalkthroughPhoto
) -> None:
    entry = photo.classifier.entry
    _photos, labels = load_balanced_subset()
    stored = get_stored(photo)
    deployed = stored.deployed if stored else _answer_subset(entry.sha256, photo.classifier)
    series = {
        "float": before.logits,
        f"{name}, not tuned": found.logits,
        f"{entry.weight_bits}/{entry.activation_bits}, tuned: deployed": deployed,
    }
    right = {form: count_correct_by_class(logits, labels) for form, logits in series.items()}
    form = f"{name}, not tuned"
    count, rare = sum(right[form].values()), sum(right[form][code] for code in RARE)
    figure, number = st.columns([3, 2], gap="large", vertical_alignment="center")
    with number:
        show_number(
            f"Right answers at {name} bits",
            f"{count} of {len(labels)}",
            f"Of the rare classes ({', '.join(RARE)}) {rare} of {len(RARE) * PER_CLASS}; in float "
            f"{sum(right['float'].values())} of all: {PER_CLASS} test lesions of each class, run "
            f"through the network after a quantization of {found.seconds:.0f} s.",
        )
    show_chart(_draw_by_class(right), alt=_describe(right), place=figure)


def _draw_by_class(right: dict[str, dict[str, int]]) -> alt.Chart:
    forms = list(right)
    rows = [
        {"class": BY_CODE[code].name, "network": form, "right": count}
        for form, counts in right.items()
        for code, count in counts.items()
    ]
    return (
        make_chart(rows)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            y=alt.Y("class:N", sort=None, title=None, axis=alt.Axis(labelLimit=150)),
            yOffset=alt.YOffset("network:N", sort=forms),
            x=alt.X(
                "right:Q",
                title=f"right of {PER_CLASS}",
                scale=alt.Scale(domain=(0, PER_CLASS)),
                axis=alt.Axis(tickMinStep=3),
            ),
            color=alt.Color(
                "network:N", sort=forms, title=None, legend=make_legend(one_column=True)
            ),
            tooltip=[alt.Tooltip("network:N"), alt.Tooltip("class:N"), alt.Tooltip("right:Q")],
        )
        .properties(height=230, autosize=PLOT_HEIGHT)
    )


def _describe(right: dict[str, dict[str, int]]) -> str:
    return f"Right answers of {PER_CLASS} in each class. " + "; ".join(
        f"{form}: " + ", ".join(f"{code} {count}" for code, count in counts.items())
        for form, counts in right.items()
    )


def _answer_photo(
    photo: WalkthroughPhoto, bits: Bits
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Gets the logits in float and with a pair of bits; None for what is still computed."""
    inputs = photo.prediction.inputs
    if stored := get_stored(photo):
        network, _highest = get_float_network(photo)
        return (
            photo.remember("float", lambda: network.compute_logits(inputs[None])[0]),
            photo.remember(("bits", bits), lambda: stored.answer_photo(inputs, bits)),
        )
    before = get_result(LOGITS, photo, weight_bits=0, activation_bits=0)
    if before is None:
        return None, None
    return before, get_result(LOGITS, photo, weight_bits=bits[0], activation_bits=bits[1])


def _show_photo(photo: WalkthroughPhoto, bits: Bits, name: str) -> None:
    st.subheader("The answer for your photo", anchor=False)
    try:
        before, found = _answer_photo(photo, bits)
    except UserError as error:
        st.warning(str(error), icon=":material/warning:")
        return
    if before is None or found is None:
        return
    forms = ["float", f"{name} bits"]
    rows = [
        {"class": BY_CODE[code].name, "network": form, "logit": float(value)}
        for form, logits in zip(forms, (before, found), strict=True)
        for code, value in zip(LABELS, logits, strict=True)
    ]
    chart = (
        make_chart(rows)
        .mark_point(filled=True, size=90, opacity=1)
        .encode(
            x=alt.X("logit:Q", title="logit", axis=alt.Axis(tickCount=5)),
            y=alt.Y("class:N", sort=None, title=None, axis=alt.Axis(labelLimit=150)),
            color=alt.Color("network:N", sort=forms, title=None, legend=make_legend()),
            shape=alt.Shape("network:N", sort=forms, title=None, legend=make_legend()),
            tooltip=[
                alt.Tooltip("network:N"),
                alt.Tooltip("class:N"),
                alt.Tooltip("logit:Q", format=".2f"),
            ],
        )
        .properties(height=210, autosize=PLOT_HEIGHT)
    )
    chosen = [BY_CODE[LABELS[int(logits.argmax())]].name for logits in (before, found)]
    show_chart(
        chart,
        alt="Logits. " + "; ".join(f"{r['network']} {r['class']} {r['logit']:.1f}" for r in rows),
    )
    same = chosen[0] == chosen[1]
    st.caption(
        f"The float network answers {chosen[0].lower()}. At {name} bits "
        f"{'the answer stays' if same else f'it answers {chosen[1].lower()}'}."
    )

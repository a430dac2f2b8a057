"""Shows the chapter on bits: the vendor's quantizer at any width, on the real float network."""

import altair as alt
import numpy as np
import streamlit as st

from qana.classes import BY_CODE, LABELS
from qana.data.balanced_subset import PER_CLASS, load_balanced_subset
from qana.errors import UserError
from qana.evaluation.report_files import read_studies
from qana.walkthrough.bit_widths import (
    CHOICES,
    LAYERS,
    QuantizedAnswers,
    WeightLevels,
    count_correct_by_class,
)
from ui.charts import PLOT_HEIGHT, make_legend
from ui.convert.chapter import show_number
from ui.convert.job_results import get_result
from ui.convert.photo import WalkthroughPhoto
from ui.convert.study_results import show_tuning

TITLE = "Bits"
IDEA = (
    "A weight of 8 bits stands on one of 255 levels, one of 4 bits on one of 15, one of 2 bits on "
    "one of 3, for the levels lie evenly on both sides of zero.",
    "Choose, and the vendor's quantizer snaps the real network to those levels, takes the ranges "
    "of its activations from the gallery's photos, and the network is asked again.",
    "Tuning it with the quantizer in the loop takes hours, so what that mends comes from a stored "
    "study.",
)
ANSWERS = "qana.walkthrough.bit_widths_job:answer_subset"
LOGITS = "qana.walkthrough.bit_widths_job:answer_photo"
FLOAT = {"weight_bits": 0, "activation_bits": 0}
RARE = ("df", "vasc", "akiec")
RAW, SNAPPED = "before", "on its level"


def show(photo: WalkthroughPhoto) -> None:
    """Draws the chapter.

    Args:
        photo: the visitor's photo.
    """
    with st.container(horizontal=True, gap="medium"):
        weights = st.segmented_control(
            "Bits of the weights", CHOICES, default=4, required=True, key="weight_bits"
        )
        activations = st.segmented_control(
            "Bits of the activations", CHOICES, default=4, required=True, key="activation_bits"
        )
    st.caption(
        "The first layer's weights keep 8 bits, and so do sums without a rectifier, as the vendor "
        "has it. Akida 2.0 takes 8/8 and 4/4; the other pairs run in Keras alone. At 4/4 this "
        "network converts but lies on no chip: its layers without a rectifier give 8 bits, and the "
        "hardware does not have that with weights of 4."
    )
    bits = {"weight_bits": weights, "activation_bits": activations}
    before = get_result(ANSWERS, **FLOAT)
    found = get_result(ANSWERS, **bits) if before else None
    if before and found:
        _show_answers(before, found, f"{weights}/{activations}", photo)
        left, right = st.columns(2, gap="large")
        with left:
            _show_weights(found)
        with right:
            _show_photo(photo, bits, f"{weights}/{activations}")
    try:
        study = next((study for study in read_studies() if study.study == "bits"), None)
        show_tuning(study, photo.classifier.entry)
    except UserError as error:
        st.error(str(error), icon=":material/error:")


def _show_answers(
    before: QuantizedAnswers, found: QuantizedAnswers, name: str, photo: WalkthroughPhoto
) -> None:
    entry = photo.classifier.entry
    photos, labels = load_balanced_subset()
    series = {
        "float": before.logits,
        f"{name}, not tuned": found.logits,
        f"{entry.weight_bits}/{entry.activation_bits}, tuned: deployed": photo.classifier.logits(
            photos
        ),
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
            f"{sum(right['float'].values())} of all. Computed here: {PER_CLASS} test lesions of "
            f"each class, quantized in {found.seconds:.0f} s here.",
        )
    figure.altair_chart(_draw_by_class(right), alt=_describe(right))


def _draw_by_class(right: dict[str, dict[str, int]]) -> alt.Chart:
    forms = list(right)
    rows = [
        {"class": BY_CODE[code].name, "network": form, "right": count}
        for form, counts in right.items()
        for code, count in counts.items()
    ]
    return (
        alt.Chart(alt.InlineData(rows))
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
            tooltip=["network:N", "class:N", "right:Q"],
        )
        .properties(height=230, autosize=PLOT_HEIGHT)
    )


def _describe(right: dict[str, dict[str, int]]) -> str:
    return f"Right answers of {PER_CLASS} in each class. " + "; ".join(
        f"{form}: " + ", ".join(f"{code} {count}" for code, count in counts.items())
        for form, counts in right.items()
    )


def _show_weights(found: QuantizedAnswers) -> None:
    st.subheader("Weights on their levels", anchor=False)
    name = st.selectbox(
        "Layer",
        list(LAYERS),
        format_func=lambda layer: f"{layer}: {LAYERS[layer]}",
        key="bits_layer",
    )
    levels = found.weights[name]
    total = int(levels.after.sum())
    st.altair_chart(
        _draw_weights(levels),
        alt=f"{total:,} weights of {name} stand on {levels.used} of {len(levels.levels)} levels; "
        f"{levels.after[len(levels.levels) // 2] / total:.0%} on zero.",
    )
    st.caption(
        f"{total:,} weights, in steps of their own channel's scale; {levels.used} of "
        f"{len(levels.levels)} levels are used, {levels.after[len(levels.levels) // 2] / total:.0%}"
        f" of the weights become zero; they move by {levels.moved:.2f} steps (root mean square)."
    )


def _draw_weights(levels: WeightLevels) -> alt.LayerChart:
    total, width = levels.after.sum(), np.diff(levels.edges)[0]
    cloud = [
        {"step": float(middle), "share": float(count / total / width), "weights": RAW}
        for middle, count in zip(levels.edges[:-1] + width / 2, levels.before, strict=True)
    ]
    bars = [
        {"step": int(level), "share": float(count / total), "weights": SNAPPED}
        for level, count in zip(levels.levels, levels.after, strict=True)
    ]
    x = alt.X("step:Q", title="steps", scale=alt.Scale(nice=False), axis=alt.Axis(format="d"))
    colour = alt.Color("weights:N", sort=[RAW, SNAPPED], title=None, legend=make_legend())
    tooltip = ["step:Q", alt.Tooltip("share:Q", format=".1%")]
    area = (
        alt.Chart(alt.InlineData(cloud))
        .mark_area(opacity=0.35, interpolate="step")
        .encode(x=x, y=alt.Y("share:Q", title="share of a step", axis=None), color=colour)
    )
    sticks = (
        alt.Chart(alt.InlineData(bars))
        .mark_bar(size=1 if len(bars) > 64 else 240 / len(bars) / 4)
        .encode(x=x, y="share:Q", color=colour, tooltip=tooltip)
    )
    return (area + sticks).properties(height=210, autosize=PLOT_HEIGHT)


def _show_photo(photo: WalkthroughPhoto, bits: dict[str, int], name: str) -> None:
    st.subheader("The answer for your photo", anchor=False)
    before = get_result(LOGITS, photo, **FLOAT)
    found = get_result(LOGITS, photo, **bits) if before is not None else None
    if before is None or found is None:
        return
    forms = ["float", f"{name} bits"]
    rows = [
        {"class": BY_CODE[code].name, "network": form, "logit": float(value)}
        for form, logits in zip(forms, (before, found), strict=True)
        for code, value in zip(LABELS, logits, strict=True)
    ]
    chart = (
        alt.Chart(alt.InlineData(rows))
        .mark_point(filled=True, size=90, opacity=1)
        .encode(
            x=alt.X("logit:Q", title="logit", axis=alt.Axis(tickCount=5)),
            y=alt.Y("class:N", sort=None, title=None, axis=alt.Axis(labelLimit=150)),
            color=alt.Color("network:N", sort=forms, title=None, legend=make_legend()),
            shape=alt.Shape("network:N", sort=forms, title=None, legend=make_legend()),
            tooltip=["network:N", "class:N", alt.Tooltip("logit:Q", format=".2f")],
        )
        .properties(height=210, autosize=PLOT_HEIGHT)
    )
    chosen = [BY_CODE[LABELS[int(logits.argmax())]].name for logits in (before, found)]
    st.altair_chart(
        chart,
        alt="Logits. " + "; ".join(f"{r['network']} {r['class']} {r['logit']:.1f}" for r in rows),
    )
    same = chosen[0] == chosen[1]
    st.caption(
        f"The float network answers {chosen[0].lower()}. At {name} bits "
        f"{'the answer stays' if same else f'it answers {chosen[1].lower()}'}."
    )

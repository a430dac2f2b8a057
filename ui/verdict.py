"""Shows the answer to a photo, with the source of each number."""

from collections.abc import Callable
from html import escape

import streamlit as st

from qana.classes import BY_CODE, CLASSES
from qana.inference.diagnosis import UNSURE, Diagnosis
from qana.inference.events import LayerEvents
from qana.inference.prediction import Prediction
from qana.inference.probabilities import format_percent
from ui.answered_photo import AnsweredPhoto
from ui.disclaimer import show_disclaimer
from ui.explain.answer_square import show_map_switch, show_small_square, show_square
from ui.explain.session import ExplainSession
from ui.named_features import show_named_features
from ui.provenance import show_backend, show_model
from ui.report_buttons import show_report_buttons
from ui.scrolling import scroll_to_top
from ui.similar_cases import show_similar_cases

EVENTS_HELP = (
    "An Akida layer sends only the values that are not zero. Each of them is an event. Zeros cost "
    "nothing, so a photo with fewer events is less work for the chip. A dense network computes "
    "with every value. The events are counted in BrainChip's simulator, which computes the same "
    "integers as the chip."
)
FACE = 116
"""Width of the picture next to the headline on a phone, pixels."""
MALIGNANT_CLASSES = ", ".join(lesion.name.lower() for lesion in CLASSES if lesion.malignant)
MALIGNANT_HELP = f"The sum of the probabilities of {MALIGNANT_CLASSES}."


def show_verdict(answer: AnsweredPhoto, restart: Callable[[], None]) -> None:
    """Shows the answer to a photo.

    Args:
        answer: the photo with its diagnosis, which names the network that is shown.
        restart: called when the visitor asks for the next photo.
    """
    diagnosis, prediction, recorded = answer.diagnosis, answer.prediction, answer.recorded
    words, picture = st.columns([5, 2], gap="large", vertical_alignment="top")
    with words:
        with st.container(horizontal=True, vertical_alignment="center", key="headline"):
            # On a phone the columns are stacked, so a small picture stands next to the text.
            with st.container(width=FACE, key="face"):
                show_small_square(diagnosis, FACE)
            with st.container(gap="xxsmall"):
                _show_headline(prediction)
        show_map_switch(diagnosis)
        for problem in diagnosis.problems:
            st.warning(problem.message, icon=":material/warning:")
        with st.container(gap="xsmall"):
            for guess, share in prediction.top:
                st.progress(share, text=f"{BY_CODE[guess].name} **{format_percent(share)}**")
        with st.container(border=True, gap="xsmall"):
            malignant = format_percent(prediction.malignant_probability)
            st.markdown(f"**Needs a professional look: {malignant}**", help=MALIGNANT_HELP)
            st.caption("A low number does not rule anything out.")
        if recorded:
            st.markdown(
                f"The data set records **{BY_CODE[recorded].name.lower()}** for this photo."
            )
        _show_badges(diagnosis, prediction)
        with st.container(horizontal=True, key="thumb"):
            st.button("Scan another", icon=":material/arrow_back:", on_click=restart)
            if st.button("Explain this", icon=":material/troubleshoot:", type="primary"):
                st.session_state.explained = ExplainSession(answer)
                st.switch_page("pages/explain.py")
            show_report_buttons(answer)
        show_disclaimer(diagnosis.classifier.entry)
    with picture:
        show_square(diagnosis, answer.sample.attribution if answer.sample else None)
    show_similar_cases(diagnosis)
    show_named_features(diagnosis)
    with st.expander("Where the events came from", icon=":material/bar_chart:"):
        st.html(_events_table(prediction.layers))
    scroll_to_top(f"verdict{id(answer)}")


def _show_headline(prediction: Prediction) -> None:
    if prediction.unsure:
        st.caption("No class is likely enough")
        st.header("Not sure", anchor=False)
        st.caption(UNSURE + " The most likely classes are:")
        return
    code, probability = prediction.top[0]
    lesion = BY_CODE[code]
    st.caption("Looks most like")
    st.header(f"{lesion.name}, {format_percent(probability)}", anchor=False)
    clinical = "" if lesion.clinical == lesion.name else f" {lesion.clinical}."
    st.caption(lesion.about + clinical)


def _show_badges(diagnosis: Diagnosis, prediction: Prediction) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        show_backend(diagnosis.backend, diagnosis.device)
        show_model(diagnosis.classifier.entry)
        st.badge(
            f"{prediction.latency_ms:.0f} ms measured here",
            icon=":material/timer:",
            color="gray",
            help="Time that the Akida engine took on this machine. The simulator's time does not "
            "predict the time on a chip.",
        )
        st.badge(
            f"{1 - prediction.sparsity:.0%} of a dense network's values",
            icon=":material/bolt:",
            color="orange",
            help=EVENTS_HELP,
        )
        st.badge(f"{prediction.events:,} events", color="gray", help=EVENTS_HELP)


def _events_table(layers: tuple[LayerEvents, ...]) -> str:
    most = max((layer.events for layer in layers), default=1) or 1
    rows = "".join(
        f"<tr><th scope='row' style='text-align:left;font-weight:400;padding-right:1rem'>"
        f"{escape(layer.name).replace('_', '_<wbr>')}</th>"
        f"<td style='text-align:right;padding-right:1rem'>{layer.events:,}</td>"
        f"<td style='text-align:right;padding-right:1rem'>{layer.sparsity:.0%}</td>"
        f"<td style='width:25%'><div aria-hidden='true' style='height:.6rem;border-radius:.3rem;"
        f"background:currentColor;opacity:.55;width:{100 * layer.events / most:.1f}%'></div></td>"
        "</tr>"
        for layer in layers
    )
    return (
        "<div style='overflow-x:auto'><table style='width:100%;font-size:.8rem'>"
        "<caption style='text-align:left'>Events of each layer for this photo</caption>"
        "<thead><tr><th style='text-align:left'>Layer</th><th style='text-align:right;"
        "padding-right:1rem'>Events</th><th style='text-align:right;padding-right:1rem'>Silent"
        f"</th><td></td></tr></thead><tbody>{rows}</tbody></table></div>"
    )

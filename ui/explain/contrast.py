"""Shows why the network prefers one class to another on a photo."""

import streamlit as st

from qana.classes import BY_CODE, LABELS
from qana.errors import ExplanationError, ModelError
from qana.explanation.class_contrast import ClassContrast, contrast_classes
from qana.explanation.heatmap import overlay_difference
from qana.inference.probabilities import format_percent
from ui.explain.session import ExplainSession
from ui.similar_cases import draw_cases

WIDTH = 280
"""Side of the picture, pixels."""
LINEAR = (
    "The last layer of the network is linear, so the difference of two logits is a sum over the "
    "places of the photo, plus a constant of the network."
)
NEAREST = " The two lesions are the nearest training lesions with these recorded diagnoses."
CAPTION = "Orange areas support {first} more, purple areas support {second} more."


def show_contrast(session: ExplainSession, opacity: float) -> None:
    """Shows the difference of the maps of two classes, and the nearest case of each.

    Args:
        session: with the answer.
        opacity: of the strongest place of the map, 0 to 1.
    """
    probabilities = session.prediction.probabilities
    order = sorted(range(len(LABELS)), key=lambda label: -probabilities[label])
    names = {
        code: f"{BY_CODE[code].name}, {format_percent(probabilities[label])}"
        for label, code in enumerate(LABELS)
    }
    left, right = st.columns(2)
    first = left.selectbox(
        "Why", LABELS, order[0], format_func=names.__getitem__, key="contrast_first"
    )
    second = right.selectbox(
        "and not", LABELS, order[1], format_func=names.__getitem__, key="contrast_second"
    )
    if first == second:
        st.info("Choose two different classes.", icon=":material/info:")
        return
    try:
        contrast = contrast_classes(session.diagnosis, first, second)
    except (ExplanationError, ModelError) as error:
        st.error(str(error), icon=":material/error:")
        return
    caption = CAPTION.format(**_name_classes(contrast))
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=WIDTH):
            picture = overlay_difference(session.diagnosis.square, contrast.difference, opacity)
            st.image(picture, caption=caption, alt=f"The photo under a map. {caption}", width=WIDTH)
        if contrast.cases:
            draw_cases(contrast.cases)
    st.markdown(describe_contrast(contrast))
    st.caption(LINEAR + (NEAREST if contrast.cases else ""))


def describe_contrast(contrast: ClassContrast) -> str:
    """Describes what decides between two classes, in one to three sentences of Markdown."""
    names = _name_classes(contrast)
    ahead, behind = names["first"], names["second"]
    if contrast.total < 0:
        ahead, behind = behind, ahead
    words = (
        f"Places that support {names['first']} more add **{contrast.for_first:.1f}** to its lead, "
        f"places that support {names['second']} more take **{contrast.for_second:.1f}** away, and "
        f"the constant adds **{contrast.bias:+.1f}**. So {ahead} leads {behind} by "
        f"**{abs(contrast.total):.1f}** logits."
    )
    if len(contrast.cases) == 2:
        near = [case.distance for case in contrast.cases]
        nearer = names["first"] if near[0] <= near[1] else names["second"]
        words += (
            f" The nearest case of {nearer} is nearer ({min(near):.3f} against {max(near):.3f})."
        )
    return words


def _name_classes(contrast: ClassContrast) -> dict[str, str]:
    return {
        "first": BY_CODE[contrast.first].name.lower(),
        "second": BY_CODE[contrast.second].name.lower(),
    }

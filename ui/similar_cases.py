"""Shows the training lesions that resemble a photo, by the features of the spiking network."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape

import streamlit as st

from qana.classes import BY_CODE
from qana.data.source_names import TITLES
from qana.errors import ModelError
from qana.explanation.similar_cases import SimilarCase, find_similar
from qana.inference.diagnosis import Diagnosis
from qana.reports.neighbour_facts import describe_neighbours

SHOWN = 5
"""Number of cases."""
SIDE = 108
"""Width of a photo, pixels."""
HELP = (
    "The integers that enter the last layer of the spiking network are compared with those of "
    "training lesions. Cases that look alike to the network may have another diagnosis."
)


def show_similar_cases(diagnosis: Diagnosis) -> None:
    """Shows the nearest training lesions with their recorded diagnoses and their sources.

    A network without reference cases shows nothing.

    Args:
        diagnosis: diagnosis of a photo, with an answer.
    """
    entry = diagnosis.classifier.entry
    if entry.cases is None:
        return
    st.subheader(
        "Similar training lesions",
        anchor=False,
        help=f"{HELP} {describe_neighbours(entry)}".strip(),
    )
    try:
        cases = find_similar(diagnosis, SHOWN)
    except ModelError as error:
        st.error(str(error), icon=":material/error:")
        return
    draw_cases(cases)


def draw_cases(cases: Sequence[SimilarCase]) -> None:
    """Draws cases side by side, with their recorded diagnoses, distances and sources.

    Args:
        cases: at least one.
    """
    with st.container(gap="small"):
        pictures = "".join(map(_draw, cases))
        st.html(
            f"<div role='list' style='display:flex;flex-wrap:wrap;gap:0.75rem'>{pictures}</div>"
        )
        sources = "; ".join(dict.fromkeys(case.attribution for case in cases))
        st.caption(f"The diagnoses are those that the data sets record. Photos: {sources}.")


def _draw(case: SimilarCase) -> str:
    """Draws a case as HTML: its photo, diagnosis, data set and image type."""
    name = escape(BY_CODE[case.label].name)
    source = escape(f"{TITLES[case.source]}, {case.image_type}")
    return (
        f"<figure role='listitem' style='margin:0;width:{SIDE}px'>"
        f"<img src='data:image/webp;base64,{b64encode(case.file).decode()}' width='{SIDE}' "
        f"height='{SIDE}' alt='Photo of a training lesion: {name}' "
        "style='border-radius:0.5rem;display:block'>"
        f"<figcaption style='font-size:0.85rem;line-height:1.3'><b>{name}</b><br>{source}<br>"
        f"distance {case.distance:.3f}</figcaption></figure>"
    )

"""Try: what the head says of a photo, a sample or the visitor's own."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from qana.classes import BY_CODE
from qana.data.samples import Sample
from qana.edge_learning.edge_learner import Answer
from qana.errors import UserError
from qana.imaging import read_image
from ui.camera import show_camera
from ui.gallery import PHOTO_TYPES, show_gallery
from ui.learn.session import LearnSession, escape_markdown, name_class

SAMPLES, CAMERA, UPLOAD = "Samples", "Camera", "Upload"
SAMPLE = "learn_sample"
TO_ANSWER = """<script>
document.querySelector('.st-key-learn_answer')?.scrollIntoView({ block: 'nearest' })
</script>"""
NO_PROBABILITY = (
    "Agreement is no probability: it counts the spikes of the photo that reach the strongest "
    "neurons of a class, of the {connections} connections that they have. The most is the answer."
)


def show_ask(visit: LearnSession) -> None:
    """A photo in, a bar for each class."""
    st.header("Ask it about a photo", anchor=False)
    choice, answer = st.columns([3, 2], gap="large")
    with choice:
        way = st.segmented_control(
            "Which photo?", [SAMPLES, CAMERA, UPLOAD], default=SAMPLES, required=True
        )
        if way == SAMPLES:
            show_gallery(_choose)
            sample = st.session_state.get(SAMPLE)
        elif way == CAMERA:
            taken = show_camera(key=f"learn_ask_camera{visit.shots}")
        else:
            file = st.file_uploader(
                "A photo of one lesion, in the middle of the picture",
                type=PHOTO_TYPES,
                key="learn_ask_upload",
            )
    with answer, st.container(key="learn_answer", gap="xsmall"):
        if way == SAMPLES and sample is not None:
            _ask(visit, sample.image_id, lambda: read_image(sample.path), sample)
        elif way == UPLOAD and file is not None:
            _ask(visit, file.file_id, lambda: read_image(file.getvalue()))
        elif way == CAMERA:
            _ask_camera(visit, taken)
        else:
            st.caption("Choose a photo: what every class answers stands here.")


def _choose(sample: Sample) -> None:
    st.session_state[SAMPLE] = sample


def _ask_camera(visit: LearnSession, taken: bytes | None) -> None:
    """The picture is there for one run; its answer stays until the head changes."""
    if taken is not None:
        visit.asked = None
        visit.shots += 1
        _ask(visit, CAMERA, lambda: read_image(taken))
        if visit.asked is not None:
            st.rerun()
    elif visit.asked and visit.asked[0] == CAMERA:
        if visit.asked[1] is visit.learner.head:
            _show(visit.asked[2])
        else:
            st.caption("The head has changed since the photo was taken: take it again.")


def _ask(
    visit: LearnSession, what: str, read: Callable[[], np.ndarray], sample: Sample | None = None
) -> None:
    """Asks anew only where the photo or the head is another one."""
    head = visit.learner.head
    known = visit.asked is not None and visit.asked[0] == what and visit.asked[1] is head
    if not known:
        try:
            visit.asked = (what, head, visit.learner.recognize(read()))
        except UserError as error:
            st.error(str(error), icon=":material/broken_image:")
            return
    _show(visit.asked[2], sample)
    if not known:
        st.html(TO_ANSWER, unsafe_allow_javascript=True)


def _show(answer: Answer, sample: Sample | None = None) -> None:
    """The strongest first."""
    st.caption("The head calls it")
    st.header(escape_markdown(name_class(answer.name)), anchor=False)
    # A stable sort of the negated: of equals the first stays first, as in the answer.
    for place in np.argsort(-answer.agreement, kind="stable"):
        count = int(answer.agreement[place])
        st.progress(
            count / answer.connections,
            text=f"{escape_markdown(name_class(answer.classes[place]))} **{count}** of {answer.connections}",
        )
    if sample:
        st.markdown(
            f"The data set records **{BY_CODE[sample.label].name.lower()}** for this photo."
        )
    st.caption(NO_PROBABILITY.format(connections=answer.connections))

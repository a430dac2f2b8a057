"""Asks the head about a photo: a sample or the visitor's own."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from qana.classes import BY_CODE
from qana.data.samples import Sample
from qana.edge_learning.edge_learner import Answer
from qana.errors import UserError
from qana.imaging import read_image
from ui.camera import show_camera
from ui.gallery import show_gallery
from ui.learn.session import AskedPhoto, LearnSession
from ui.scrolling import scroll_into_view
from ui.uploads import MAX_PHOTO_MB
from ui.visitor_text import escape_markdown, name_class

SAMPLES, CAMERA, UPLOAD = "Samples", "Camera", "Upload"
SAMPLE = "learn_sample"
ANSWER = "learn_answer"
"""Key of the container with the answer."""
NO_PROBABILITY = (
    "Agreement is no probability. It counts the spikes of the photo that reach the strongest "
    "neurons of a class, out of their {connections} connections. The class with the highest count "
    "is the answer."
)


def show_ask(session: LearnSession) -> None:
    """Lets the visitor choose a photo and shows the agreement with each class."""
    st.header("Ask it about a photo", anchor=False)
    choice, answer = st.columns([3, 2], gap="large")
    with choice:
        source = st.segmented_control(
            "Which photo?", [SAMPLES, CAMERA, UPLOAD], default=SAMPLES, required=True
        )
        if source == SAMPLES:
            show_gallery(_choose)
            sample = st.session_state.get(SAMPLE)
        elif source == CAMERA:
            taken = show_camera(key=f"learn_ask_camera{session.camera_number}")
        else:
            # Its `type` would refuse names without an extension; reading names what it refuses.
            file = st.file_uploader(
                "A photo of one lesion, in the middle of the picture",
                max_upload_size=MAX_PHOTO_MB,
                key="learn_ask_upload",
            )
    with answer, st.container(key=ANSWER, gap="xsmall"):
        if source == SAMPLES and sample is not None:
            _ask(session, sample.image_id, lambda: read_image(sample.path), sample)
        elif source == UPLOAD and file is not None:
            _ask(session, file.file_id, lambda: read_image(file.getvalue()))
        elif source == CAMERA:
            _ask_camera(session, taken)
        else:
            st.caption("Choose a photo: what every class answers appears here.")


def _choose(sample: Sample) -> None:
    st.session_state[SAMPLE] = sample


def _ask_camera(session: LearnSession, taken: bytes | None) -> None:
    """Asks about a photo of the camera, whose picture lasts for one run of the page."""
    if taken is not None:
        session.asked = None
        session.camera_number += 1
        _ask(session, CAMERA, lambda: read_image(taken))
        if session.asked is not None:
            st.rerun()
    elif session.asked and session.asked.key == CAMERA:
        if session.asked.head is session.learner.head:
            _show(session.asked.answer)
        else:
            st.caption("The head has changed since the photo was taken: take it again.")


def _ask(
    session: LearnSession, key: str, read: Callable[[], np.ndarray], sample: Sample | None = None
) -> None:
    """Shows the answer to a photo, and asks again if the photo or the head has changed."""
    head = session.learner.head
    known = session.asked is not None and session.asked.key == key and session.asked.head is head
    if not known:
        try:
            session.asked = AskedPhoto(key, head, session.learner.recognize(read()))
        except UserError as error:
            st.error(str(error), icon=":material/broken_image:")
            return
    _show(session.asked.answer, sample)
    if not known:
        scroll_into_view(ANSWER)


def _show(answer: Answer, sample: Sample | None = None) -> None:
    """Shows the agreement with each class, the strongest first."""
    st.caption("The head calls it")
    st.header(escape_markdown(name_class(answer.name)), anchor=False)
    # The sort is stable, so of equal classes the first one stays first, as in the answer.
    for place in np.argsort(-answer.agreement, kind="stable"):
        count = int(answer.agreement[place])
        name = escape_markdown(name_class(answer.classes[place]))
        st.progress(count / answer.connections, text=f"{name} **{count}** of {answer.connections}")
    if sample:
        st.markdown(
            f"The data set records **{BY_CODE[sample.label].name.lower()}** for this photo."
        )
    st.caption(NO_PROBABILITY.format(connections=answer.connections))

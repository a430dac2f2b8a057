"""Scan: a photo from the camera, a file or the gallery becomes a verdict of the spiking network."""

from pathlib import Path

import streamlit as st

from qana.errors import UserError
from qana.imaging import ImageError
from qana.samples import Sample
from qana.scan import scan
from ui.camera import camera
from ui.door import come_through_door
from ui.engine import classifier
from ui.gallery import TYPES, show_gallery
from ui.networks import choose_network, network
from ui.verdict import NOT_A_DEVICE, show_verdict

GALLERY, CAMERA, UPLOAD = "Samples", "Camera", "Upload"
OTHER_DOMAIN = (
    "The network learned from dermatoscopic pictures (a lens on the skin, with its own light). A "
    "plain phone photo is another world, in which every published model does worse."
)


def look_at(source: bytes | Path, recorded: str | None = None, insist: bool = False) -> None:
    """Keeps the result, or the reason why there is none, for this visitor."""
    st.session_state.pop("pending", None)
    try:
        result = scan(source, classifier(network()), insist)
    except ImageError as error:
        st.session_state.trouble = str(error)
        return
    st.session_state.trouble = None
    st.session_state.result = result
    st.session_state.recorded = recorded
    if result.prediction is None:
        st.session_state.pending = source


def start_again() -> None:
    """Forgets the photo; a new key makes the browser's upload go too."""
    turn = st.session_state.get("turn", 0) + 1
    for name in ("result", "recorded", "pending", "trouble", "map"):
        st.session_state.pop(name, None)
    st.session_state.turn = turn


def look_at_upload(key: str) -> None:
    """Takes the file that was just chosen."""
    if st.session_state[key] is not None:
        look_at(st.session_state[key].getvalue())


def look_at_sample(sample: Sample) -> None:
    """Takes a photo of the gallery."""
    look_at(sample.path, sample.label)


def show_result() -> None:
    """The photo's problems or its verdict, and the way back."""
    result = st.session_state.result
    if result.prediction is None:
        st.subheader("Not classified yet", anchor=False)
        for problem in result.problems:
            st.warning(problem.message, icon=":material/warning:")
        st.image(result.shown, width=280, alt="The photo, cut to its centre square")
        with st.container(horizontal=True):
            st.button("Take another", on_click=start_again)
            known = (st.session_state.pending, st.session_state.recorded)
            st.button("Classify anyway", on_click=look_at, args=(*known, True))
        return
    st.button("Scan another", icon=":material/arrow_back:", on_click=start_again)
    show_verdict(result, result.prediction, classifier(network()), st.session_state.recorded)


def choose_photo() -> None:
    """The three ways in."""
    if st.session_state.get("trouble"):
        st.error(st.session_state.trouble, icon=":material/broken_image:")
    turn = st.session_state.get("turn", 0)
    with st.container(horizontal=True):
        way = st.segmented_control(
            "Where does the photo come from?",
            [GALLERY, CAMERA, UPLOAD],
            default=GALLERY,
            required=True,
            key="way",
        )
        choose_network()
    if way == GALLERY:
        st.caption(
            "Lesions that the network never saw. Choose one, make your own guess, then look."
        )
        show_gallery(look_at_sample)
        return
    st.caption(OTHER_DOMAIN)
    if way == CAMERA:
        taken = camera(key=f"camera{turn}")
        if taken is not None:
            look_at(taken)
            st.rerun()
    else:
        key = f"upload{turn}"
        st.file_uploader(
            "A photo of one lesion, in the middle of the picture",
            type=TYPES,
            key=key,
            on_change=look_at_upload,
            args=(key,),
        )


come_through_door()
try:
    classifier(network())
except UserError as error:
    st.title("Scan a lesion", anchor=False)
    st.error(str(error), icon=":material/error:")
    choose_network()  # the other one may be whole
    st.stop()

if "result" in st.session_state:
    show_result()
else:
    st.title("Scan a lesion", anchor=False)
    st.markdown("A photo in, a verdict in spikes out. It stays in memory and is never stored.")
    choose_photo()
    st.caption(NOT_A_DEVICE)

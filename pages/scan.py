"""Scan: a photo from the camera, a file or the gallery becomes a verdict of the spiking network."""

from pathlib import Path

import streamlit as st

from qana.errors import UserError
from qana.imaging import ImageError
from qana.samples import ATTRIBUTION, load_samples
from qana.scan import scan
from qana.spiking.classifier import AkidaClassifier, load_classifier
from ui.camera import camera
from ui.verdict import NOT_A_DEVICE, show_verdict

GALLERY, CAMERA, UPLOAD = "Samples", "Camera", "Upload"
TYPES = ["jpg", "jpeg", "png", "webp", "heic", "heif", "avif", "tif", "tiff", "bmp", "gif"]
THUMBNAIL = 108  # pixels; three in a row on a phone
OTHER_DOMAIN = (
    "The network learned from dermatoscopic pictures (a lens on the skin, with its own light). A "
    "plain phone photo is another world, in which every published model does worse."
)


@st.cache_resource(show_spinner="Loading the spiking network")
def classifier() -> AkidaClassifier:
    """One model for all visitors; it answers them one at a time."""
    return load_classifier()


def look_at(source: bytes | Path, recorded: str | None = None, insist: bool = False) -> None:
    """Keeps the result, or the reason why there is none, for this visitor."""
    st.session_state.pop("pending", None)
    try:
        result = scan(source, classifier(), insist)
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
    show_verdict(result, result.prediction, classifier(), st.session_state.recorded)


def choose_photo() -> None:
    """The three ways in."""
    if st.session_state.get("trouble"):
        st.error(st.session_state.trouble, icon=":material/broken_image:")
    turn = st.session_state.get("turn", 0)
    way = st.segmented_control(
        "Where does the photo come from?",
        [GALLERY, CAMERA, UPLOAD],
        default=GALLERY,
        required=True,
        key="way",
    )
    if way == GALLERY:
        show_gallery()
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


def show_gallery() -> None:
    """Test lesions; what they are is told after the verdict."""
    st.caption("Lesions that the network never saw. Choose one, make your own guess, then look.")
    with st.container(horizontal=True, gap="small", key="gallery"):
        for number, sample in enumerate(load_samples(), start=1):
            with st.container(width=THUMBNAIL, gap="xxsmall"):
                st.image(str(sample.path), width=THUMBNAIL, alt=f"Dermatoscopic photo {number}")
                st.button(
                    f"Photo {number}",
                    key=sample.image_id,
                    width="stretch",
                    on_click=look_at,
                    args=(sample.path, sample.label),
                )
    st.caption(f"Samples: {ATTRIBUTION}.")


try:
    classifier()
except UserError as error:
    st.title("Scan a lesion", anchor=False)
    st.error(str(error), icon=":material/error:")
    st.stop()

if "result" in st.session_state:
    show_result()
else:
    st.title("Scan a lesion", anchor=False)
    st.markdown("A photo in, a verdict in spikes out. It stays in memory and is never stored.")
    choose_photo()
    st.caption(NOT_A_DEVICE)

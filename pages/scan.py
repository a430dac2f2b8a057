"""Scan: a photo from the camera, a file or the gallery becomes a verdict of the spiking network."""

import numpy as np
import streamlit as st

from qana.data.samples import Sample
from qana.errors import UserError
from qana.imaging import ImageError, read_image
from qana.imaging.crop import crop_to_box
from qana.inference.diagnosis import diagnose
from ui.answered_photo import AnsweredPhoto
from ui.camera import show_camera
from ui.entry import ensure_app_started
from ui.framing import encode_preview, show_framing
from ui.gallery import PHOTO_TYPES, show_gallery
from ui.model_choice import get_chosen_model, show_network_choice
from ui.shared_models import get_classifier
from ui.verdict import DISCLAIMER, show_verdict

GALLERY, CAMERA, UPLOAD = "Samples", "Camera", "Upload"
OTHER_DOMAIN = (
    "The network learned from dermatoscopic pictures (a lens on the skin, with its own light). A "
    "plain phone photo is another world, in which every published model does worse."
)


def take(data: bytes) -> None:
    """Reads a photo to be framed, or keeps the reason why it cannot be read."""
    try:
        photo = read_image(data)
        st.session_state.photo = (photo, encode_preview(photo))
        forget("trouble")
    except ImageError as error:
        st.session_state.trouble = str(error)


def classify(photo: np.ndarray, sample: Sample | None = None, force: bool = False) -> None:
    """Keeps the answer for this visitor, and the photo only while it has no answer."""
    forget("trouble")
    diagnosis = diagnose(photo, get_classifier(get_chosen_model()), force)
    st.session_state.answer = AnsweredPhoto(diagnosis, sample)
    if diagnosis.prediction is None:
        st.session_state.pending = photo
    else:
        forget("photo", "pending")


def forget(*names: str) -> None:
    """Drops what is kept of this visit."""
    for name in names:
        st.session_state.pop(name, None)


def start_again() -> None:
    """Forgets the photo; a new key makes the browser's upload go too."""
    forget("photo", "answer", "pending", "trouble", "map")
    st.session_state.turn = st.session_state.get("turn", 0) + 1


def take_upload(key: str) -> None:
    """Takes the file that was just chosen."""
    if st.session_state[key] is not None:
        take(st.session_state[key].getvalue())


def classify_sample(sample: Sample) -> None:
    """Classifies a photo of the gallery."""
    classify(read_image(sample.path), sample)


def show_result() -> None:
    """The photo's problems or its verdict, and the way back."""
    answer: AnsweredPhoto = st.session_state.answer
    if answer.diagnosis.status == "rejected":
        st.subheader("Not classified yet", anchor=False)
        for problem in answer.diagnosis.problems:
            st.warning(problem.message, icon=":material/warning:")
        st.image(answer.diagnosis.square, width=280, alt="The photo, cut to its centre square")
        with st.container(horizontal=True, key="thumb"):
            st.button("Take another", on_click=start_again)
            if "photo" in st.session_state:
                st.button("Frame it again", on_click=forget, args=("answer",))
            again = (st.session_state.pending, answer.sample, True)
            st.button("Classify anyway", on_click=classify, args=again)
        return
    show_verdict(answer, start_again)


def frame_photo() -> None:
    """The photo that was taken, to be moved, turned and cut to the lesion before it is judged."""
    st.title("Frame the lesion", anchor=False)
    st.markdown("Fill the circle with it: what is in the square is what the network reads.")
    photo, preview = st.session_state.photo
    frame = show_framing(photo, preview, key=f"framing{st.session_state.get('turn', 0)}")
    if frame is not None:
        classify(crop_to_box(photo, frame))
        st.rerun()
    st.button("Take another", icon=":material/arrow_back:", on_click=start_again)
    st.caption(DISCLAIMER)


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
        show_network_choice()
    if way == GALLERY:
        st.caption(
            "Lesions that the network never saw. Choose one, make your own guess, then look."
        )
        show_gallery(classify_sample)
        return
    if way == CAMERA:
        taken = show_camera(key=f"camera{turn}", at_foot=True)
        if taken is not None:
            take(taken)
            st.rerun()
    else:
        key = f"upload{turn}"
        st.file_uploader(
            "A photo of one lesion, in the middle of the picture",
            type=PHOTO_TYPES,
            key=key,
            on_change=take_upload,
            args=(key,),
        )
    st.caption(OTHER_DOMAIN)


ensure_app_started()
try:
    get_classifier(get_chosen_model())
except UserError as error:
    st.title("Scan a lesion", anchor=False)
    st.error(str(error), icon=":material/error:")
    show_network_choice()  # the other one may be whole
    st.stop()

if "answer" in st.session_state:
    show_result()
elif "photo" in st.session_state:
    frame_photo()
else:
    st.title("Scan a lesion", anchor=False)
    st.markdown("A photo in, a verdict in spikes out. It stays in memory and is never stored.")
    choose_photo()
    st.caption(DISCLAIMER)

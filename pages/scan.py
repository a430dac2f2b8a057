"""Scan: classifies a photo from the camera, a file or the samples with the spiking network."""

import numpy as np
import streamlit as st

from qana.data.samples import Sample
from qana.errors import UserError
from qana.imaging import ImageError, read_image
from qana.imaging.crop import crop_to_box
from qana.inference.classifier import AkidaClassifier
from qana.inference.diagnosis import NOT_A_LESION, diagnose
from qana.reports.gate_facts import describe_gate_errors
from ui.answered_photo import AnsweredPhoto
from ui.camera import show_camera
from ui.disclaimer import show_disclaimer, show_phone_accuracy
from ui.entry import ensure_app_started
from ui.framing import encode_preview, show_framing
from ui.gallery import show_gallery
from ui.model_choice import get_chosen_model, show_network_choice
from ui.scan.history import show_history
from ui.scan.link import clear_link, close_link, read_link, write_link
from ui.scan.show_answer import forget, show_on_scan
from ui.shared_models import get_classifier
from ui.uploads import MAX_PHOTO_MB, open_new_upload
from ui.verdict import show_verdict

SAMPLES, CAMERA, UPLOAD = "Samples", "Camera", "Upload"


def open_photo(data: bytes) -> None:
    """Reads a photo to be framed, or keeps the reason why it cannot be read."""
    try:
        photo = read_image(data)
        st.session_state.photo = (photo, encode_preview(photo))
        forget("scan_error")
    except ImageError as error:
        st.session_state.scan_error = str(error)


def classify(
    photo: np.ndarray,
    classifier: AkidaClassifier,
    sample: Sample | None = None,
    force: bool = False,
) -> None:
    """Classifies a photo and shows its answer."""
    show_on_scan(AnsweredPhoto(diagnose(photo, classifier, force), sample), photo)


def start_again() -> None:
    """Forgets the photo. A new key also clears the browser's upload."""
    forget("photo", "answer", "pending", "scan_error", "map")
    clear_link()
    st.session_state.scan_number = st.session_state.get("scan_number", 0) + 1


def name_uploader() -> str:
    """Names the uploader's key, which is another one for each photo."""
    return f"upload{st.session_state.get('scan_number', 0)}"


def classify_sample(sample: Sample) -> None:
    """Classifies a sample."""
    classify(read_image(sample.path), get_classifier(get_chosen_model()), sample)


def show_result() -> None:
    """Shows the problems of the photo or its verdict, and the buttons that go on."""
    answer: AnsweredPhoto = st.session_state.answer
    write_link(answer)
    if answer.diagnosis.status == "rejected":
        st.subheader("Not classified yet", anchor=False)
        for problem in answer.diagnosis.problems:
            st.warning(problem.message, icon=":material/warning:")
            if problem.kind == NOT_A_LESION.kind:
                st.caption(describe_gate_errors(answer.diagnosis.classifier.entry))
        st.image(answer.diagnosis.square, width=280, alt="The photo, cut to its centre square")
        with st.container(horizontal=True, key="thumb"):
            st.button("Take another photo", on_click=start_again)
            if "photo" in st.session_state:
                st.button("Change the frame", on_click=forget, args=("answer",))
            again = (st.session_state.pending, answer.diagnosis.classifier, answer.sample, True)
            st.button("Classify anyway", on_click=classify, args=again)
        return
    show_verdict(answer, start_again)
    show_history(answer)


def frame_photo() -> None:
    """Lets the visitor move, turn and crop the photo before it is classified."""
    st.title("Frame the lesion", anchor=False)
    st.markdown("Fill the circle with the lesion. The network reads what is in the square.")
    photo, preview = st.session_state.photo
    box = show_framing(photo, preview, key=f"framing{st.session_state.get('scan_number', 0)}")
    if box is not None:
        classify(crop_to_box(photo, box), get_classifier(get_chosen_model()))
        st.rerun()
    st.button("Take another photo", icon=":material/arrow_back:", on_click=start_again)
    show_disclaimer(get_classifier(get_chosen_model()).entry)


def choose_photo() -> None:
    """Offers the samples, the camera and an upload."""
    if st.session_state.get("scan_error"):
        st.error(st.session_state.scan_error, icon=":material/broken_image:")
    number = st.session_state.get("scan_number", 0)
    with st.container(horizontal=True):
        source = st.segmented_control(
            "Where does the photo come from?",
            [SAMPLES, CAMERA, UPLOAD],
            default=SAMPLES,
            required=True,
            key="photo_source",
        )
        show_network_choice()
    if source == SAMPLES:
        st.caption("The network was not trained on these lesions. Make your own guess first.")
        show_gallery(classify_sample)
        return
    if source == CAMERA:
        picture = show_camera(key=f"camera{number}", at_foot=True)
        if picture is not None:
            open_photo(picture)
            st.rerun()
    else:
        # Its `type` would refuse names without an extension; reading names what it refuses.
        st.file_uploader(
            "A photo of one lesion, in the middle of the picture",
            max_upload_size=MAX_PHOTO_MB,
            key=name_uploader(),
        )
    show_phone_accuracy(get_classifier(get_chosen_model()).entry)


def show_entry() -> None:
    """Shows the way to an answer: choose a photo, then frame it."""
    try:
        get_classifier(get_chosen_model())
    except UserError as error:
        st.title("Scan a lesion", anchor=False)
        st.error(str(error), icon=":material/error:")
        show_network_choice()  # another network may work
        return
    if "photo" in st.session_state:
        frame_photo()
        return
    st.title("Scan a lesion", anchor=False)
    st.markdown(
        "The spiking network names the lesion that a photo looks most like. The photo stays in "
        "memory and is never stored."
    )
    choose_photo()
    show_disclaimer(get_classifier(get_chosen_model()).entry)


def open_link() -> None:
    """Classifies the sample that the address names."""
    try:
        link = read_link()
        if link is None:
            return
        if link.model is not None:
            st.session_state.network = link.model
        forget("photo", "map")
        classify_sample(link.sample)
    except UserError as error:
        st.session_state.scan_error = str(error)
    close_link()


ensure_app_started()
open_link()
open_new_upload(name_uploader(), open_photo)
if "answer" in st.session_state:
    show_result()
else:
    show_entry()

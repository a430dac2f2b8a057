"""Explain: shows what in a photo supports an answer, and how far each method can be trusted."""

import streamlit as st

from qana.classes import BY_CODE, LABELS
from qana.data.samples import Sample
from qana.errors import UserError
from qana.explanation.map_job import LAST_LAYER, METHODS, list_layers
from qana.explanation.map_request import (
    AKIDA_MAP,
    AKIDA_METHODS,
    OCCLUSION,
    MapRequest,
    make_akida_request,
)
from qana.imaging import ImageError
from qana.inference.diagnosis import Diagnosis
from qana.inference.probabilities import format_percent
from qana.reports.explanation_report import read_explanations
from ui.disclaimer import show_disclaimer
from ui.entry import ensure_app_started
from ui.explain.comparison import show_comparison
from ui.explain.contrast import show_contrast
from ui.explain.faithfulness import show_faithfulness
from ui.explain.picture import show_picture
from ui.explain.session import (
    ExplainSession,
    open_session,
    prepare_maps_once,
    request_map,
    show_progress,
)
from ui.explain.views import show_drift, show_side_by_side, show_spikes
from ui.gallery import show_gallery
from ui.look_threshold import show_look_threshold
from ui.model_choice import get_chosen_model, show_network_choice
from ui.named_features import show_named_features
from ui.provenance import show_model
from ui.report_buttons import show_report_buttons
from ui.scan.history import list_visit
from ui.scrolling import scroll_to_top
from ui.shared_models import get_classifier
from ui.similar_cases import show_similar_cases
from ui.uploads import MAX_PHOTO_MB, open_new_upload

FORMS = {"quantized": "Quantized, as on Akida", "float": "Float, before quantization"}
METHOD_TEXTS = {
    AKIDA_MAP: "Grad-CAM from the integers of this answer, with no gradient and no second network.",
    OCCLUSION: "Covers one area after the other and measures how the network's answer changes.",
    "Grad-CAM": "Weights the channels of the layer by their mean gradient.",
    "Grad-CAM++": "Works as Grad-CAM, but takes its weights from where the gradient is positive.",
    "LayerCAM": "Weights each position of each channel by its own positive gradient.",
    "Eigen-CAM": "Shows the main direction in which the layer varies. It ignores the class.",
    "Score-CAM": "Runs the network hundreds of times, each time with only one channel visible.",
}


def open_photo(data: bytes, sample: Sample | None = None) -> None:
    """Opens a photo, or keeps the reason why it cannot be read."""
    st.session_state.explain_error = None
    try:
        classifier = get_classifier(get_chosen_model())
        st.session_state.explained = open_session(data, classifier, sample)
    except ImageError as error:
        st.session_state.explain_error = str(error)


def open_sample(sample: Sample) -> None:
    """Opens a sample."""
    open_photo(sample.path.read_bytes(), sample)


def name_uploader() -> str:
    """Names the uploader's key, which is another one for each photo."""
    return f"explain_upload{st.session_state.get('explain_number', 0)}"


def open_scan() -> None:
    """Opens the answer that Scan shows, with the network that gave it."""
    st.session_state.explained = ExplainSession(st.session_state.answer)


def start_again() -> None:
    """Forgets the photo and its maps. A new key also clears the browser's upload."""
    st.session_state.pop("explained", None)
    st.session_state.explain_number = st.session_state.get("explain_number", 0) + 1


def choose_photo() -> None:
    """Offers the photo of Scan, the samples and an upload."""
    st.title("Explain an answer", anchor=False)
    st.markdown(
        "See what in a photo supports the answer, and how far the explanation can be trusted."
    )
    if st.session_state.get("explain_error"):
        st.error(st.session_state.explain_error, icon=":material/broken_image:")
    answer = st.session_state.get("answer")
    if answer is not None and answer.diagnosis.prediction is not None:
        st.button("The photo from Scan", icon=":material/arrow_forward:", on_click=open_scan)
    try:
        get_classifier(get_chosen_model())
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        show_network_choice()  # another network may work
        return
    prepare_maps_once(get_classifier(get_chosen_model()).entry)
    show_network_choice()
    show_gallery(open_sample)
    # Its `type` would refuse names without an extension; reading names what it refuses.
    st.file_uploader(
        "Or upload a photo of one lesion, in the middle of the picture. It stays in memory.",
        max_upload_size=MAX_PHOTO_MB,
        key=name_uploader(),
    )
    show_disclaimer(get_classifier(get_chosen_model()).entry)


def show_answer(diagnosis: Diagnosis) -> None:
    """Shows the answer that is explained. It names a class only if Scan names one."""
    code, probability = diagnosis.top[0]
    if diagnosis.status == "abstained":
        st.header("Not sure", anchor=False)
        st.caption("No class is likely enough. What supports each of them?")
        return
    st.header(f"{BY_CODE[code].name}, {format_percent(probability)}", anchor=False)
    st.caption("The photo looks most like this to the spiking network. Why?")


def choose_map(session: ExplainSession) -> MapRequest:
    """Lets the visitor choose a class and a method, and for grad-cam a network and a layer."""
    probabilities = session.prediction.probabilities.tolist()
    label = st.selectbox(
        "Show what supports",
        range(len(LABELS)),
        index=probabilities.index(max(probabilities)),
        format_func=lambda k: f"{BY_CODE[LABELS[k]].name}, {format_percent(probabilities[k])}",
        key="explain_label",
    )
    method = st.pills(
        "Method",
        [AKIDA_MAP, OCCLUSION, *METHODS],
        default=AKIDA_MAP,
        required=True,
        wrap=True,
        key="explain_method",
    )
    st.caption(METHOD_TEXTS[method])
    if method in AKIDA_METHODS:
        return make_akida_request(method, label)
    left, right = st.columns(2)
    form = left.selectbox("Network", FORMS, format_func=FORMS.__getitem__, key="explain_form")
    layers = list_layers(session.diagnosis.classifier.entry)
    layer = right.selectbox(
        "Layer", layers, index=layers.index(LAST_LAYER), key=f"explain_at_{session.diagnosis.model}"
    )
    return MapRequest(method, form, layer, label)


def show_session(session: ExplainSession) -> None:
    """Shows the answer, its map, and how far the map can be trusted."""
    diagnosis = session.diagnosis
    document = None
    try:
        document = read_explanations()
    except UserError as error:
        st.error(str(error), icon=":material/error:")
    current = document is not None and document.sha256 == diagnosis.sha256
    st.button("Another photo", icon=":material/arrow_back:", on_click=start_again)
    picture, words = st.columns([5, 6], gap="large")
    with words:
        show_answer(diagnosis)
        prepare_maps_once(diagnosis.classifier.entry)
        show_model(diagnosis.classifier.entry)
        request = choose_map(session)
        request_map(session, request)
        show_progress(session)
        show_faithfulness(request.measured_name, document, current)
    with picture:
        opacity = show_picture(session, request)
        with st.container(horizontal=True):
            show_report_buttons(session.answer)
        for problem in diagnosis.problems:
            st.warning(problem.message, icon=":material/warning:")
        scroll_to_top(f"answer{id(session)}")
    remark = "A map shows what the network used, not what is diseased."
    show_disclaimer(diagnosis.classifier.entry, remark)

    show_similar_cases(diagnosis)
    show_named_features(diagnosis)
    st.header("Why not the other?", anchor=False)
    show_contrast(session, opacity)
    st.header("Two photos, two networks", anchor=False)
    show_comparison(session, request.label, opacity)
    st.header("Side by side", anchor=False)
    show_side_by_side(session, request.label, opacity, document if current else None)
    st.header("Float and quantized", anchor=False)
    show_drift(session, request.label, request.layer, opacity, document if current else None)
    st.header("What the spikes see", anchor=False)
    show_spikes(session)
    st.header("From which probability on?", anchor=False)
    show_look_threshold(diagnosis, list_visit(session.answer))
    if session.answer.sample:
        st.caption(f"Photo and outline: {session.answer.sample.attribution}.")


ensure_app_started()
open_new_upload(name_uploader(), open_photo)
if "explained" in st.session_state:
    show_session(st.session_state.explained)
else:
    choose_photo()

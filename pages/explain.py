"""Explain: what in a photo spoke for an answer, by several methods, and how far to believe them."""

import streamlit as st

from qana.classes import BY_CODE, LABELS
from qana.data.samples import Sample
from qana.errors import UserError
from qana.explanation.map_job import LAST_LAYER, METHODS, list_layers
from qana.imaging import ImageError
from qana.inference.diagnosis import Diagnosis
from qana.inference.probabilities import format_percent
from qana.reports.explanation_report import read_explanations
from ui.entry import ensure_app_started, scroll_to_top
from ui.explain.faithfulness import show_faithfulness
from ui.explain.picture import show_picture
from ui.explain.session import (
    AKIDA,
    OCCLUSION,
    ON_AKIDA,
    ExplainSession,
    MapRequest,
    make_akida_request,
    open_session,
    request_map,
    show_progress,
)
from ui.explain.views import show_drift, show_side_by_side, show_spikes
from ui.gallery import PHOTO_TYPES, show_gallery
from ui.model_choice import get_chosen_model, show_network_choice
from ui.provenance import show_model
from ui.shared_models import get_classifier
from ui.verdict import DISCLAIMER

FORMS = {"quantized": "Quantized, as on Akida", "float": "Float, before quantization"}
WHAT = {
    AKIDA: "Grad-CAM from the integers of the spiking network's own answer: no twin, no gradient.",
    OCCLUSION: "Places are covered one after the other, and Akida is asked what it loses.",
    "Grad-CAM": "The layer's channels, weighted by their mean gradient.",
    "Grad-CAM++": "As Grad-CAM, with weights from where the gradient is positive.",
    "LayerCAM": "Each place weighted by its own positive gradient.",
    "Eigen-CAM": "What most of the layer's variation is; it knows no class.",
    "Score-CAM": "Each channel shown alone and the network asked, hundreds of times.",
}


def open_photo(source: bytes, sample: Sample | None = None) -> None:
    """Opens a photo, or keeps the reason why it cannot be read."""
    st.session_state.explain_trouble = None
    try:
        st.session_state.explained = open_session(source, get_chosen_model(), sample)
    except ImageError as error:
        st.session_state.explain_trouble = str(error)


def open_sample(sample: Sample) -> None:
    """Opens a photo of the gallery."""
    open_photo(sample.path.read_bytes(), sample)


def open_upload(key: str) -> None:
    """Opens the file that was just chosen."""
    if st.session_state[key] is not None:
        open_photo(st.session_state[key].getvalue())


def open_scan() -> None:
    """Opens the answer that Scan shows, as it is."""
    st.session_state.explained = ExplainSession(st.session_state.answer)


def start_again() -> None:
    """Forgets the photo and its maps; a new key makes the browser's upload go too."""
    st.session_state.pop("explained", None)
    st.session_state.explain_turn = st.session_state.get("explain_turn", 0) + 1


def choose_photo() -> None:
    """The ways in."""
    st.title("Explain an answer", anchor=False)
    st.markdown("What in the photo spoke for it, and whether that explanation deserves belief.")
    if st.session_state.get("explain_trouble"):
        st.error(st.session_state.explain_trouble, icon=":material/broken_image:")
    answer = st.session_state.get("answer")
    if answer is not None and answer.diagnosis.prediction is not None:
        st.button("The photo of Scan", icon=":material/arrow_forward:", on_click=open_scan)
    show_network_choice()
    key = f"explain_upload{st.session_state.get('explain_turn', 0)}"
    show_gallery(open_sample)
    st.file_uploader(
        "Or a photo of your own, one lesion in the middle; it stays in memory",
        type=PHOTO_TYPES,
        key=key,
        on_change=open_upload,
        args=(key,),
    )
    st.caption(DISCLAIMER)


def show_answer(diagnosis: Diagnosis) -> None:
    """Says what is explained. Where Scan names no class, this page names none either."""
    code, probability = diagnosis.top[0]
    if diagnosis.status == "abstained":
        st.header("Not sure", anchor=False)
        st.caption("The network would rather not say. What spoke for each class?")
        return
    st.header(f"{BY_CODE[code].name}, {format_percent(probability)}", anchor=False)
    st.caption("is what the photo looks most like to the spiking network. Why?")


def choose_map(session: ExplainSession) -> MapRequest:
    """Lets the visitor choose class, method and, for the grad-cam package, network and layer."""
    probabilities = session.prediction.probabilities
    label = st.selectbox(
        "What spoke for",
        range(len(LABELS)),
        index=int(probabilities.argmax()),
        format_func=lambda k: f"{BY_CODE[LABELS[k]].name}, {format_percent(probabilities[k])}",
        key="explain_label",
    )
    method = st.pills(
        "Method",
        [AKIDA, OCCLUSION, *METHODS],
        default=AKIDA,
        required=True,
        wrap=True,
        key="explain_method",
    )
    st.caption(WHAT[method])
    if method in ON_AKIDA:
        return make_akida_request(method, label)
    left, right = st.columns(2)
    form = left.selectbox("Network", FORMS, format_func=FORMS.__getitem__, key="explain_form")
    layers = list_layers(session.diagnosis.classifier.entry)
    layer = right.selectbox(
        "Layer", layers, index=layers.index(LAST_LAYER), key=f"explain_at_{session.diagnosis.model}"
    )
    return MapRequest(method, form, layer, label)


def name_measured(request: MapRequest) -> str:
    """Gives the name under which the faithfulness of a map was measured."""
    if request.method in ON_AKIDA or (request.form == "quantized" and request.layer == LAST_LAYER):
        return AKIDA if request.method == "Grad-CAM" else request.method
    return f"{request.method} of the {request.form} network at {request.layer}"


ensure_app_started()
try:
    get_classifier(get_chosen_model())
    document = read_explanations()
except UserError as error:
    st.title("Explain an answer", anchor=False)
    st.error(str(error), icon=":material/error:")
    show_network_choice()  # another one may be whole
    st.stop()

if "explained" not in st.session_state:
    choose_photo()
    st.stop()

session: ExplainSession = st.session_state.explained
diagnosis = session.diagnosis
current = document is not None and document.sha256 == diagnosis.sha256
st.button("Another photo", icon=":material/arrow_back:", on_click=start_again)
picture, words = st.columns([5, 6], gap="large")
with words:
    show_answer(diagnosis)
    show_model(diagnosis.classifier.entry)
    request = choose_map(session)
    request_map(session, request)
    show_progress(session)
    show_faithfulness(name_measured(request), document, current)
with picture:
    opacity = show_picture(session, request)
    for problem in diagnosis.problems:
        st.warning(problem.message, icon=":material/warning:")
    scroll_to_top("answer")
st.caption(DISCLAIMER + " A map shows what the network used, not what is ill.")

st.header("Side by side", anchor=False)
show_side_by_side(session, request.label, opacity, document if current else None)
st.header("Float against quantized", anchor=False)
show_drift(session, request.label, request.layer, opacity, document if current else None)
st.header("What the spikes see", anchor=False)
show_spikes(session)
if session.answer.sample:
    st.caption(f"Photo and outline: {session.answer.sample.attribution}.")

"""Explain: what in a photo spoke for an answer, by several methods, and how far to believe them."""

import streamlit as st

from qana.classes import BY_CODE, LABELS
from qana.data.samples import ATTRIBUTION, Sample
from qana.errors import UserError
from qana.evaluation.result_files import read_explanations
from qana.explanation.map_job import METHODS
from qana.imaging import ImageError
from qana.inference.probabilities import percent
from qana.network.keras_forms import LAST, LAYERS
from ui.entry import begin_at_top, come_through_door
from ui.explain.faithfulness import show_belief
from ui.explain.picture import show_picture
from ui.explain.session import AKIDA, OCCLUSION, ON_AKIDA, Ask, Board, akida, follow, open_board
from ui.explain.session import request as make
from ui.explain.views import show_drift, show_side_by_side, show_spikes
from ui.gallery import TYPES, show_gallery
from ui.shared_models import classifier
from ui.verdict import NOT_A_DEVICE

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


def open_photo(source: bytes, image_id: str | None = None, recorded: str | None = None) -> None:
    """Puts a photo on the board, or says why it cannot be read."""
    st.session_state.explain_trouble = None
    try:
        st.session_state.board = open_board(source, image_id, recorded)
    except ImageError as error:
        st.session_state.explain_trouble = str(error)


def open_sample(sample: Sample) -> None:
    """Puts a photo of the gallery on the board."""
    open_photo(sample.path.read_bytes(), sample.image_id, sample.label)


def open_upload(key: str) -> None:
    """Puts the file that was just chosen on the board."""
    if st.session_state[key] is not None:
        open_photo(st.session_state[key].getvalue())


def open_scan() -> None:
    """Puts the answer that Scan shows on the board, as it is."""
    result = st.session_state.result
    st.session_state.board = Board(result, result.prediction, None, st.session_state.recorded)


def start_again() -> None:
    """Forgets the photo and its maps; a new key makes the browser's upload go too."""
    st.session_state.pop("board", None)
    st.session_state.explain_turn = st.session_state.get("explain_turn", 0) + 1


def choose_photo() -> None:
    """The ways in."""
    st.title("Explain an answer", anchor=False)
    st.markdown("What in the photo spoke for it, and whether that explanation deserves belief.")
    if st.session_state.get("explain_trouble"):
        st.error(st.session_state.explain_trouble, icon=":material/broken_image:")
    result = st.session_state.get("result")
    if result is not None and result.prediction is not None:
        st.button("The photo of Scan", icon=":material/arrow_forward:", on_click=open_scan)
    key = f"explain_upload{st.session_state.get('explain_turn', 0)}"
    show_gallery(open_sample)
    st.file_uploader(
        "Or a photo of your own, one lesion in the middle; it stays in memory",
        type=TYPES,
        key=key,
        on_change=open_upload,
        args=(key,),
    )
    st.caption(NOT_A_DEVICE)


def show_answer(board: Board) -> None:
    """What is explained; where Scan names no class, nor does this page."""
    code, probability = board.prediction.top[0]
    if board.scan.status == "abstained":
        st.header("Not sure", anchor=False)
        st.caption("The network would rather not say. What spoke for each class?")
        return
    st.header(f"{BY_CODE[code].name}, {percent(probability)}", anchor=False)
    st.caption("is what the photo looks most like to the spiking network. Why?")


def choose_map(board: Board) -> Ask:
    """Class, method and, for the grad-cam package, network and layer."""
    probabilities = board.prediction.probabilities
    label = st.selectbox(
        "What spoke for",
        range(len(LABELS)),
        index=int(probabilities.argmax()),
        format_func=lambda k: f"{BY_CODE[LABELS[k]].name}, {percent(probabilities[k])}",
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
        return akida(method, label)
    left, right = st.columns(2)
    form = left.selectbox("Network", FORMS, format_func=FORMS.__getitem__, key="explain_form")
    layer = right.selectbox("Layer", LAYERS, index=LAYERS.index(LAST), key="explain_at")
    return Ask(method, form, layer, label)


def measured_as(ask: Ask) -> str:
    """The name under which a map's faithfulness was measured."""
    if ask.method in ON_AKIDA or (ask.form == "quantized" and ask.layer == LAST):
        return AKIDA if ask.method == "Grad-CAM" else ask.method
    return f"{ask.method} of the {ask.form} network at {ask.layer}"


come_through_door()
try:
    entry = classifier().entry
    document = read_explanations()
except UserError as error:
    st.title("Explain an answer", anchor=False)
    st.error(str(error), icon=":material/error:")
    st.stop()

if "board" not in st.session_state:
    choose_photo()
    st.stop()

board = st.session_state.board
current = document is not None and document["sha256"] == entry.sha256
st.button("Another photo", icon=":material/arrow_back:", on_click=start_again)
picture, words = st.columns([5, 6], gap="large")
with words:
    show_answer(board)
    ask = choose_map(board)
    make(board, ask)
    follow(board)
    show_belief(measured_as(ask), document, current)
with picture:
    opacity = show_picture(board, ask, entry)
    for problem in board.scan.problems:
        st.warning(problem.message, icon=":material/warning:")
    begin_at_top("answer")
st.caption(NOT_A_DEVICE + " A map shows what the network used, not what is ill.")

st.header("Side by side", anchor=False)
show_side_by_side(board, ask.label, opacity, document if current else None)
st.header("Float against quantized", anchor=False)
show_drift(board, ask.label, ask.layer, opacity, document if current else None)
st.header("What the spikes see", anchor=False)
show_spikes(board)
if board.image_id:
    st.caption(f"Photo and outline: {ATTRIBUTION}.")

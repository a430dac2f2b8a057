"""Shows the chapter on one number: a zoom from the network to a product in the browser."""

import base64
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import runtime

from qana.errors import UserError
from qana.evaluation.report_files import read_studies
from qana.export.integer_network_files import NetworkFiles, pack_network
from qana.inference.classifier import AkidaClassifier
from qana.resources import find_folder
from qana.walkthrough.tuning_study import describe_tuning
from ui.component import register_component
from ui.convert.chapter import show_number
from ui.convert.photo import WalkthroughPhoto

TITLE = "One number"
IDEA = (
    "Everything that the network computes is a sum of integers, and this chapter zooms from the "
    "whole network into one of them: layer, channel, place, product.",
    "This browser computes the same integers as Akida, so you can also change them: fewer bits, "
    "another threshold, a single weight.",
    "An **event** is a number other than zero: Akida sends nothing else. The last seven sums are "
    "the **logits**, and the largest one names the verdict. Watch what becomes of both.",
)
_HERE = Path(__file__).parent
_STYLE = find_folder("static") / "integer_network" / "explorer.css"
_zoom = register_component(_HERE, _STYLE.read_text(encoding="utf-8"))


def show(photo: WalkthroughPhoto) -> None:
    """Draws the chapter.

    Args:
        photo: the visitor's photo.
    """
    sha256 = photo.classifier.entry.sha256
    try:
        files = _pack(sha256, photo.classifier)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    _zoom(
        key=f"zoom_{sha256}",  # a browser that is still open loads other weights anew
        data={
            "network": _serve(files),
            "photo": _encode(photo),
            "at": st.query_params.get("at", ""),
            "study": _describe_study(),
        },
        on_study_change=_open_study,
    )
    numbers = sum(output.size for output in photo.prediction.outputs.values())
    show_number(
        "Numbers that this photo makes",
        f"{numbers:,}",
        "Outputs of all layers. Akida computed them for the verdict; the browser computes them "
        "again, and compares its events and its logits with those of Akida.",
    )


def _open_study() -> None:
    st.query_params.chapter = "bits"


@st.cache_resource(show_spinner=False, max_entries=2)
def _pack(sha256: str, _classifier: AkidaClassifier) -> NetworkFiles:
    """Packs the network of this hash, once for all visitors."""
    return pack_network(_classifier)


def _serve(files: NetworkFiles) -> dict[str, str]:
    """Lets the server serve the files, so that a browser loads them once and keeps them.

    Returns:
        Addresses relative to the app.
    """
    serve = runtime.get_instance().media_file_mgr.add
    description = serve(files.description, "application/json", "integer_network_description")
    integers = serve(files.integers, "application/octet-stream", "integer_network_integers")
    return {"description": description.lstrip("/"), "integers": integers.lstrip("/")}


def _encode(photo: WalkthroughPhoto) -> dict[str, Any]:
    """Encodes the network's input, and what the engine has computed for it."""
    prediction = photo.prediction
    return {
        "pixels": base64.b64encode(prediction.inputs.tobytes()).decode("ascii"),
        "engine": {
            "events": prediction.events,
            "logits": [float(logit) for logit in prediction.logits],
        },
    }


@st.cache_data(show_spinner=False)
def _describe_study() -> str:
    try:
        studies = {table.study: table for table in read_studies()}
    except UserError:  # the chapter on bits explains what is wrong with the studies
        return ""
    return describe_tuning(studies["bits"]) if "bits" in studies else ""

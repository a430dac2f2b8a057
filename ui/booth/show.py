"""Runs the show of the booth: sends scene after scene to the browser, which plays them."""

from pathlib import Path
from typing import Any

import streamlit as st

from qana.bench.photo_cost import PhotoEnergy, estimate_photo_energy, measure_mean_events
from qana.data.samples import ATTRIBUTION, Sample, load_samples
from qana.errors import UserError
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.diagnosis import diagnose
from qana.reports.data_urls import make_data_url
from ui.answered_photo import AnsweredPhoto
from ui.booth.address import find_address, make_qr_code
from ui.booth.mode import reload_regularly, start_session
from ui.booth.scene_player import encode_scene, show_scene_player
from ui.model_choice import get_chosen_model
from ui.shared_models import get_classifier

GUESS_SECONDS, SPIKES_SECONDS, VERDICT_SECONDS = 10.0, 5.0, 10.0
"""Seconds of the three parts of a scene. A guess ends the first part early."""
LOGO = Path("assets/logo_wide.svg")
PAGES = {"scan": None, "compare": "pages/compare.py"}
"""Name of a page that the browser may ask for to its file; None for Scan."""
QUESTION = "What would you say?"
LIMITS = (
    "Not a medical device: for research and teaching only. The photos are test lesions that the "
    f"network has not learned from: {ATTRIBUTION}."
)


def run_show() -> None:
    """Draws the show, which goes on by itself."""
    try:
        classifier = get_classifier(get_chosen_model())
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()
    reload_regularly()
    _show_scenes(classifier)


@st.fragment
def _show_scenes(_classifier: AkidaClassifier) -> None:
    number = st.session_state.setdefault("scene", 0)
    result = show_scene_player(_make_data(number, _classifier), key="scene_player")
    if result.start in PAGES:
        start_session(PAGES[result.start])
        st.rerun()
    if isinstance(result.next, int | float) and int(result.next) != number:
        st.session_state.scene = max(0, int(result.next))
        st.rerun(scope="fragment")


def _make_data(number: int, classifier: AkidaClassifier) -> dict[str, Any]:
    """Makes the record of a scene with the texts around it."""
    address = find_address()
    return {
        "scene": _make_scene(number, classifier.name, classifier.entry.sha256, classifier),
        "seconds": {
            "guess": GUESS_SECONDS,
            "spikes": SPIKES_SECONDS,
            "verdict": VERDICT_SECONDS,
        },
        "logo": make_data_url("image/svg+xml", LOGO.read_bytes()),
        "qr": make_data_url("image/png", make_qr_code(address)) if address else "",
        "address": address or "",
        "invitation": _invite(address),
        "question": QUESTION,
        "limits": LIMITS,
        "keys": st.session_state.get("shows_keys", False),
    }


def _invite(address: str | None) -> str:
    """Writes how a visitor's own phone gets to the app."""
    if address is None:
        return "Choose a sample or upload your own photo."
    if address.startswith("https"):
        return f"Or on your own phone: scan the code, or open {address}."
    return (
        f"Or on your own phone: scan the code, or open {address}, and upload a photo. Its camera "
        "needs an address with https."
    )


def choose_sample(number: int) -> Sample:
    """Chooses the sample of a scene.

    The samples are ordered by class, three each: a step of 4 shows all, with classes mixed.

    Args:
        number: number of the scene, 0 and up.
    """
    samples = load_samples()
    return samples[4 * number % len(samples)]


@st.cache_data(show_spinner=False, max_entries=64)
def _make_scene(
    number: int, name: str, sha256: str, _classifier: AkidaClassifier
) -> dict[str, Any]:
    """Makes a scene once for all windows. The hash is in the key, so new weights make it anew."""
    sample = choose_sample(number)
    diagnosis = diagnose(read_image(sample.path), _classifier, force=True)
    answer = AnsweredPhoto(diagnosis, sample)
    energy = _estimate_energy(name, sha256, answer.prediction.events, _classifier)
    return encode_scene(number, answer, energy)


def _estimate_energy(
    name: str, sha256: str, events: int, classifier: AkidaClassifier
) -> PhotoEnergy | None:
    return estimate_photo_energy(classifier, events, _measure_mean(name, sha256, classifier))


@st.cache_resource(show_spinner=False)
def _measure_mean(name: str, sha256: str, _classifier: AkidaClassifier) -> float:
    """Measures the mean events of a network once."""
    return measure_mean_events(_classifier)

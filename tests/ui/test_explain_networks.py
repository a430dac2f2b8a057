"""Explain answers with each deployed network, for each image type, from each way in."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.data.samples import load_paired_samples, load_phone_samples, load_samples
from qana.imaging import read_image
from qana.inference.classifier import load_classifier
from qana.inference.diagnosis import diagnose
from qana.inference.manifest import read_manifest
from ui.answered_photo import AnsweredPhoto
from ui.explain.comparison import NETWORK, PHOTO
from ui.explain.session import ExplainSession, open_session

PAGE = str(Path(__file__).parents[2] / "pages" / "explain.py")
SAMPLES = {
    "dermoscopic": load_samples()[1],
    "close-up": next(one for one in load_paired_samples() if one.image_type == "close-up"),
    "smartphone": load_phone_samples()[0],
}
SECTIONS = (
    "Why not the other?",
    "Two photos, two networks",
    "Side by side",
    "Float and quantized",
    "What the spikes see",
    "From which probability on?",
)


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.explain.session.can_make_maps", lambda: False)
    st.cache_resource.clear()


def show(session: ExplainSession) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=240)
    page.session_state.explained = session
    page.run()
    assert not page.exception
    assert not page.error
    return page


@pytest.mark.parametrize("image_type", SAMPLES)
@pytest.mark.parametrize("model", [entry.name for entry in read_manifest()])
def test_every_section_is_there(model: str, image_type: str) -> None:
    sample = SAMPLES[image_type]
    session = open_session(sample.path.read_bytes(), load_classifier(model), sample)
    page = show(session)
    headers = [one.value for one in page.header]
    assert [one for one in headers if one in SECTIONS] == list(SECTIONS)
    page.pills(key="compared_with").set_value(PHOTO).run()
    assert not page.exception and not page.error


def test_an_upload_and_the_photo_of_scan_have_the_same_sections() -> None:
    sample, classifier = SAMPLES["smartphone"], load_classifier("akida2")
    uploaded = show(open_session(sample.path.read_bytes(), classifier))
    diagnosis = diagnose(read_image(sample.path), classifier, force=True)
    scanned = show(ExplainSession(AnsweredPhoto(diagnosis)))
    titles = [[one.value for one in page.header] for page in (uploaded, scanned)]
    assert titles[0] == titles[1]
    uploaded.pills(key="compared_with").set_value(NETWORK).run()
    assert not uploaded.exception and not uploaded.error

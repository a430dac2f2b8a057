"""Keeps the photo that a visitor takes through the chapters of Convert."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from qana.classes import BY_CODE
from qana.data.samples import Sample, load_all_samples, load_samples
from qana.data.source_names import TITLES
from qana.imaging import ImageError, read_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.diagnosis import Diagnosis, diagnose, diagnose_again
from qana.inference.manifest import DEFAULT_MODEL
from qana.inference.prediction import Prediction
from qana.jobs.background_worker import Job
from qana.walkthrough.stored_results import compute_digest
from ui.address import read_new_parameter, write_parameter
from ui.answered_photo import AnsweredPhoto
from ui.gallery import show_gallery
from ui.shared_models import get_classifier
from ui.uploads import MAX_PHOTO_MB, open_new_upload

WALKTHROUGH_MODEL = DEFAULT_MODEL
"""The network that the chapters explain."""
FIRST_CLASS = "mel"
"""Class of the sample that is shown first."""
MOST_REMEMBERED = 256
"""Values about a photo that are kept, so that the memory of a session has an end."""
MOST_SAMPLES = 16
"""Samples whose answers are kept for all visitors, a few megabytes each."""
ADDRESS = "photo"
"""Parameter of the page's address that names a sample."""


@dataclass
class WalkthroughPhoto:
    """One visitor's photo. It ends with the visitor's session.

    Attributes:
        answer: the photo with its diagnosis by the network of the walkthrough.
        asked_before: name of the network that answered on Scan, if it was another one.
        jobs: jobs of the background worker about this photo.
        computed: values of `remember`.
    """

    answer: AnsweredPhoto
    asked_before: str | None = None
    jobs: dict[Any, Job] = field(default_factory=dict)
    computed: dict[Any, Any] = field(default_factory=dict)

    @property
    def square(self) -> np.ndarray:
        """(512, 512, 3) uint8 RGB, the square that was classified, at a size for display."""
        return self.answer.diagnosis.square

    @property
    def prediction(self) -> Prediction:
        """The spiking network's answer, with the integers of every layer in `outputs`."""
        return self.answer.prediction

    @property
    def classifier(self) -> AkidaClassifier:
        """The network that gave this answer. Every chapter is about it."""
        return self.answer.diagnosis.classifier

    @property
    def digest(self) -> str:
        """Key of the photo in the stored results; see `compute_digest`."""
        digest: str = self.remember("digest", lambda: compute_digest(self.prediction.inputs))
        return digest

    def remember(self, key: Any, compute: Callable[[], Any]) -> Any:
        """Computes a value about this photo once, until the visitor takes another photo.

        Args:
            key: of the value.
            compute: computes it, in well under a second.
        """
        if key not in self.computed:
            while len(self.computed) >= MOST_REMEMBERED:
                del self.computed[next(iter(self.computed))]
            self.computed[key] = compute()
        return self.computed[key]


def _take(diagnosis: Diagnosis, sample: Sample | None) -> None:
    st.session_state.convert_photo = WalkthroughPhoto(AnsweredPhoto(diagnosis, sample))


@st.cache_resource(show_spinner=False, max_entries=MOST_SAMPLES)
def _diagnose_sample(path: Path, sha256: str) -> Diagnosis:
    """Classifies a sample once for a whole class, with the network of this SHA-256."""
    return diagnose(read_image(path), get_classifier(WALKTHROUGH_MODEL), force=True)


def _take_sample(sample: Sample) -> None:
    sha256 = get_classifier(WALKTHROUGH_MODEL).entry.sha256
    _take(_diagnose_sample(sample.path, sha256), sample)


def open_sample(sample: Sample) -> None:
    """Takes a sample through the chapters, and names it in the address.

    Args:
        sample: the sample.
    """
    _take_sample(sample)
    write_parameter(ADDRESS, sample.image_id)


def _name_uploader() -> str:
    return f"convert_upload{st.session_state.get('convert_number', 0)}"


def _open_upload(data: bytes) -> None:
    try:
        photo = read_image(data)
        _take(diagnose(photo, get_classifier(WALKTHROUGH_MODEL), force=True), None)
        write_parameter(ADDRESS, None)
    except ImageError as error:
        st.session_state.convert_error = str(error)
        return
    # A new key also clears the browser's upload.
    st.session_state.convert_number = st.session_state.get("convert_number", 0) + 1


def _take_scan() -> None:
    """Takes the photo from Scan, and classifies it again if another network answered there."""
    answer: AnsweredPhoto = st.session_state.answer
    write_parameter(ADDRESS, None)
    classifier = get_classifier(WALKTHROUGH_MODEL)
    if answer.diagnosis.sha256 == classifier.entry.sha256:
        st.session_state.convert_photo = WalkthroughPhoto(answer)
        return
    diagnosis = diagnose_again(answer.diagnosis, classifier)
    again = AnsweredPhoto(diagnosis, answer.sample)
    st.session_state.convert_photo = WalkthroughPhoto(again, answer.diagnosis.model)


def get_photo() -> WalkthroughPhoto:
    """Gets the visitor's photo: the sample of the address, or another until there is a choice."""
    open_new_upload(_name_uploader(), _open_upload)
    named = read_new_parameter(ADDRESS)
    asked = next((sample for sample in load_all_samples() if sample.image_id == named), None)
    if asked is not None:
        _take_sample(asked)
    elif "convert_photo" not in st.session_state:
        first = next(sample for sample in load_samples() if sample.label == FIRST_CLASS)
        _take_sample(first)
    photo: WalkthroughPhoto = st.session_state.convert_photo
    return photo


def choose_photo(photo: WalkthroughPhoto) -> None:
    """Shows a small picture of the photo and offers another one.

    Args:
        photo: the current photo.
    """
    error = st.session_state.pop("convert_error", None)
    if error:
        st.error(error, icon=":material/broken_image:")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.image(photo.square, width=64, alt="The photo that goes through the chapters")
        with st.popover("Another photo", icon=":material/photo_camera:"):
            answer = st.session_state.get("answer")
            if answer is not None and answer.diagnosis.prediction is not None:
                st.button("The photo from Scan", icon=":material/arrow_back:", on_click=_take_scan)
            # Its `type` would refuse names without an extension; reading names what it refuses.
            st.file_uploader(
                "A photo of one lesion, in the middle of the picture. It stays in memory.",
                max_upload_size=MAX_PHOTO_MB,
                key=_name_uploader(),
            )
            show_gallery(open_sample)
        st.download_button(
            "Handout",
            lambda: _draw_handout(photo),
            "qana-handout.pdf",
            "application/pdf",
            icon=":material/picture_as_pdf:",
            on_click="ignore",
            help="One page of A4 with this photo: the network, its events, and five questions for "
            "a class.",
        )
        sample = photo.answer.sample
        if sample:
            st.caption(f"{sample.image_id}: {sample.attribution}.")
    if photo.asked_before:
        st.info(
            f"On Scan, {photo.asked_before} answered. The chapters explain "
            f"{photo.classifier.name}, so it has classified the photo again. Its answer may "
            "differ.",
            icon=":material/hub:",
        )


def _draw_handout(photo: WalkthroughPhoto) -> bytes:
    """Draws the handout with the answer that the chapters explain."""
    # Its package takes long to load.
    from qana.reports.handout.content import gather_content_of_prediction
    from qana.reports.handout.page import draw_handout

    sample = photo.answer.sample
    words = f"{BY_CODE[sample.label].name}, {TITLES[sample.source]}" if sample else "Your photo"
    content = gather_content_of_prediction(photo.classifier, photo.prediction, words)
    return draw_handout(content)

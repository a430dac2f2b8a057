"""Keeps the photo that a visitor takes through the chapters of Convert."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from qana.data.samples import Sample, load_samples
from qana.imaging import ImageError, read_image
from qana.inference.classifier import AkidaClassifier, Prediction
from qana.inference.diagnosis import diagnose, diagnose_again
from qana.inference.manifest import DEFAULT_MODEL
from qana.jobs.background_worker import Job
from ui.answered_photo import AnsweredPhoto
from ui.gallery import show_gallery
from ui.shared_models import get_classifier
from ui.uploads import MAX_PHOTO_MB

WALKTHROUGH_MODEL = DEFAULT_MODEL
"""The network that the chapters explain."""
FIRST_CLASS = "mel"
"""Class of the sample that is shown first."""


@dataclass
class WalkthroughPhoto:
    """One visitor's photo. It ends with the visitor's session.

    Attributes:
        answer: the photo with its diagnosis by the network of the walkthrough.
        asked_before: name of the network that answered on Scan, if it was another one.
        jobs: jobs of the background worker about this photo.
    """

    answer: AnsweredPhoto
    asked_before: str | None = None
    jobs: dict[Any, Job] = field(default_factory=dict)

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


def _classify(photo: np.ndarray, sample: Sample | None) -> None:
    diagnosis = diagnose(photo, get_classifier(WALKTHROUGH_MODEL), force=True)
    st.session_state.convert_photo = WalkthroughPhoto(AnsweredPhoto(diagnosis, sample))


def _open_sample(sample: Sample) -> None:
    _classify(read_image(sample.path), sample)


def _open_upload(key: str) -> None:
    if st.session_state[key] is None:
        return
    try:
        _classify(read_image(st.session_state[key].getvalue()), None)
    except ImageError as error:
        st.session_state.convert_error = str(error)
        return
    # A new key also clears the browser's upload.
    st.session_state.convert_number = st.session_state.get("convert_number", 0) + 1


def _take_scan() -> None:
    """Takes the photo from Scan, and classifies it again if another network answered there."""
    answer: AnsweredPhoto = st.session_state.answer
    classifier = get_classifier(WALKTHROUGH_MODEL)
    if answer.diagnosis.sha256 == classifier.entry.sha256:
        st.session_state.convert_photo = WalkthroughPhoto(answer)
        return
    diagnosis = diagnose_again(answer.diagnosis, classifier)
    again = AnsweredPhoto(diagnosis, answer.sample)
    st.session_state.convert_photo = WalkthroughPhoto(again, answer.diagnosis.model)


def get_photo() -> WalkthroughPhoto:
    """Gets the visitor's photo, or a sample until the visitor chooses one."""
    if "convert_photo" not in st.session_state:
        _open_sample(next(sample for sample in load_samples() if sample.label == FIRST_CLASS))
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
            key = f"convert_upload{st.session_state.get('convert_number', 0)}"
            # Its `type` would refuse names without an extension; reading names what it refuses.
            st.file_uploader(
                "A photo of one lesion, in the middle of the picture. It stays in memory.",
                max_upload_size=MAX_PHOTO_MB,
                key=key,
                on_change=_open_upload,
                args=(key,),
            )
            show_gallery(_open_sample)
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

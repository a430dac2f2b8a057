"""The photo that a visitor takes through the chapters."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from qana.data.samples import ATTRIBUTION, Sample, load_samples
from qana.imaging import ImageError
from qana.inference.classifier import Prediction
from qana.inference.diagnosis import Scan, scan
from qana.jobs.background_worker import Job
from ui.gallery import TYPES, show_gallery
from ui.shared_models import get_classifier

FIRST = "mel"
"""Class of the sample that a visitor begins with."""


@dataclass
class Photo:
    """Lives in the session's state, so it is gone with the visitor.

    Attributes:
        scan: `shown` is the square at a size for the eye.
        prediction: the spiking network's answer, with every layer's integers in `outputs`.
        image_id: of a sample; None for a photo of the visitor's own.
        recorded: diagnosis of a sample; None for a photo of the visitor's own.
        jobs: what was asked of the workshop about this photo.
    """

    scan: Scan
    prediction: Prediction
    image_id: str | None
    recorded: str | None
    jobs: dict[Any, Job] = field(default_factory=dict)


def _open(source: bytes | Path, image_id: str | None = None, recorded: str | None = None) -> None:
    try:
        found = scan(source, get_classifier(), force=True)
    except ImageError as error:
        st.session_state.convert_trouble = str(error)
        return
    assert found.prediction is not None
    st.session_state.convert_photo = Photo(found, found.prediction, image_id, recorded)


def _open_sample(sample: Sample) -> None:
    _open(sample.path, sample.image_id, sample.label)


def _open_upload(key: str) -> None:
    if st.session_state[key] is not None:
        _open(st.session_state[key].getvalue())
        # A new key makes the browser's upload go too.
        st.session_state.convert_turn = st.session_state.get("convert_turn", 0) + 1


def _take_scan() -> None:
    result = st.session_state.result
    photo = Photo(result, result.prediction, None, st.session_state.recorded)
    st.session_state.convert_photo = photo


def current_photo() -> Photo:
    """The visitor's photo; a sample until one is chosen."""
    if "convert_photo" not in st.session_state:
        _open_sample(next(sample for sample in load_samples() if sample.label == FIRST))
    photo: Photo = st.session_state.convert_photo
    return photo


def choose_photo(photo: Photo) -> None:
    """The photo in small, and the ways to another one."""
    trouble = st.session_state.pop("convert_trouble", None)
    if trouble:
        st.error(trouble, icon=":material/broken_image:")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.image(photo.scan.shown, width=64, alt="The photo that goes through the chapters")
        with st.popover("Another photo", icon=":material/photo_camera:"):
            result = st.session_state.get("result")
            if result is not None and result.prediction is not None:
                st.button("The photo of Scan", icon=":material/arrow_back:", on_click=_take_scan)
            key = f"convert_upload{st.session_state.get('convert_turn', 0)}"
            st.file_uploader(
                "A photo of your own, one lesion in the middle; it stays in memory",
                type=TYPES,
                key=key,
                on_change=_open_upload,
                args=(key,),
            )
            show_gallery(_open_sample)
        if photo.recorded:  # a sample, whose name Scan does not hand on
            st.caption(f"{photo.image_id or 'Sample'}: {ATTRIBUTION}.")

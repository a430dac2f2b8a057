"""Offers photos to teach with: lesson photos, the camera and files. None is kept."""

from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import NamedTuple

import numpy as np
import streamlit as st

from qana.classes import BY_CODE, LABELS
from qana.data.samples import ATTRIBUTION
from qana.edge_learning.teaching_photos import TeachingPhoto, load_teaching_photos
from qana.imaging import read_image
from ui.camera import show_camera
from ui.learn.session import LearnSession
from ui.uploads import MAX_PHOTO_MB

LESSONS, CAMERA, UPLOAD = "Lesson photos", "Camera", "Upload"
FEW = (1, 5, 10)
CHOSEN = 5
"""Number of lesson photos that are chosen at the start."""
TILE = 64  # pixels; five in a row on a phone
STYLE = """<style>
.st-key-learn_tiles { display: grid; grid-template-columns: repeat(5, minmax(0, 5rem)); gap: .5rem }
.st-key-learn_tiles > div { width: auto; min-width: 0 }
[class*="st-key-learn_tile_"] { position: relative; width: 100% }
[class*="st-key-learn_tile_"] :is(.stElementContainer, .stImage, img) { width: 100% !important }
[class*="st-key-learn_tile_"] img { display: block; aspect-ratio: 1; transition: opacity .15s }
[class*="st-key-learn_tile_"]:not(:has(input:checked)) img { opacity: .38 }
[class*="st-key-learn_tile_"] > :has(.stCheckbox) { position: absolute; inset: 0 }
[class*="st-key-learn_tile_"] .stCheckbox,
[class*="st-key-learn_tile_"] .stCheckbox > label { width: 100%; height: 100%; margin: 0 }
[class*="st-key-learn_tile_"] .stCheckbox > label { align-items: flex-start; padding: .35rem }
</style>"""


class ChosenPhoto(NamedTuple):
    """A photo to learn.

    Attributes:
        name: for error sentences.
        read: gives its (H, W, 3) uint8 RGB pixels, or raises an ImageError.
    """

    name: str
    read: Callable[[], np.ndarray]


def choose_photos(session: LearnSession, name: str) -> tuple[list[ChosenPhoto], bool]:
    """Offers the lesson photos, the camera and an upload.

    Args:
        session: gives the keys of the uploads.
        name: the class that is taught; empty while it has no name.

    Returns:
        The chosen photos, and whether they must be learned at once: the picture of the camera lasts
        for one run of the page.
    """
    source = st.segmented_control(
        "From which photos?",
        [LESSONS, CAMERA, UPLOAD],
        default=LESSONS,
        required=True,
        label_visibility="collapsed",
    )
    if source == LESSONS:
        return _choose_lessons(name), False
    if source == CAMERA:
        return _take_photo(name, session.upload_number)
    # Its `type` would refuse names without an extension; reading names what it refuses.
    files = st.file_uploader(
        "One lesion each, in the middle of the picture; they stay in memory until they are learned",
        accept_multiple_files=True,
        max_upload_size=MAX_PHOTO_MB,
        key=f"learn_upload{session.upload_number}",
    )
    return [ChosenPhoto(file.name, partial(_read, file)) for file in files], False


def _read(file: BytesIO) -> np.ndarray:
    return read_image(file.getvalue())


def _take_photo(name: str, number: int) -> tuple[list[ChosenPhoto], bool]:
    if not name:
        st.caption("Give the new class a name first: each photo is learned as it is taken.")
        return [], False
    st.caption("Each photo is learned as it is taken, and then gone.")
    taken = show_camera(key=f"learn_camera{number}")
    if taken is None:
        return [], False
    return [ChosenPhoto("The photo", lambda: read_image(taken))], True


def _choose_lessons(name: str) -> list[ChosenPhoto]:
    if name not in LABELS:
        name = st.selectbox(
            "Ten photos of which recorded diagnosis?",
            LABELS,
            format_func=lambda code: BY_CODE[code].name,
        )
    lessons = [lesson for lesson in load_teaching_photos() if lesson.label == name]
    keys = [f"learn_lesson_{name}_{number}" for number in range(len(lessons))]
    for number, key in enumerate(keys):
        st.session_state.setdefault(key, number < CHOSEN)
    chosen = _show_tiles(lessons, keys)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption("Choose photos, or take the first", width="content")
        for few in FEW:
            st.button(
                f"{few}",
                help=f"Choose {few} of these photos",
                on_click=_choose,
                args=(keys, few),
                key=f"learn_few_{few}",
            )
    return [
        ChosenPhoto(f"Lesson photo {number}", partial(getattr, lesson, "image"))
        for number, (lesson, ticked) in enumerate(zip(lessons, chosen, strict=True), start=1)
        if ticked
    ]


def _choose(keys: list[str], few: int) -> None:
    for number, key in enumerate(keys):
        st.session_state[key] = number < few


def _show_tiles(lessons: list[TeachingPhoto], keys: list[str]) -> list[bool]:
    """Shows the photos with a checkbox each and returns which ones are checked."""
    st.html(STYLE)
    chosen = []
    with st.container(horizontal=True, key="learn_tiles"):
        for number, (lesson, key) in enumerate(zip(lessons, keys, strict=True), start=1):
            with st.container(width=TILE, gap=None, key=f"learn_tile_{number}"):
                what = f"Lesson photo {number}, {BY_CODE[lesson.label].name}"
                st.image(str(lesson.path), width="stretch", alt=what)
                chosen.append(st.checkbox(what, key=key, label_visibility="collapsed"))
    return chosen


def show_attribution() -> None:
    """Shows the source and licence of the photos."""
    st.caption(f"Lesson photos (training lesions) and held-out lesions: {ATTRIBUTION}.")

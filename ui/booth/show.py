"""Runs the show: sample after sample, first a question and then the verdict."""

import time
from pathlib import Path

import streamlit as st

from qana.classes import BY_CODE
from qana.data.samples import ATTRIBUTION, Sample, load_samples
from qana.errors import UserError
from qana.explanation.answer_map import draw_answer_map
from qana.imaging import read_image
from qana.inference.diagnosis import diagnose
from qana.inference.probabilities import format_percent
from ui.answered_photo import AnsweredPhoto
from ui.booth.address import find_address, make_qr_code
from ui.booth.mode import reload_regularly, start_session
from ui.model_choice import get_chosen_model
from ui.provenance import show_backend, show_model
from ui.shared_models import get_classifier

GUESS_SECONDS, VERDICT_SECONDS = 4, 8
TICK = 1.0
"""Seconds between two checks of the time."""
STYLE = (Path(__file__).parent / "show.css").read_text(encoding="utf-8")
QUESTION = "What would you say?"


def run_show() -> None:
    """Draws the show, which goes on by itself."""
    try:
        get_classifier(get_chosen_model())
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()
    st.html(f"<style>{STYLE}</style>")
    reload_regularly()
    _show_scene()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        _show_invitation()
        _show_controls()
    st.caption(
        "**Not a medical device.** For research and teaching only. Samples: test lesions that the "
        f"network was not trained on, {ATTRIBUTION}."
    )


def _find_scene() -> tuple[Sample, bool]:
    """Finds out which sample is shown now, and whether with its verdict."""
    state = st.session_state
    now = time.monotonic()
    state.setdefault("scene", 0)
    began = state.setdefault("began", now)
    if not state.get("held") and now - began >= GUESS_SECONDS + VERDICT_SECONDS:
        state.scene, state.began = state.scene + 1, now
    samples = load_samples()
    # The 21 samples are ordered by class, three each: a step of 4 shows all, with classes mixed.
    sample = samples[4 * state.scene % len(samples)]
    return sample, bool(state.get("held")) or now - state.began >= GUESS_SECONDS


def _show_next() -> None:
    st.session_state.scene += 1
    st.session_state.began = time.monotonic()


def _toggle(name: str) -> None:
    st.session_state[name] = not st.session_state.get(name, False)


def _get_answer(sample: Sample) -> AnsweredPhoto:
    """Gets the answer to a sample, which is classified once a scene."""
    answer: AnsweredPhoto | None = st.session_state.get("scene_answer")
    if answer is None or answer.sample != sample:
        classifier = get_classifier(get_chosen_model())
        answer = AnsweredPhoto(diagnose(read_image(sample.path), classifier, force=True), sample)
        st.session_state.scene_answer = answer
    return answer


@st.fragment(run_every=TICK)
def _show_scene() -> None:
    sample, with_verdict = _find_scene()
    answer = _get_answer(sample)
    left, right = st.columns([5, 6], gap="large", vertical_alignment="center")
    with left, st.container(key="picture"):
        with_map = with_verdict and not st.session_state.get("map_off", False)
        explained = draw_answer_map(answer.diagnosis) if with_map else None
        picture = answer.diagnosis.square if explained is None else explained
        name = BY_CODE[answer.prediction.top[0][0]].name.lower()
        alt = "A skin lesion"
        if explained is not None:
            alt += f", under a map of what supports {name}"
        st.image(picture, width="stretch", alt=alt)
    with right, st.container(key="words"):
        st.image("assets/logo_wide.svg", width=170, alt="QANA")
        if with_verdict:
            _show_verdict(answer)
        else:
            st.title(QUESTION, anchor=False)
            st.markdown("One of seven kinds of skin lesion. The spiking network looks, too.")


def _show_verdict(answer: AnsweredPhoto) -> None:
    diagnosis, prediction, recorded = answer.diagnosis, answer.prediction, answer.recorded
    guess = prediction.top[0][0]
    st.caption("No class is likely enough" if prediction.unsure else "Looks most like")
    headline = "Not sure" if prediction.unsure else BY_CODE[guess].name
    st.title(headline, anchor=False)
    for label, share in prediction.top:
        st.progress(share, text=f"{BY_CODE[label].name} **{format_percent(share)}**")
    if recorded:
        right = not prediction.unsure and guess == recorded
        mark = ":material/check_circle:" if right else ":material/info:"
        st.markdown(f"{mark} The data set records **{BY_CODE[recorded].name.lower()}**.")
    with st.container(horizontal=True, gap="xsmall"):
        show_backend(diagnosis.backend, diagnosis.device)
        show_model(diagnosis.classifier.entry)
        st.badge(f"{prediction.events:,} events", icon=":material/bolt:", color="orange")
        st.badge(f"{prediction.sparsity:.0%} silent", icon=":material/volume_off:", color="gray")


def _show_invitation() -> None:
    found = find_address()
    if found:
        st.image(make_qr_code(found), width=150, alt=f"QR code of {found}")
    with st.container(width="stretch", gap="xsmall"):
        st.button(
            "Touch to try it yourself",
            type="primary",
            icon=":material/touch_app:",
            on_click=start_session,
            shortcut="Enter",
        )
        if found:
            st.caption(
                f"Or on your own phone: {found}. "
                + (
                    ""
                    if found.startswith("https")
                    else "Without https its browser blocks the camera, so upload a photo there."
                )
            )


def _show_controls() -> None:
    with st.container(horizontal=True, gap="xsmall", width="content"):
        st.button("Next", shortcut="Right", on_click=_show_next, type="tertiary")
        st.button("Map", shortcut="M", on_click=_toggle, args=("map_off",), type="tertiary")
        st.button("Hold", shortcut="H", on_click=_toggle, args=("held",), type="tertiary")
        st.button(
            "Compare",
            shortcut="V",
            on_click=start_session,
            args=("pages/compare.py",),
            type="tertiary",
        )

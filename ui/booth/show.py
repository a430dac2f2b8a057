"""The show: samples, one after the other, each a guess first and then the live verdict."""

import time
from pathlib import Path

import streamlit as st

from qana.classes import BY_CODE
from qana.data.samples import ATTRIBUTION, Sample, load_samples
from qana.errors import UserError
from qana.explanation.answer_map import draw_answer_map
from qana.imaging import read_image
from qana.inference.classifier import Prediction
from qana.inference.diagnosis import Diagnosis, diagnose
from qana.inference.probabilities import format_percent
from ui.booth.address import find_address, make_qr_code
from ui.booth.mode import reload_regularly, start_session
from ui.model_choice import get_chosen_model
from ui.provenance import show_backend
from ui.shared_models import get_classifier

GUESS_SECONDS, VERDICT_SECONDS = 4, 8
TICK = 1.0
"""Seconds between two looks at the clock."""
STYLE = (Path(__file__).parent / "show.css").read_text(encoding="utf-8")
QUESTION = "What would you say?"


def run_show() -> None:
    """Draws the show; it goes on by itself."""
    try:
        get_classifier(get_chosen_model())
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()
    st.html(f"<style>{STYLE}</style>")
    reload_regularly()
    _scene()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        _invite()
        _lecturer()
    st.caption(
        "**Not a medical device.** For research and teaching only. Samples: test lesions that the "
        f"network never saw, {ATTRIBUTION}."
    )


def _clock() -> tuple[Sample, bool]:
    """Whose turn it is, and whether the verdict is already said."""
    state = st.session_state
    now = time.monotonic()
    state.setdefault("scene", 0)
    began = state.setdefault("began", now)
    if not state.get("held") and now - began >= GUESS_SECONDS + VERDICT_SECONDS:
        state.scene, state.began = state.scene + 1, now
    samples = load_samples()
    # Of 21 photos, three of each class in a row: a step of 4 meets them all, classes mixed.
    sample = samples[4 * state.scene % len(samples)]
    return sample, bool(state.get("held")) or now - state.began >= GUESS_SECONDS


def _next() -> None:
    st.session_state.scene += 1
    st.session_state.began = time.monotonic()


def _turn(name: str) -> None:
    st.session_state[name] = not st.session_state.get(name, False)


@st.fragment(run_every=TICK)
def _scene() -> None:
    sample, said = _clock()
    shown = st.session_state.get("shown_scene")
    if shown is None or shown[0] != sample.image_id:
        engine = get_classifier(get_chosen_model())
        shown = (sample.image_id, diagnose(read_image(sample.path), engine, force=True))
        st.session_state.shown_scene = shown
    diagnosis: Diagnosis = shown[1]
    prediction = diagnosis.prediction
    assert prediction is not None
    left, right = st.columns([5, 6], gap="large", vertical_alignment="center")
    with left, st.container(key="picture"):
        map_on = said and not st.session_state.get("map_off", False)
        explained = draw_answer_map(diagnosis) if map_on else None
        picture = diagnosis.square if explained is None else explained
        st.image(picture, width="stretch", alt=_alt(map_on, prediction))
    with right, st.container(key="words"):
        st.image("assets/logo_wide.svg", width=170, alt="QANA")
        if said:
            _verdict(sample, prediction)
        else:
            st.title(QUESTION, anchor=False)
            st.markdown("One of seven kinds of skin lesion. The spiking network looks, too.")


def _alt(map_on: bool, prediction: Prediction) -> str:
    name = BY_CODE[prediction.top[0][0]].name.lower()
    return "A skin lesion" + (f", under a map of what spoke for {name}" if map_on else "")


def _verdict(sample: Sample, prediction: Prediction) -> None:
    guess = prediction.top[0][0]
    st.caption("The network would rather not say" if prediction.unsure else "Looks most like")
    headline = "Not sure" if prediction.unsure else BY_CODE[guess].name
    st.title(headline, anchor=False)
    for label, share in prediction.top:
        st.progress(share, text=f"{BY_CODE[label].name} **{format_percent(share)}**")
    recorded = BY_CODE[sample.label].name.lower()
    right = not prediction.unsure and guess == sample.label
    mark = ":material/check_circle:" if right else ":material/info:"
    st.markdown(f"{mark} The data set records **{recorded}**.")
    with st.container(horizontal=True, gap="xsmall"):
        show_backend(prediction.backend, prediction.device)
        st.badge(f"{prediction.events:,} events", icon=":material/bolt:", color="orange")
        st.badge(f"{prediction.sparsity:.0%} silent", icon=":material/volume_off:", color="gray")


def _invite() -> None:
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
                    else "Without https its browser keeps the camera shut: upload a photo there."
                )
            )


def _lecturer() -> None:
    with st.container(horizontal=True, gap="xsmall", width="content"):
        st.button("Next", shortcut="Right", on_click=_next, type="tertiary")
        st.button("Map", shortcut="M", on_click=_turn, args=("map_off",), type="tertiary")
        st.button("Hold", shortcut="H", on_click=_turn, args=("held",), type="tertiary")
        st.button(
            "Compare",
            shortcut="V",
            on_click=start_session,
            args=("pages/compare.py",),
            type="tertiary",
        )

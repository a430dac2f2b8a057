"""Shows the story of Learn: a class that the head never knew, five photos, and what came of it."""

from collections import Counter
from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qana.classes import BY_CODE, LABELS
from qana.edge_learning.edge_learner import EdgeLearner
from qana.edge_learning.held_out_photos import score_head
from qana.edge_learning.teaching_photos import TeachingPhoto, load_teaching_photos
from ui.learn.session import FIRST, LearnSession, SessionStep
from ui.learn.watch import show_held_out
from ui.shared_models import get_edge_model, get_held_out
from ui.visitor_text import name_class

PHOTOS = 5
TILE = 64
"""Width of a photo, pixels; five in a row on a phone."""
STEPS = ("1. It does not know the class", "2. It learns five photos", "3. It recognizes new ones")
STYLE = """<style>
.story-track { position: relative; height: 2.6rem; margin: .2rem .8rem .4rem }
.story-track::before { content: ""; position: absolute; inset: 1.2rem 0 auto; height: .3rem }
.story-track::before { border-radius: 1rem; background: currentColor; opacity: .2 }
.story-track i { position: absolute; top: .65rem; width: 1.4rem; height: 1.4rem }
.story-track i { margin-left: -.7rem; border-radius: 50%; background: light-dark(#0b6158, #5ec4b5) }
.story-track b { position: absolute; top: -.35rem; transform: translateX(-50%) }
.story-track b { white-space: nowrap; font-size: .9rem }
.story-steps { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; font-size: .9rem }
.story-steps span { opacity: .75 }
.story-steps .now { opacity: 1; font-weight: 650; color: light-dark(#0b6158, #72d1c3) }
</style>"""


def show_story() -> None:
    """Shows the story at its present step.

    Raises:
        UserError: no model can learn.
    """
    session = _get_story()
    name = BY_CODE[session.chosen].name.lower()
    place = LABELS.index(session.chosen)
    learned = len(session.lessons)
    st.html(STYLE + _make_steps(2 if learned else 0))
    left, right = st.columns(2, gap="large")
    with left:
        _show_words(session, name, place)
        photos = [one for one in load_teaching_photos() if one.label == session.chosen][:PHOTOS]
        _show_lesson(photos, name)
        pressed = False
        if learned:
            st.selectbox(
                "Tell the story with another class",
                LABELS,
                index=place,
                format_func=lambda code: BY_CODE[code].name,
                key="story_class",
                on_change=lambda: _start(st.session_state.story_class),
                width=320,
            )
        else:
            pressed = st.button(
                f"Teach it these {PHOTOS} photos", type="primary", icon=":material/model_training:"
            )
    with right:
        st.caption(f"Of {session.now.photos[place]} test lesions of this kind it recognizes")
        track = st.empty()
        _show_track(track, session, place)
        show_held_out(session, place, "story_held_out")
    if pressed and not learned and not session.queue:
        session.put(
            partial(_teach, session, photo, number) for number, photo in enumerate(photos, start=1)
        )
    if session.queue:
        for _ in session.work():
            _show_track(track, session, place)
        st.rerun()


def _get_story() -> LearnSession:
    if "story" not in st.session_state:
        _start(FIRST)
    session: LearnSession = st.session_state.story
    return session


def _start(code: str) -> None:
    """Starts the story with a head that does not know a class.

    No other class learned from the photos of this class, so the head is the one that it would be
    without them.
    """
    model = get_edge_model()
    learner = EdgeLearner(model)
    learner.remove_class(code)
    held_out = get_held_out(model.front_sha256, model)
    start = SessionStep(0, "without the class", False, score_head(model, learner.head, held_out))
    st.session_state.story = LearnSession(model, learner, [start], chosen=code)


def _teach(session: LearnSession, photo: TeachingPhoto, number: int) -> None:
    if photo.label not in session.learner.head.classes:
        session.learner.add_class(photo.label)
    session.lessons.append(session.learner.learn(photo.image, photo.label))
    session.record_step(1, f"photo {number}", is_lesson=True)


def _make_steps(now: int) -> str:
    marks = "".join(
        f"<span{' class=now' if number == now else ''}>{words}</span>"
        for number, words in enumerate(STEPS)
    )
    return f"<div class='story-steps'>{marks}</div>"


def _show_words(session: LearnSession, name: str, place: int) -> None:
    called = Counter(
        session.before.answers[number]
        for number in np.flatnonzero(session.held_out.labels == place)
    )
    if not session.lessons:
        guesses = ", ".join(
            f"{name_class(one).lower()} {count}" for one, count in called.most_common()
        )
        st.markdown(
            f"This head has never learned a **{name}**. It knows six other classes, so it calls "
            f"the test lesions of this kind: {guesses}."
        )
        return
    recognized = session.now.recognized[place]
    milliseconds = np.mean([lesson.learn_ms for lesson in session.lessons])
    before, now = session.before.balanced_accuracy or 0.0, _score_others(session, place)
    st.markdown(
        f"**It has learned {len(session.lessons)} photos of a {name}** in {milliseconds:.0f} ms "
        f"each (measured here), without a computer that trains. It now recognizes **{recognized} "
        f"of {session.now.photos[place]}** test lesions of this kind that it never saw. The mean "
        f"recall of the other six classes was {before:.2f} and is {now:.2f}."
    )


def _score_others(session: LearnSession, place: int) -> float:
    """Computes the mean recall of the six classes that the head knew from the start."""
    shares = np.delete(session.now.recognized / session.now.photos, place)
    return float(shares.mean())


def _show_lesson(photos: list[TeachingPhoto], name: str) -> None:
    with st.container(horizontal=True, gap="xsmall", key="story_photos"):
        for number, photo in enumerate(photos, start=1):
            st.image(str(photo.path), width=TILE, alt=f"Lesson photo {number}, {name}")


def _show_track(track: DeltaGenerator, session: LearnSession, place: int) -> None:
    """Draws the number of recognized lesions as a dot on a track."""
    recognized, photos = int(session.now.recognized[place]), int(session.now.photos[place])
    share = 100 * recognized / photos
    track.html(
        f"<div class='story-track' role='img' aria-label='{recognized} of {photos} recognized'>"
        f"<i style='left:{share:.1f}%'></i><b style='left:{min(max(share, 6), 94):.1f}%'>"
        f"{recognized} of {photos}</b></div>"
    )

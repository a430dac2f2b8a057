"""Shows what the last lesson did: its time, its connections and the answers of the head."""

import numpy as np
import streamlit as st

from qana.classes import LABELS
from qana.edge_learning.edge_learner import Answer, LearningStep
from ui.learn.session import LearnSession
from ui.scrolling import scroll_into_view
from ui.visitor_text import escape_markdown, name_class

LESSON = "learn_lesson"
"""Key of the container with the result."""


def show_lessons(session: LearnSession) -> None:
    """Shows the lessons of the last action, and the last photo in detail."""
    lessons = session.lessons
    last = lessons[-1]
    name = escape_markdown(name_class(last.name))
    photos = "one photo" if len(lessons) == 1 else f"{len(lessons)} photos"
    with st.container(border=True, gap="small", key=LESSON):
        st.markdown(f"**{name} learned {photos}.** {_describe_held_out(session, last.name)}")
        with st.container(horizontal=True, gap="xsmall"):
            st.badge(
                f"{np.mean([one.learn_ms for one in lessons]):.0f} ms a photo, measured here",
                icon=":material/timer:",
                color="gray",
                help="Mean wall time of the engine's lesson on this machine. The simulator's time "
                "does not predict a chip's.",
            )
            st.badge(
                f"{np.mean([one.events for one in lessons]):,.0f} events a photo",
                icon=":material/bolt:",
                color="orange",
                help="What the layers before the head send on for a photo: values that are not "
                "zero. Mean over these photos, counted by the simulator.",
            )
            st.badge(
                f"{sum(one.swapped for one in lessons):,} connections swapped",
                icon=":material/swap_horiz:",
                color="violet",
                help="Connections of this class's neurons that moved to another spike, over all "
                "of these photos. A neuron keeps its number of connections.",
            )
        st.progress(
            _compute_share(last, last.before), text=_describe_answer("Before", last, last.before)
        )
        st.progress(
            _compute_share(last, last.after), text=_describe_answer("After", last, last.after)
        )
        last_of = "that photo" if len(lessons) == 1 else "the last photo"
        st.caption(
            f"Spikes of {last_of} that reach the strongest neurons of {name}, of their "
            f"{last.after.connections} connections, and what the head answered."
        )
        if idle := sum(not one.swapped for one in lessons):
            st.caption(
                f"{idle} of {len(lessons)} moved no connection: every neuron of {name} is settled "
                "on photos that it answers to more. A new class has free neurons."
            )
    if session.lessons_are_new:
        session.lessons_are_new = False
        scroll_into_view(LESSON)


def _describe_held_out(session: LearnSession, name: str) -> str:
    """Describes how the head does on the held-out photos of a class, before and now."""
    if name not in LABELS:
        return "No held-out photo shows it: try it below."
    place, action = LABELS.index(name), session.steps[-1].action
    earlier = next(step.scores for step in reversed(session.steps) if step.action != action)
    return (
        f"Of {session.now.photos[place]} held-out lesions of its kind the head recognized "
        f"{earlier.recognized[place]} before, and {session.now.recognized[place]} now."
    )


def _get_agreement(lesson: LearningStep, answer: Answer) -> int:
    return int(answer.agreement[answer.classes.index(lesson.name)])


def _compute_share(lesson: LearningStep, answer: Answer) -> float:
    return _get_agreement(lesson, answer) / answer.connections


def _describe_answer(when: str, lesson: LearningStep, answer: Answer) -> str:
    return (
        f"{when}: **{_get_agreement(lesson, answer)}** of {answer.connections} "
        f":gray[called {escape_markdown(name_class(answer.name))}]"
    )

"""What the last press of Learn did: time, connections and answers, all measured in that press."""

import numpy as np
import streamlit as st

from qana.classes import LABELS
from qana.edge_learning.edge_learner import Answer, LearningStep
from ui.learn.session import LearnSession, escape_markdown, name_class

TO_LESSON = """<script>
document.querySelector('.st-key-learn_lesson')?.scrollIntoView({ block: 'nearest' })
</script>"""


def show_lessons(visit: LearnSession) -> None:
    """The lessons of the last press, and the last of them from near."""
    lessons = visit.lessons
    last = lessons[-1]
    name = escape_markdown(name_class(last.name))
    photos = "one photo" if len(lessons) == 1 else f"{len(lessons)} photos"
    with st.container(border=True, gap="small", key="learn_lesson"):
        st.markdown(f"**{name} learned {photos}.** {_on_held_out(visit, last.name)}")
        with st.container(horizontal=True, gap="xsmall"):
            st.badge(
                f"{np.mean([one.learn_ms for one in lessons]):.0f} ms a photo, measured here",
                icon=":material/timer:",
                color="gray",
                help="Mean wall time of the engine's lesson on this machine. The simulator's time "
                "says nothing of a chip's.",
            )
            st.badge(
                f"{np.mean([one.events for one in lessons]):,.0f} events a photo",
                icon=":material/bolt:",
                color="orange",
                help="What the layers before the head send on for a photo: values that are not "
                "zero. Mean of this press, counted by the simulator.",
            )
            st.badge(
                f"{sum(one.swapped for one in lessons):,} connections swapped",
                icon=":material/swap_horiz:",
                color="violet",
                help="Connections of this class's neurons that moved to another spike, over all "
                "photos of this press. A neuron keeps its number of connections.",
            )
        st.progress(_share(last, last.before), text=_told("Before", last, last.before))
        st.progress(_share(last, last.after), text=_told("After", last, last.after))
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
    if visit.fresh:
        visit.fresh = False
        st.html(TO_LESSON, unsafe_allow_javascript=True)


def _on_held_out(visit: LearnSession, name: str) -> str:
    """The class on the held-out photos, before this press and now."""
    if name not in LABELS:
        return "No held-out photo shows it: try it below."
    place, press = LABELS.index(name), visit.steps[-1].press
    earlier = next(step.marks for step in reversed(visit.steps) if step.press != press)
    return (
        f"Of {visit.now.photos[place]} held-out lesions of its kind the head recognized "
        f"{earlier.recognized[place]} before this press, and {visit.now.recognized[place]} now."
    )


def _agreement(lesson: LearningStep, answer: Answer) -> int:
    return int(answer.agreement[answer.classes.index(lesson.name)])


def _share(lesson: LearningStep, answer: Answer) -> float:
    return _agreement(lesson, answer) / answer.connections


def _told(when: str, lesson: LearningStep, answer: Answer) -> str:
    return (
        f"{when}: **{_agreement(lesson, answer)}** of {answer.connections} "
        f":gray[called {escape_markdown(name_class(answer.name))}]"
    )

"""Shows how the head does on held-out lesions, before and now."""

from collections import Counter

import numpy as np
import streamlit as st

from qana.classes import BY_CODE, LABELS
from ui.chart_data import show_chart
from ui.learn import charts
from ui.learn.session import LearnSession
from ui.visitor_text import escape_markdown, name_class

TILE = 48  # pixels
COARSE = (
    "{photos} photos are few: one lesion more or less is a visible step. The page Facts has the "
    "measured scores with their spread over many draws (models/protocols/learning.json)."
)


def show_watch(session: LearnSession) -> None:
    """Shows the recall of each class, the photos of the chosen class, and the forgetting curve."""
    st.header("Lesions it never saw", anchor=False)
    st.caption(
        f"Of {int(session.now.photos.max())} test lesions of each class the head recognizes: "
        "○ before you began, :primary[●] now."
    )
    show_chart(
        charts.draw_recalls(session.before, session.now),
        alt=charts.describe_recalls(session.before, session.now),
    )
    own = [name for name in session.learner.head.classes if name not in LABELS]
    if own:
        names = ", ".join(f"**{escape_markdown(name)}**" for name in own)
        st.markdown(
            f"{names}: no held-out photo shows it, so nothing here tells how well it is "
            "recognized. Ask the head about a photo below."
        )
    if session.chosen in LABELS:
        show_held_out(session, LABELS.index(session.chosen), "learn_held_out")
    st.subheader("The forgetting curve", anchor=False)
    show_chart(charts.draw_forgetting(session.steps), alt=charts.describe_forgetting(session.steps))
    st.caption(
        "Balanced accuracy, the mean recall of those of the seven classes that the head has at "
        "that step; the dashed line is where it began. Dots are lessons, diamonds other steps."
    )
    st.caption(COARSE.format(photos=int(session.now.photos.sum())))


def show_held_out(session: LearnSession, place: int, key: str) -> None:
    """Shows the held-out photos of one class, each with the answer of the head.

    Args:
        session: with the head.
        place: index of the class in `qana.classes.LABELS`.
        key: of the container.
    """
    held_out, now = session.held_out, session.now
    name = BY_CODE[LABELS[place]].name
    which = np.flatnonzero(held_out.labels == place)
    answers = [now.answers[number] for number in which]
    with st.container(horizontal=True, gap="xsmall", key=key):
        for number, (photo, answer) in enumerate(zip(which, answers, strict=True), start=1):
            with st.container(width=TILE, gap=None, horizontal_alignment="center"):
                st.image(
                    held_out.photos[photo],
                    width=TILE,
                    alt=f"Held-out lesion {number}, {name}, called {name_class(answer)}",
                )
                right = answer == LABELS[place]
                mark = ":green[:material/check:]" if right else ":gray[:material/close:]"
                st.markdown(mark, width="content")
    called = Counter(answers).most_common()
    answered = ", ".join(
        f"{escape_markdown(name_class(answer))} {count}" for answer, count in called
    )
    st.caption(f"Held-out lesions recorded as {name.lower()} are called: {answered}.")

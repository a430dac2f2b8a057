"""The right side: what the head makes of lesions that nobody teaches, before and now."""

from collections import Counter

import numpy as np
import streamlit as st

from qana.classes import BY_CODE, LABELS
from ui.learn import charts
from ui.learn.session import LearnSession, escape_markdown, name_class

TILE = 48  # pixels
COARSE = (
    "{photos} photos make coarse steps: one lesion more or less is a step of the chart. The report "
    "with its spread over many draws is on the page Facts where it has been measured "
    "(models/protocols/learning.json)."
)


def show_watch(visit: LearnSession) -> None:
    """Recall of each class, the photos of the chosen one, and the forgetting curve."""
    st.header("Lesions it never saw", anchor=False)
    st.caption(
        f"Of {int(visit.now.photos.max())} test lesions of each class the head recognizes: "
        "○ before you began, :primary[●] now."
    )
    st.altair_chart(
        charts.draw_recalls(visit.before, visit.now),
        alt=charts.describe_recalls(visit.before, visit.now),
    )
    own = [name for name in visit.learner.head.classes if name not in LABELS]
    if own:
        names = ", ".join(f"**{escape_markdown(name)}**" for name in own)
        st.markdown(
            f"{names}: no held-out photo shows it, so nothing here tells how well it is "
            "recognized. Ask the head about a photo below."
        )
    if visit.chosen in LABELS:
        _show_photos(visit, LABELS.index(visit.chosen))
    st.subheader("The forgetting curve", anchor=False)
    st.altair_chart(
        charts.draw_forgetting(visit.steps), alt=charts.describe_forgetting(visit.steps)
    )
    st.caption(
        "Balanced accuracy, the mean recall of those of the seven classes that the head has at "
        "that step; the dashed line is where it began. Dots are lessons, diamonds other steps."
    )
    st.caption(COARSE.format(photos=int(visit.now.photos.sum())))


def _show_photos(visit: LearnSession, place: int) -> None:
    """The held-out photos of one class, each with what the head calls it now."""
    held_out, now = visit.held_out, visit.now
    name = BY_CODE[LABELS[place]].name
    which = np.flatnonzero(held_out.labels == place)
    answers = [now.answers[number] for number in which]
    with st.container(horizontal=True, gap="xsmall", key="learn_held_out"):
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
    told = ", ".join(f"{escape_markdown(name_class(answer))} {count}" for answer, count in called)
    st.caption(f"Held-out lesions recorded as {name.lower()} are called: {told}.")

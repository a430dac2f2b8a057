"""Shows the chapter with the exercises, which check themselves."""

from collections.abc import Callable

import streamlit as st

from ui.convert.chapter import show_number
from ui.convert.exercise_bits import show_bits_exercise
from ui.convert.exercise_events import show_events_exercise
from ui.convert.exercise_repair import show_repair_exercise
from ui.convert.lesson import get_lesson
from ui.convert.photo import WalkthroughPhoto

TITLE = "Exercises"
IDEA = (
    "Three tasks that an engineer has with every network for Akida.",
    "Change what you are offered, and the page checks the result: the vendor's own tools have run "
    "on each block, and the Akida engine runs each changed network on your photo.",
    "Your tries stay in this tab, and the quiz adds them to the file that you can hand in.",
)
EXERCISES: dict[str, tuple[str, Callable[[WalkthroughPhoto], None]]] = {
    "repair": ("Repair a block", show_repair_exercise),
    "bits": ("Find the lossy block", show_bits_exercise),
    "events": ("Save events", show_events_exercise),
}
"""Exercises by their name in the address: title, and the function that shows it."""


def show(photo: WalkthroughPhoto) -> None:
    """Draws the chapter.

    Args:
        photo: the visitor's photo.
    """
    marks = st.container()
    name = st.pills(
        "Exercise",
        list(EXERCISES),
        default=next(iter(EXERCISES)),
        format_func=lambda key: EXERCISES[key][0],
        required=True,
        key="exercise",
        bind="query-params",
        label_visibility="collapsed",
        wrap=True,
    )
    EXERCISES[name][1](photo)
    with marks:
        solved = get_lesson().solved
        listed = ", ".join(EXERCISES[key][0].lower() for key in EXERCISES if key in solved)
        show_number(
            "Solved",
            f"{len(solved)} of {len(EXERCISES)}",
            f"Solved: {listed}." if solved else "None yet.",
        )

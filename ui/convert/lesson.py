"""Keeps what a visitor has solved and answered, for the marks on the page and the file to hand in.

It lives in the session and in the memory of the tab, and never on a disk.
"""

from dataclasses import dataclass, field

import streamlit as st

from qana.walkthrough.quiz_result import QuizResult

KEY = "lesson"


@dataclass
class Lesson:
    """One visitor's way through the lesson.

    Attributes:
        tries: name of an exercise to the number of tries so far.
        solved: name of a solved exercise to the number of tries that it took.
        results: name of a round of the quiz to its answers.
    """

    tries: dict[str, int] = field(default_factory=dict)
    solved: dict[str, int] = field(default_factory=dict)
    results: dict[str, QuizResult] = field(default_factory=dict)

    def count_try(self, exercise: str) -> None:
        """Counts one more try of an exercise."""
        self.tries[exercise] = self.tries.get(exercise, 0) + 1

    def mark_solved(self, exercise: str) -> None:
        """Marks an exercise as solved. Later tries do not change its number."""
        self.solved.setdefault(exercise, max(self.tries.get(exercise, 0), 1))


def get_lesson() -> Lesson:
    """Gets the visitor's way so far."""
    lesson: Lesson = st.session_state.setdefault(KEY, Lesson())
    return lesson


def show_solved(exercise: str, text: str) -> None:
    """Shows the success of an exercise, and marks it as solved.

    Args:
        exercise: name of the exercise.
        text: one or two sentences on what was found, in Markdown.
    """
    lesson = get_lesson()
    first = exercise not in lesson.solved
    lesson.mark_solved(exercise)
    tries = lesson.solved[exercise]
    with st.container(key=f"solved_{exercise}"):
        st.success(
            f"**Solved in {tries} {'try' if tries == 1 else 'tries'}.** {text}",
            icon=":material/trophy:",
        )
    if first:
        st.toast("Exercise solved", icon=":material/trophy:")

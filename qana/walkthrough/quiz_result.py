"""Holds the answers to a round of the quiz, and writes them as CSV for a learner to hand in."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qana.walkthrough.quiz import Question

COLUMNS = (
    *("name", "part", "item", "question", "answer", "right_answer", "correct", "tries"),
    *("answered_at", "photo", "model", "sha256"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet compute a text."""
EXERCISE = "exercise"


@dataclass(frozen=True)
class QuizResult:
    """One round of the quiz as it was handed in.

    Attributes:
        questions: the questions, as they were asked.
        chosen: index of the chosen option of each question.
        answered_at: time in UTC, ISO 8601.
        photo: description of the photo.
        model: name of the network.
        sha256: of the network's file.
    """

    questions: tuple[Question, ...]
    chosen: tuple[int, ...]
    answered_at: str
    photo: str
    model: str
    sha256: str

    @property
    def right(self) -> int:
        """Number of right answers."""
        return sum(
            choice == question.right
            for choice, question in zip(self.chosen, self.questions, strict=True)
        )


def write_csv(
    name: str, rounds: Mapping[str, QuizResult], solved: Mapping[str, int], exercises: Sequence[str]
) -> str:
    """Writes the rounds of the quiz and the exercises as one table.

    Args:
        name: of the learner, or a code that the lecturer has given.
        rounds: name of each round to its answers.
        solved: name of each solved exercise to the number of tries.
        exercises: names of all exercises.

    Returns:
        CSV with a header line, and a line for each question and exercise. A text that a
        spreadsheet would compute begins with an apostrophe.
    """
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    table.writeheader()
    for part, result in rounds.items():
        for question, choice in zip(result.questions, result.chosen, strict=True):
            row = {
                "name": name,
                "part": part,
                "item": question.key,
                "question": question.text,
                "answer": question.options[choice],
                "right_answer": question.options[question.right],
                "correct": "yes" if choice == question.right else "no",
                "answered_at": result.answered_at,
                "photo": result.photo,
                "model": result.model,
                "sha256": result.sha256,
            }
            table.writerow({column: _escape(value) for column, value in row.items()})
    for exercise in exercises:
        row = {"name": name, "part": EXERCISE, "item": exercise}
        row["correct"] = "yes" if exercise in solved else "no"
        row["tries"] = str(solved.get(exercise, ""))
        table.writerow({column: _escape(value) for column, value in row.items()})
    return text.getvalue()


def _escape(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text

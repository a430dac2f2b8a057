"""The file that a learner hands in: one line for each question and exercise, safe to open."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from qana.walkthrough.quiz import Question
from qana.walkthrough.quiz_result import COLUMNS, FORMULA, QuizResult, write_csv

QUESTIONS = (
    Question("a", 'First, "quoted"\nand long?', ("yes", "no"), 1, "Why."),
    Question("b", "Second?", ("=1+1", "no"), 0, "Why."),
)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def make(*chosen: int) -> QuizResult:
    return QuizResult(QUESTIONS, chosen, "2026-11-29T10:00:00+00:00", "ISIC_1", "akida2", "0" * 64)


def test_right_answers_are_counted() -> None:
    assert [make(*chosen).right for chosen in ((0, 1), (1, 1), (1, 0))] == [0, 1, 2]


def test_every_question_and_exercise_has_a_line() -> None:
    rounds = {"before": make(0, 0), "after": make(1, 0)}
    rows = read(write_csv("Ada", rounds, {"repair": 3}, ["repair", "bits"]))
    assert list(rows[0]) == list(COLUMNS)
    assert [(row["part"], row["item"], row["correct"]) for row in rows] == [
        ("before", "a", "no"),
        ("before", "b", "yes"),
        ("after", "a", "yes"),
        ("after", "b", "yes"),
        ("exercise", "repair", "yes"),
        ("exercise", "bits", "no"),
    ]
    assert rows[0]["question"] == QUESTIONS[0].text
    assert rows[0]["right_answer"] == "no"
    assert rows[4]["tries"] == "3" and rows[5]["tries"] == ""
    assert {row["name"] for row in rows} == {"Ada"}


def test_no_text_is_a_formula_of_a_spreadsheet() -> None:
    for name in ("=cmd()", "+1", "-1", "@x", "\tx"):
        rows = read(write_csv(name, {"before": make(0, 0)}, {}, ["repair"]))
        assert rows[0]["name"] == f"'{name}"
    assert rows[1]["answer"] == "'=1+1"


def test_without_a_round_the_exercises_are_listed() -> None:
    assert [row["item"] for row in read(write_csv("", {}, {}, ["repair"]))] == ["repair"]


@settings(derandomize=True, max_examples=100)
@given(name=st.text(st.characters(exclude_categories=("Cs",))), tries=st.integers(1, 10**6))
def test_any_name_is_read_back_and_is_no_formula(name: str, tries: int) -> None:
    rows = read(write_csv(name, {"before": make(0, 0)}, {"repair": tries}, ["repair"]))
    assert len(rows) == 3 and rows[2]["tries"] == str(tries)
    for row in rows:
        assert row["name"].removeprefix("'") == name.removeprefix("'")
        assert not row["name"].startswith(FORMULA)

"""Shows the chapter with the quiz: the same five questions before the lesson and after it."""

from datetime import UTC, datetime

import numpy as np
import streamlit as st

from qana.walkthrough import quiz
from qana.walkthrough.quiz import Question
from qana.walkthrough.quiz_result import QuizResult, write_csv
from ui.convert.chapter import show_number
from ui.convert.conversion_cases import get_outcome
from ui.convert.exercises import EXERCISES
from ui.convert.lesson import get_lesson
from ui.convert.photo import WalkthroughPhoto
from ui.convert.reference_pictures import SKIN, classify_reference
from ui.convert.stored import get_stored

TITLE = "Quiz"
IDEA = (
    "Five questions, once before the lesson and once after it.",
    "No answer is written down anywhere: each is computed from the model, your photo and what the "
    "vendor's own tools did.",
    "Before the lesson, guess: the answers stay hidden until you have done the second round.",
)
BEFORE, AFTER = "before", "after"
ROUNDS = {BEFORE: "Before the lesson", AFTER: "After the lesson"}
GATE = "attention_published"
FEW = (4, 4)
"""Bits of the question on lost answers."""


def show(photo: WalkthroughPhoto) -> None:
    """Draws the chapter.

    Args:
        photo: the visitor's photo.
    """
    part = st.segmented_control(
        "Round",
        list(ROUNDS),
        default=BEFORE,
        format_func=ROUNDS.__getitem__,
        required=True,
        key="round",
        bind="query-params",
        label_visibility="collapsed",
    )
    results = get_lesson().results
    if part in results:
        _show_result(part)
    elif part == BEFORE and AFTER in results:
        st.info(
            "The answers have been shown, so a first guess can no longer be made.",
            icon=":material/info:",
        )
    else:
        questions = _ask(photo)
        if questions is None:
            st.caption("A question waits for the vendor's converter, which runs now.")
            return
        _show_form(part, questions, photo)
    if results:
        _offer_csv()


def _ask(photo: WalkthroughPhoto) -> tuple[Question, ...] | None:
    """Makes the questions; None while the answer of one is computed."""
    outcome = get_outcome(photo, GATE)
    if outcome is None:
        return None
    prediction, entry = photo.prediction, photo.classifier.entry
    size = sum(layer.size for layer in prediction.layers)
    skin, _about = classify_reference(SKIN, entry.sha256, photo.classifier)
    asked = [
        quiz.ask_time_steps(prediction.events, size),
        quiz.ask_sparsity(prediction),
        quiz.ask_plain_skin(prediction.events, skin.events),
        quiz.ask_converter(outcome),
    ]
    if stored := get_stored(photo):
        before, after = stored.float_answers.logits, stored.answers[FEW].logits
        changed = int(np.count_nonzero(before.argmax(axis=1) != after.argmax(axis=1)))
        others = sum(not one.same_class for one in stored.agreements.values())
        asked.append(quiz.ask_loss(changed, others, len(before)))
    else:
        asked.append(quiz.ask_weight_levels(photo.classifier.layers))
    return tuple(asked)


def _show_form(part: str, questions: tuple[Question, ...], photo: WalkthroughPhoto) -> None:
    with st.form(f"quiz_{part}", border=False):
        chosen = [
            st.radio(
                f"**{number}.** {question.text}",
                range(len(question.options)),
                format_func=question.options.__getitem__,
                index=None,
                key=f"quiz_{part}_{question.key}",
            )
            for number, question in enumerate(questions, start=1)
        ]
        handed_in = st.form_submit_button("Hand in", type="primary", icon=":material/done_all:")
    if not handed_in:
        return
    missing = [str(number) for number, one in enumerate(chosen, start=1) if one is None]
    if missing:
        st.warning(
            f"Choose an answer to question {', '.join(missing)}, even if it is a guess.",
            icon=":material/help:",
        )
        return
    entry, sample = photo.classifier.entry, photo.answer.sample
    get_lesson().results[part] = QuizResult(
        questions,
        tuple(int(one) for one in chosen if one is not None),
        datetime.now(UTC).isoformat(timespec="seconds"),
        sample.image_id if sample else "own photo",
        entry.name,
        entry.sha256,
    )
    st.rerun()


def _show_result(part: str) -> None:
    results = get_lesson().results
    result = results[part]
    if part == BEFORE and AFTER not in results:
        st.success(
            "Handed in and kept. Go through the chapters now. The answers come after the second "
            "round.",
            icon=":material/check_circle:",
        )
        return
    total = len(result.questions)
    words = "Each question is explained below."
    if part == AFTER and BEFORE in results:
        words = f"Before the lesson: {results[BEFORE].right} of {total}. {words}"
    show_number(f"Right {ROUNDS[part].lower()}", f"{result.right} of {total}", words)
    for number, (question, choice) in enumerate(
        zip(result.questions, result.chosen, strict=True), start=1
    ):
        _show_answer(number, question, choice)


def _show_answer(number: int, question: Question, choice: int) -> None:
    st.markdown(f"**{number}.** {question.text}")
    if choice == question.right:
        st.success(f"Right: {question.options[choice]}. {question.why}", icon=":material/check:")
        return
    st.warning(
        f"You chose: {question.options[choice]}. Right: {question.options[question.right]}. "
        f"{question.why}",
        icon=":material/close:",
    )


def _offer_csv() -> None:
    """Offers what was answered and solved as a file."""
    lesson = get_lesson()
    st.subheader("Hand it in", anchor=False)
    name = st.text_input(
        "Your name or code, as your lecturer asks",
        max_chars=60,
        key="quiz_name",
        help="It is written into the file and nowhere else.",
    )
    rounds = {part: lesson.results[part] for part in ROUNDS if part in lesson.results}
    st.download_button(
        "Answers as CSV",
        write_csv(name, rounds, lesson.solved, list(EXERCISES)).encode("utf-8-sig"),
        "qana-lesson.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    lacking = [] if AFTER in lesson.results else [ROUNDS[AFTER].lower()]
    st.caption(
        f"It holds {len(rounds)} of {len(ROUNDS)} rounds and {len(lesson.solved)} of "
        f"{len(EXERCISES)} exercises."
        + (f" Still to do: the round {lacking[0]}." if lacking else "")
    )

"""Shows the photos of this visit: small pictures, one step back or forward, and two side by side.

The photos are in memory only. They are gone 10 minutes after the tab was closed, see
`ui.tab_memory`.
"""

import streamlit as st

from qana.classes import BY_CODE
from qana.explanation.answer_map import draw_answer_map
from qana.inference.probabilities import format_percent
from ui.answered_photo import AnsweredPhoto

MOST_ANSWERS = 8
"""Number of answers that are kept. Each takes about 2 MB."""
THUMBNAIL = 72
"""Width of a small picture, pixels."""


def list_answers() -> list[AnsweredPhoto]:
    """Lists the answers of this visit, the oldest first."""
    answers: list[AnsweredPhoto] = st.session_state.setdefault("history", [])
    return answers


def list_visit(current: AnsweredPhoto) -> list[AnsweredPhoto]:
    """Lists the answers of this visit and the one that a page shows, each once."""
    answers = list_answers()
    return answers if current in answers else [*answers, current]


def keep_answer(answer: AnsweredPhoto) -> None:
    """Adds an answer at the end. Only the last `MOST_ANSWERS` are kept.

    Args:
        answer: with a prediction.
    """
    answers = [one for one in list_answers() if one is not answer]
    st.session_state.history = [*answers, answer][-MOST_ANSWERS:]


def show_history(current: AnsweredPhoto) -> None:
    """Shows the photos of this visit, if there are several.

    Args:
        current: the answer that the page shows.
    """
    answers = list_answers()
    if len(answers) < 2 or current not in answers:
        return
    at = answers.index(current)
    st.subheader("Photos of this visit", anchor=False)
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="history"):
        _show_step("Back", ":material/arrow_back:", answers[at - 1] if at else None, "Left")
        for number, answer in enumerate(answers, start=1):
            with st.container(width=THUMBNAIL, gap="xxsmall"):
                st.image(answer.diagnosis.square, width=THUMBNAIL, alt=f"Photo {number}")
                st.button(
                    f"{number}. {describe_answer(answer)}",
                    key=f"history{number}",
                    type="primary" if answer is current else "tertiary",
                    on_click=_open,
                    args=(answer,),
                    width="stretch",
                )
        later = answers[at + 1] if at + 1 < len(answers) else None
        _show_step("Forward", ":material/arrow_forward:", later, "Right")
    others = [answer for answer in answers if answer is not current]
    chosen = st.selectbox(
        "Show beside it",
        range(len(others)),
        index=None,
        format_func=lambda number: (
            f"{answers.index(others[number]) + 1}. {describe_answer(others[number])}"
        ),
        placeholder="Choose a photo",
        key=f"beside{id(current)}",
        width=320,
    )
    if chosen is not None:
        _show_side_by_side(current, others[chosen])
    st.caption("These photos are in memory only, and gone 10 minutes after you close the tab.")


def describe_answer(answer: AnsweredPhoto) -> str:
    """Describes an answer in two or three words."""
    if answer.prediction.unsure:
        return "Not sure"
    return BY_CODE[answer.prediction.top[0][0]].name


def _open(answer: AnsweredPhoto) -> None:
    st.session_state.answer = answer


def _show_step(name: str, icon: str, answer: AnsweredPhoto | None, shortcut: str) -> None:
    st.button(
        name,
        icon=icon,
        disabled=answer is None,
        on_click=_open,
        args=(answer,),
        shortcut=shortcut,
        type="tertiary",
    )


def _show_side_by_side(*answers: AnsweredPhoto) -> None:
    """Shows two answers in two columns, each as photo and as map."""
    for column, answer in zip(st.columns(2, gap="large"), answers, strict=True):
        prediction = answer.prediction
        with column:
            explained = draw_answer_map(answer.diagnosis)
            pictures = [answer.diagnosis.square, *([] if explained is None else [explained])]
            for cell, picture in zip(st.columns(len(pictures)), pictures, strict=True):
                cell.image(picture, width="stretch", alt="Photo or map")
            st.markdown(f"**{describe_answer(answer)}**")
            for label, share in prediction.top:
                st.progress(share, text=f"{BY_CODE[label].name} **{format_percent(share)}**")
            look = format_percent(prediction.malignant_probability)
            st.caption(
                f"Needs a professional look: {look}. {prediction.events:,} events, by "
                f"{answer.diagnosis.model}."
            )
            if answer.sample:
                recorded = BY_CODE[answer.sample.label].name.lower()
                st.caption(f"Recorded: {recorded}. {answer.sample.attribution}.")

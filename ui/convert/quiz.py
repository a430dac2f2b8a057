"""Shows the chapter with the quiz: five questions, answered from the model and the photo."""

import streamlit as st

from qana.walkthrough import quiz
from qana.walkthrough.block_graph import build_block_graph
from qana.walkthrough.conversion_cases import ConversionOutcome
from qana.walkthrough.quiz import Question
from ui.convert.chapter import show_number
from ui.convert.chip import map_on_device
from ui.convert.job_results import get_result
from ui.convert.photo import WalkthroughPhoto

TITLE = "Quiz yourself"
IDEA = (
    "Five questions about your photo and this network.",
    "No answer is written down anywhere: each is computed now, from the model, the photo and the "
    "vendor's own tools.",
    "The first asks about your photo, the others about the network that reads it.",
)
QUESTIONS = 5
DEVICES = ("12 nodes", "6 nodes")
GATE = "attention_published"


def show(photo: WalkthroughPhoto) -> None:
    """Draws the chapter.

    Args:
        photo: the visitor's photo.
    """
    layers, entry = photo.classifier.layers, photo.classifier.entry
    asked = [
        quiz.ask_sparsity(photo.prediction),
        quiz.ask_largest_block(build_block_graph(layers, photo.prediction.layers)),
        quiz.ask_weight_levels(layers),
        quiz.ask_passes(*(map_on_device(entry.sha256, device, entry) for device in DEVICES)),
    ]
    score = st.container()
    right = sum(_ask(number, question) for number, question in enumerate(asked, start=1))
    outcome: ConversionOutcome | None = get_result(
        "qana.walkthrough.conversion_cases_job:run_case", case=GATE
    )
    if outcome is not None:
        right += _ask(QUESTIONS, quiz.ask_converter(outcome))
    with score:
        show_number(
            "Right so far",
            f"{right} of {QUESTIONS}",
            "Choose again as often as you like: the last choice counts.",
        )


def _ask(number: int, question: Question) -> bool:
    """Asks one question.

    Returns:
        True once it is answered correctly.
    """
    chosen = st.radio(
        f"**{number}.** {question.text}",
        range(len(question.options)),
        format_func=question.options.__getitem__,
        index=None,
        key=f"quiz_{question.key}",
    )
    if chosen is None:
        return False
    if chosen == question.right:
        st.success(f"Right. {question.why}", icon=":material/check:")
        return True
    st.warning(
        f"Not so: {question.options[question.right].lower()}. {question.why}",
        icon=":material/close:",
    )
    return False

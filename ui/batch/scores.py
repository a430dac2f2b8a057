"""Shows how often the network is right on the photos of a batch that have labels."""

from dataclasses import asdict

import numpy as np
import pandas as pd
import streamlit as st

from qana.classes import BY_CODE, LABELS
from qana.evaluation.bootstrap import compute_intervals
from qana.evaluation.metrics import score_decisions
from qana.evaluation.scores import DecisionScores
from qana.reports.model_facts import list_confusion
from qana.screening.labelled_answers import LabelledAnswers, join_labels
from qana.screening.photo_collection import ChosenFile
from ui import charts
from ui.batch.session import BatchSession
from ui.chart_data import show_chart
from ui.operating_point import show_operating_point
from ui.uploads import MAX_PHOTO_MB
from ui.verdict import MALIGNANT_HELP
from ui.visitor_text import escape_markdown

HEADLINES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "macro_f1": "Macro F1",
}
EVERY, CLASSIFIED = "Every photo", "Only classified ones"
LOOK = "Needs a look"


def show_scores(session: BatchSession) -> None:
    """Shows the scores, or asks for the labels.

    Args:
        session: the batch, which is complete or stopped.
    """
    st.header("How often it is right", anchor=False)
    if session.labels_error:
        st.warning(escape_markdown(session.labels_error), icon=":material/warning:")
    if not session.labels:
        _ask_for_labels(session)
        return
    counted = st.segmented_control(
        "Which photos count?",
        [EVERY, CLASSIFIED],
        default=EVERY,
        required=True,
        key="batch_counted",
    )
    answers = join_labels(session.batch.answers, session.labels, counted == CLASSIFIED)
    if not len(answers.labels):
        st.info("None of these photos has a label that counts.", icon=":material/info:")
        return
    predicted = answers.probabilities.argmax(axis=1)
    scores = score_decisions(answers.labels, predicted)
    _show_headlines(answers, scores, predicted)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Confusion matrix**, in photos")
        cells = list_confusion(scores)
        show_chart(charts.draw_confusion(cells), alt=charts.describe_confusion(cells))
    with right:
        st.markdown("**In figures**")
        st.dataframe(_make_class_table(scores), hide_index=True)
        st.caption(
            "Each row of the matrix is a recorded class. The shade is the share of that class."
        )
    _show_curves(answers)


def _ask_for_labels(session: BatchSession) -> None:
    st.file_uploader(
        "Add a table of the labels of these photos (.csv, .tsv or .tab)",
        max_upload_size=MAX_PHOTO_MB,
        key="batch_labels",
        on_change=_read_labels,
        args=(session,),
    )


def _read_labels(session: BatchSession) -> None:
    """Reads the table that the visitor has just chosen."""
    file = st.session_state.batch_labels
    session.read_labels([] if file is None else [ChosenFile(file.name, file.getvalue())])
    if file is not None and not session.labels and not session.labels_error:
        session.labels_error = f"{file.name} has no row for any of these photos: check its ids."


def _show_headlines(
    answers: LabelledAnswers, scores: DecisionScores, predicted: np.ndarray
) -> None:
    intervals = asdict(compute_intervals(answers.labels, predicted, answers.lesions))
    with st.container(horizontal=True):
        for name, words in HEADLINES.items():
            low, high = intervals[name]
            st.metric(
                words,
                f"{getattr(scores, name):.3f}",
                f"{low:.3f} to {high:.3f}",
                delta_color="off",
                delta_arrow="off",
                border=True,
            )
    words = (
        f"{scores.n} photos of {len(set(answers.lesions))} lesions, 95 % intervals over lesions."
    )
    if answers.left_out:
        reasons = ", ".join(f"{count} {reason}" for reason, count in answers.left_out.items())
        words += f" Left out: {reasons}."
    words += (
        " Photos that the network learned from score higher than new ones; the model card names "
        "the data sets."
    )
    st.caption(words)


def _make_class_table(scores: DecisionScores) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "class": BY_CODE[label].name,
                "photos": one.n,
                "recall": _format(one.recall),
                "precision": _format(one.precision),
                "F1": _format(one.f1),
            }
            for label, one in scores.per_class.items()
        ]
    )


def _format(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _show_curves(answers: LabelledAnswers) -> None:
    st.subheader("Where to draw the line", anchor=False)
    choice = st.selectbox(
        "Decision",
        [LOOK, *LABELS],
        format_func=lambda name: BY_CODE[name].name if name in BY_CODE else name,
        key="batch_decision",
        width=320,
    )
    label = None if choice == LOOK else choice
    curve = answers.compute_curve(label)
    if curve is None:
        st.info(
            "The curves need photos of both sides: choose another decision.",
            icon=":material/info:",
        )
        return
    if label is None:
        st.caption(MALIGNANT_HELP)
        show_operating_point(curve, "worth a look", "batch_point")
    else:
        show_operating_point(curve, BY_CODE[label].name.lower(), f"batch_point_{label}")
    st.caption(
        "These are your photos: a threshold that is chosen on them looks better than it is. "
        "Measure it on others."
    )

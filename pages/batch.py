"""Batch: classifies many photos into a table, with scores if they have labels."""

import streamlit as st

from ui.batch.choose import show_choice
from ui.batch.progress import show_progress
from ui.batch.scores import show_scores
from ui.batch.session import BatchSession, find_batch
from ui.disclaimer import show_disclaimer
from ui.entry import ensure_app_started
from ui.provenance import show_backend, show_model


def show_batch(session: BatchSession) -> None:
    """Shows the table, and below it what needs all answers."""
    classifier = session.batch.classifier
    st.title("Batch", anchor=False)
    with st.container(horizontal=True, gap="xsmall"):
        show_backend(classifier.backend, classifier.device)
        show_model(classifier.entry)
    show_progress(session)
    if not session.batch.running:
        show_scores(session)
    show_disclaimer(classifier.entry)


ensure_app_started()
found = find_batch()
if found:
    show_batch(found)
else:
    show_choice()

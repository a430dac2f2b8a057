"""Offers the table of a batch as CSV, Parquet and PDF, made in memory on demand."""

from datetime import datetime
from functools import partial

import streamlit as st

from qana.screening.tables import CSV, PARQUET, encode_table
from ui.batch.session import BatchSession

NAME = "qana-batch"
TYPES = {CSV: ("CSV", "text/csv"), PARQUET: ("Parquet", "application/vnd.apache.parquet")}


def show_downloads(session: BatchSession) -> None:
    """Shows the buttons.

    Args:
        session: the batch, which is complete or stopped.
    """
    rows = [answer.row for answer in session.batch.answers]
    for suffix, (words, kind) in TYPES.items():
        st.download_button(
            words,
            partial(encode_table, rows, suffix),
            f"{NAME}{suffix}",
            kind,
            icon=":material/download:",
            on_click="ignore",
            disabled=not rows,
            help="The table of `qana screen` for these files, in the order of their names.",
        )
    st.download_button(
        "PDF",
        partial(_draw_summary, session),
        f"{NAME}.pdf",
        "application/pdf",
        icon=":material/picture_as_pdf:",
        on_click="ignore",
        disabled=not rows,
        help="A summary with the photos that most need a look, and one line for each photo.",
    )


def _draw_summary(session: BatchSession) -> bytes:
    from qana.reports.batch_pdf import draw_batch_pdf  # its package takes long to load

    entry = session.batch.classifier.entry
    return draw_batch_pdf(session.answers, entry, datetime.now().astimezone())

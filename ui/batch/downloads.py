"""Offers the table of a batch as CSV and Parquet, made in memory on demand."""

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

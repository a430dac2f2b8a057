"""Offers the report of one answer, as a web page and as a PDF."""

from datetime import datetime

import streamlit as st

from qana.reports.diagnosis_report import write_diagnosis_report
from ui.answered_photo import AnsweredPhoto


def show_report_buttons(answer: AnsweredPhoto) -> None:
    """Shows the buttons. The files are made on demand, so that the server keeps no copy.

    Args:
        answer: with a prediction.
    """
    st.download_button(
        "Keep a report",
        lambda: write_diagnosis_report(answer.diagnosis, _read_clock(), answer.sample),
        "qana-report.html",
        "text/html",
        icon=":material/download:",
        on_click="ignore",
        help="One page with the photo, the answer and the source of each number. It opens in any "
        "browser and prints on one sheet.",
    )
    st.download_button(
        "As PDF",
        lambda: _draw_pdf(answer),
        "qana-report.pdf",
        "application/pdf",
        icon=":material/picture_as_pdf:",
        on_click="ignore",
        help="The same report as a PDF of one page.",
    )


def _draw_pdf(answer: AnsweredPhoto) -> bytes:
    from qana.reports.diagnosis_pdf import draw_diagnosis_pdf  # its package takes long to load

    return draw_diagnosis_pdf(answer.diagnosis, _read_clock(), answer.sample)


def _read_clock() -> datetime:
    return datetime.now().astimezone()

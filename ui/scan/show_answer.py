"""Shows an answer on Scan: one photo at a time, also one that comes from another page."""

import numpy as np
import streamlit as st

from ui.answered_photo import AnsweredPhoto
from ui.scan.history import keep_answer


def show_on_scan(answer: AnsweredPhoto, photo: np.ndarray) -> None:
    """Keeps the answer in the session, and the photo only if there is no answer yet.

    Args:
        answer: the diagnosis of the photo.
        photo: (H, W, 3) uint8 RGB.
    """
    forget("scan_error")
    st.session_state.answer = answer
    if answer.diagnosis.prediction is None:
        st.session_state.pending = photo
    else:
        keep_answer(answer)
        forget("photo", "pending")


def forget(*names: str) -> None:
    """Removes values from the session."""
    for name in names:
        st.session_state.pop(name, None)

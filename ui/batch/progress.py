"""Shows how far a batch is, its table, and the buttons that stop or end it."""

import streamlit as st

from qana.classes import BY_CODE, LABELS
from qana.screening.photo_answer import PhotoAnswer
from qana.screening.rows import NOTICE
from ui.batch.downloads import show_downloads
from ui.batch.photo_table import STATUS_NAMES, show_photo_table
from ui.batch.session import BatchSession, end_batch, open_photo

REFRESH_SECONDS = 1.0
ALL = "All"


def show_progress(session: BatchSession) -> None:
    """Shows the progress, the filters and the table. While photos wait, it follows each second.

    Args:
        session: the batch.
    """
    running = session.batch.running

    @st.fragment(run_every=REFRESH_SECONDS if running else None)
    def follow() -> None:
        now_running = session.batch.running
        answers = session.answers
        _show_state(session, answers, now_running)
        shown = _filter(answers)
        words = "The first answers come in a moment." if now_running else "No photo is like this."
        opened = show_photo_table(shown, words, not now_running, "batch_table")
        if opened:
            open_photo(session, opened.path, opened.page)
        st.caption(f"Each file says “{NOTICE}”. Nothing is kept after your visit.")
        if running and not now_running:
            st.rerun()  # shows what needs all answers

    follow()


def _show_state(session: BatchSession, answers: list[PhotoAnswer], running: bool) -> None:
    batch = session.batch
    done, photos = len(answers), session.photos
    counts = {status: sum(one.row.status == status for one in answers) for status in STATUS_NAMES}
    words = ", ".join(
        f"{count} {STATUS_NAMES[status].lower()}" for status, count in counts.items() if count
    )
    key = f"batch_{'running' if running and not batch.stopped else 'done'}"
    with st.container(horizontal=True, vertical_alignment="center", key=key):
        with st.container(width="stretch"):
            if running and not batch.stopped:
                st.progress(min(done / photos, 1.0), text=_describe_progress(session, done))
            else:
                stopped = f"Stopped after {done} of {photos} photos" if batch.stopped else None
                st.markdown(f"**{stopped or f'{done} photos'}**: {words or 'none classified'}.")
        if running and not batch.stopped:
            st.button("Stop", icon=":material/stop:", on_click=batch.stop, type="primary")
        else:
            show_downloads(session)
            if st.button("Other photos", icon=":material/arrow_back:"):
                end_batch()
                st.rerun()


def _describe_progress(session: BatchSession, done: int) -> str:
    words = f"{done} of {session.photos} photos"
    if done < 5 or not session.batch.seconds:
        return words
    left = session.batch.seconds / done * (session.photos - done)
    time = f"{left / 60:.0f} minutes" if left > 90 else f"{max(left, 1):.0f} seconds"
    return f"{words}, about {time} left"


def _filter(answers: list[PhotoAnswer]) -> list[PhotoAnswer]:
    """Lets the visitor choose which rows to show."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        status = st.segmented_control(
            "Status",
            [ALL, *STATUS_NAMES],
            default=ALL,
            required=True,
            format_func=lambda name: STATUS_NAMES.get(name, ALL),
            key="batch_status",
        )
        label = st.selectbox(
            "Looks most like",
            [ALL, *LABELS],
            format_func=lambda name: BY_CODE[name].name if name in BY_CODE else "Any class",
            key="batch_label",
            width=260,
        )
    return [
        one
        for one in answers
        if status in (ALL, None, one.row.status) and label in (ALL, None, one.row.top1_label)
    ]

"""What every chapter has: its idea in three sentences, and one number that moves."""

from types import ModuleType

import streamlit as st


def show_introduction(number: int, chapter: ModuleType) -> None:
    """Title and idea of a chapter module."""
    st.header(f"{number}. {chapter.TITLE}", anchor=False)
    st.markdown(" ".join(chapter.IDEA), width=760)


def show_number(label: str, value: str, about: str) -> None:
    """The chapter's number, large, with where it comes from.

    Args:
        label: what it is.
        value: as it is written, with its unit.
        about: one sentence: how it was computed, from what.
    """
    st.metric(label, value, border=True, width="stretch")
    st.caption(about)

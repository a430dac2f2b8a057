"""Describes what every chapter of Convert has, and shows its introduction and its number."""

from typing import Protocol

import streamlit as st

from ui.convert.photo import WalkthroughPhoto


class Chapter(Protocol):
    """A module of this folder that is a chapter.

    Attributes:
        TITLE: heading of the chapter.
        IDEA: its idea in three sentences, in Markdown.
    """

    TITLE: str
    IDEA: tuple[str, str, str]

    def show(self, photo: WalkthroughPhoto) -> None:
        """Draws the chapter for the visitor's photo."""


def show_introduction(number: int, chapter: Chapter) -> None:
    """Shows the title and the idea of a chapter.

    Args:
        number: of the chapter, from 1.
        chapter: its module.
    """
    st.header(f"{number}. {chapter.TITLE}", anchor=False)
    st.markdown(" ".join(chapter.IDEA), width=760)


def show_number(label: str, value: str, source: str) -> None:
    """Shows the number of a chapter, large, with its source.

    Args:
        label: name of the number.
        value: the number with its unit.
        source: one sentence on how it was computed.
    """
    st.metric(label, value, border=True, width="stretch")
    st.caption(source)

"""Where a figure comes from, said beside it."""

import streamlit as st


def measured_here(command: str) -> None:
    """The badge of figures that a command of this project produced, with the command."""
    st.markdown(f":green-badge[:material/straighten: measured here] `{command}`")


def published(source: str) -> None:
    """The badge of figures that others state and nobody here has measured."""
    st.markdown(f":orange-badge[:material/menu_book: published] {source}")

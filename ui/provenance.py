"""Where a figure comes from, said beside it."""

import streamlit as st

from qana.inference.backend import CHIP
from qana.inference.manifest import ModelEntry


def show_measured(command: str) -> None:
    """The badge of figures that a command of this project produced, with the command."""
    st.markdown(f":green-badge[:material/straighten: measured here] `{command}`")


def show_published(source: str) -> None:
    """The badge of figures that others state and nobody here has measured."""
    st.markdown(f":orange-badge[:material/menu_book: published] {source}")


def show_backend(kind: str, device: str, does: str = "Ran") -> None:
    """The badge that says whether a chip or the simulator is at work.

    Args:
        kind: "chip" or "simulator".
        device: in words.
        does: what happens or happened there.
    """
    chip = kind == CHIP
    st.badge(
        "Akida chip" if chip else "Akida simulator",
        icon=":material/memory:",
        color="green" if chip else "blue",
        help=f"{does} on: {device}.",
    )


def show_model(entry: ModelEntry) -> None:
    """Shows the badge of the network that answered."""
    st.badge(
        entry.name,
        icon=":material/hub:",
        color="gray",
        help=f"The network that answered: {entry.parameters:,} parameters, "
        f"{entry.weight_bits}-bit weights, {entry.activation_bits}-bit activations.",
    )

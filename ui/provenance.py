"""Shows where a number or an answer comes from, as a badge."""

import streamlit as st

from qana.inference.backend import CHIP
from qana.inference.manifest import ModelEntry


def show_measured(command: str) -> None:
    """Shows the badge for numbers that were measured with this project.

    Args:
        command: the command that measured them.
    """
    st.markdown(f":green-badge[:material/straighten: measured here] `{command}`")


def show_published(source: str) -> None:
    """Shows the badge for numbers that others have published and this project has not measured.

    Args:
        source: of the numbers.
    """
    st.markdown(f":orange-badge[:material/menu_book: published] {source}")


def show_backend(kind: str, device: str, does: str = "Ran") -> None:
    """Shows the badge for a chip or the simulator.

    Args:
        kind: "chip" or "simulator".
        device: description of the chip or simulator.
        does: verb for what happens there, at the start of a sentence.
    """
    chip = kind == CHIP
    st.badge(
        "Akida chip" if chip else "Akida simulator",
        icon=":material/memory:",
        color="green" if chip else "blue",
        help=f"{does} on: {device}.",
    )


def show_model(entry: ModelEntry) -> None:
    """Shows the badge of the network that answered.

    Args:
        entry: the network, from the diagnosis that is shown.
    """
    st.badge(
        entry.name,
        icon=":material/hub:",
        color="gray",
        help=f"The network that answered: {entry.parameters:,} parameters, "
        f"{entry.weight_bits}-bit weights, {entry.activation_bits}-bit activations.",
    )

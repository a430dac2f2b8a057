"""Keeps the sample and the network of a verdict in the address, so that a link opens it again."""

import time
from dataclasses import dataclass

import streamlit as st

from qana.data.samples import Sample, load_all_samples
from qana.errors import UserError
from qana.inference.manifest import find_entry
from ui.address import SETTLED
from ui.answered_photo import AnsweredPhoto

SAMPLE, MODEL = "sample", "model"


class LinkError(UserError):
    """An address that names no sample."""


@dataclass(frozen=True)
class Link:
    """What an address asks for.

    Attributes:
        sample: the sample to classify.
        model: name of the network; None for the one that the visitor has chosen.
    """

    sample: Sample
    model: str | None


def read_link() -> Link | None:
    """Reads the address. Call `close_link` as soon as its sample is classified.

    A new run of the page may interrupt the classification. Then the next run must read the address
    again.

    Returns:
        None if the address asks for no sample, for the one that has just been closed, or still for
        the one before: a browser takes a moment for a new address.

    Raises:
        LinkError: there is no such sample.
        ModelError: there is no such network.
    """
    asked = st.query_params.get(SAMPLE)
    model = st.query_params.get(MODEL)
    if asked is None or st.session_state.get("link") == (asked, model):
        return None
    since, before = st.session_state.get("link_before", (0.0, None))
    if (asked, model) == before and time.monotonic() - since < SETTLED:
        return None
    sample = next((one for one in load_all_samples() if one.image_id == asked), None)
    if sample is None:
        raise LinkError("There is no sample with the name in this link: choose one below.")
    return Link(sample, find_entry(model).name if model is not None else None)


def close_link() -> None:
    """Marks what the address asks for as done."""
    st.session_state.link = (st.query_params.get(SAMPLE), st.query_params.get(MODEL))


def write_link(answer: AnsweredPhoto) -> None:
    """Puts the sample and the network of an answer into the address.

    The address says nothing of a visitor's own photo.

    Args:
        answer: the answer that is shown.
    """
    if answer.sample is None:
        clear_link()
        return
    link = (answer.sample.image_id, answer.diagnosis.model)
    if st.session_state.get("link") != link:
        st.session_state.link_before = (time.monotonic(), st.session_state.get("link"))
    st.session_state.link = link
    for name, value in zip((SAMPLE, MODEL), link, strict=True):
        if st.query_params.get(name) != value:
            st.query_params[name] = value


def clear_link() -> None:
    """Removes the sample and the network from the address."""
    for name in (SAMPLE, MODEL):
        if name in st.query_params:
            del st.query_params[name]

"""The engines that all visitors share."""

import gc

import streamlit as st

from qana.spiking.classifier import AkidaClassifier, load_classifier
from qana.spiking.names import DEFAULT_MODEL
from qana.workshop.client import Workshop

_loaded: dict[str, AkidaClassifier] = {}


@st.cache_resource(show_spinner="Loading the spiking network")
def classifier(name: str = DEFAULT_MODEL) -> AkidaClassifier:
    """One of each model for all visitors; it answers them one at a time."""
    _loaded[name] = load_classifier(name)
    # Streamlit collects garbage after each run of a page, which took longer than the run: what is
    # loaded by now stays, and is not looked through again.
    gc.collect()
    gc.freeze()
    return _loaded[name]


def loaded_classifiers() -> list[AkidaClassifier]:
    """Those that somebody has asked for."""
    return list(_loaded.values())


@st.cache_resource
def workshop() -> Workshop:
    """Where TensorFlow and torch run: a process of its own, started by the first who asks."""
    return Workshop()

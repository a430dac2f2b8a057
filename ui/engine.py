"""The engines that all visitors share."""

import streamlit as st

from qana.spiking.classifier import AkidaClassifier, load_classifier
from qana.spiking.names import DEFAULT_MODEL
from qana.workshop.client import Workshop


@st.cache_resource(show_spinner="Loading the spiking network")
def classifier(name: str = DEFAULT_MODEL) -> AkidaClassifier:
    """One of each model for all visitors; it answers them one at a time."""
    return load_classifier(name)


@st.cache_resource
def workshop() -> Workshop:
    """Where TensorFlow and torch run: a process of its own, started by the first who asks."""
    return Workshop()

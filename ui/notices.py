"""What every page says first, where something happened to the networks since they were loaded."""

from collections.abc import Iterator

import streamlit as st

from qana.spiking.store import replaced
from ui.engine import loaded_classifiers
from ui.learn.engine import loaded_edge_models


def show_notices() -> None:
    """A sentence for each chip that was unplugged and each model file that was replaced."""
    for sentence in dict.fromkeys(_notices()):
        st.warning(sentence, icon=":material/error:")


def _notices() -> Iterator[str]:
    for classifier in loaded_classifiers():
        yield from filter(None, (classifier.trouble, replaced(classifier.entry)))
    for model in loaded_edge_models():
        yield from filter(None, (model.engine.backend.trouble, replaced(model.entry)))

"""Shows what has happened to the models since they were loaded."""

from collections.abc import Iterator

import streamlit as st

from qana.inference.model_store import check_replaced
from ui.shared_models import list_loaded_classifiers, list_loaded_edge_models


def show_notices() -> None:
    """Shows one sentence for each chip that was unplugged and each model file that was replaced.

    Every page shows them above its content. A sentence that concerns several models appears once.
    """
    for sentence in dict.fromkeys(_list_notices()):
        st.warning(sentence, icon=":material/error:")


def _list_notices() -> Iterator[str]:
    for classifier in list_loaded_classifiers():
        yield from filter(None, (classifier.warning, check_replaced(classifier.entry)))
    for model in list_loaded_edge_models():
        backend = model.engine.backend
        yield from filter(None, (backend.warning, check_replaced(model.entry)))

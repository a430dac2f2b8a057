"""The engines that all visitors share."""

import gc
from collections.abc import Iterator

import streamlit as st

from qana.edge_learning.edge_model import EdgeModel, load_edge_model
from qana.edge_learning.held_out import HeldOut, held_out_photos
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.manifest import DEFAULT_MODEL
from qana.inference.model_store import replaced
from qana.jobs.background_worker import Workshop

_loaded: dict[str, AkidaClassifier] = {}
_loaded_edge_models: list[EdgeModel] = []


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


@st.cache_resource(show_spinner="Loading the network that learns")
def edge_model() -> EdgeModel:
    """One network for all visitors; heads are their own."""
    _loaded_edge_models[:] = [load_edge_model()]
    return _loaded_edge_models[0]


def loaded_edge_models() -> list[EdgeModel]:
    """The network that learns, if somebody has asked for it."""
    return list(_loaded_edge_models)


@st.cache_resource(
    show_spinner="The network reads the held-out lesions, once for all visitors", max_entries=2
)
def held_out(front: str, _model: EdgeModel) -> HeldOut:
    """The held-out photos, and the spikes that the network with this hash makes of them."""
    return held_out_photos(_model)


def show_notices() -> None:
    """A sentence for each chip that was unplugged and each model file that was replaced."""
    for sentence in dict.fromkeys(_notices()):
        st.warning(sentence, icon=":material/error:")


def _notices() -> Iterator[str]:
    for classifier in loaded_classifiers():
        yield from filter(None, (classifier.trouble, replaced(classifier.entry)))
    for model in loaded_edge_models():
        yield from filter(None, (model.engine.backend.trouble, replaced(model.entry)))

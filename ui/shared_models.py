"""The models that all visitors share, and what happened to them since they were loaded."""

import gc
from collections.abc import Iterator

import streamlit as st

from qana.edge_learning.edge_model import EdgeModel, load_edge_model
from qana.edge_learning.held_out_photos import HeldOutPhotos, load_held_out_photos
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.manifest import DEFAULT_MODEL
from qana.inference.model_store import check_replaced
from qana.jobs.background_worker import BackgroundWorker

_loaded: dict[str, AkidaClassifier] = {}
_loaded_edge_models: list[EdgeModel] = []


@st.cache_resource(show_spinner="Loading the spiking network")
def get_classifier(name: str = DEFAULT_MODEL) -> AkidaClassifier:
    """Gets a classifier, which is loaded once for all visitors and answers one photo at a time."""
    _loaded[name] = load_classifier(name)
    # Streamlit collects garbage after each run of a page, which took longer than the run itself.
    # What is loaded by now stays, so the collector need not visit it again.
    gc.collect()
    gc.freeze()
    return _loaded[name]


def list_loaded_classifiers() -> list[AkidaClassifier]:
    """Lists the classifiers that are loaded."""
    return list(_loaded.values())


@st.cache_resource
def get_background_worker() -> BackgroundWorker:
    """Gets the process that runs TensorFlow and torch; the first request starts it."""
    return BackgroundWorker()


@st.cache_resource(show_spinner="Loading the network that learns")
def get_edge_model() -> EdgeModel:
    """Gets the network that learns: one for all visitors, each with a head of their own."""
    _loaded_edge_models[:] = [load_edge_model()]
    return _loaded_edge_models[0]


def list_loaded_edge_models() -> list[EdgeModel]:
    """Lists the network that learns, if it is loaded."""
    return list(_loaded_edge_models)


@st.cache_resource(
    show_spinner="The network reads the held-out lesions, once for all visitors", max_entries=2
)
def get_held_out(front: str, _model: EdgeModel) -> HeldOutPhotos:
    """Gets the held-out photos with the spikes that the network with this hash makes of them."""
    return load_held_out_photos(_model)


def show_notices() -> None:
    """Shows a sentence for each chip that was unplugged and each model file that was replaced."""
    for sentence in dict.fromkeys(_notices()):
        st.warning(sentence, icon=":material/error:")


def _notices() -> Iterator[str]:
    for classifier in list_loaded_classifiers():
        yield from filter(None, (classifier.trouble, check_replaced(classifier.entry)))
    for model in list_loaded_edge_models():
        yield from filter(None, (model.engine.backend.trouble, check_replaced(model.entry)))

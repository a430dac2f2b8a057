"""Loads the models and the background worker once for all visitors."""

import gc

import streamlit as st

from qana.edge_learning.edge_model import EdgeModel, load_edge_model
from qana.edge_learning.held_out_photos import HeldOutPhotos, load_held_out_photos
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.manifest import DEFAULT_MODEL
from qana.jobs.background_worker import BackgroundWorker

_loaded: dict[str, AkidaClassifier] = {}
_loaded_edge_models: list[EdgeModel] = []


@st.cache_resource(show_spinner="Loading the spiking network")
def get_classifier(name: str = DEFAULT_MODEL) -> AkidaClassifier:
    """Gets the classifier of a model, which classifies one photo at a time for all visitors.

    Args:
        name: of the model.

    Raises:
        ModelError: the model cannot be loaded.
    """
    _loaded[name] = load_classifier(name)
    # Streamlit collects garbage after each run of a page, which took longer than the run itself.
    # The models stay loaded, so the collector need not examine them again.
    gc.collect()
    gc.freeze()
    return _loaded[name]


def list_loaded_classifiers() -> list[AkidaClassifier]:
    """Lists the classifiers that are loaded."""
    return list(_loaded.values())


@st.cache_resource(on_release=BackgroundWorker.close)
def get_background_worker() -> BackgroundWorker:
    """Gets the background worker. Its process starts with the first job."""
    return BackgroundWorker()


@st.cache_resource(show_spinner="Loading the network that learns")
def get_edge_model() -> EdgeModel:
    """Gets the network that learns. Each visitor teaches a head of their own.

    Raises:
        UserError: no model can learn.
    """
    _loaded_edge_models[:] = [load_edge_model()]
    return _loaded_edge_models[0]


def list_loaded_edge_models() -> list[EdgeModel]:
    """Lists the network that learns, if it is loaded."""
    return list(_loaded_edge_models)


@st.cache_resource(
    show_spinner="The network reads the held-out lesions, once for all visitors", max_entries=2
)
def get_held_out(front_sha256: str, _model: EdgeModel) -> HeldOutPhotos:
    """Gets the held-out photos with the spikes that a network makes of them.

    Args:
        front_sha256: hash of the layers before the head; the key of the cache.
        _model: the network with these layers.
    """
    return load_held_out_photos(_model)

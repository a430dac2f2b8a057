"""The network that learns, and the photos it is watched on: the same for all visitors."""

import streamlit as st

from qana.incremental.edge_model import EdgeModel, load_edge_model
from qana.incremental.held_out import HeldOut, held_out_photos

_loaded: list[EdgeModel] = []


@st.cache_resource(show_spinner="Loading the network that learns")
def edge_model() -> EdgeModel:
    """One network for all visitors; heads are their own."""
    _loaded[:] = [load_edge_model()]
    return _loaded[0]


def loaded_edge_models() -> list[EdgeModel]:
    """The network that learns, if somebody has asked for it."""
    return list(_loaded)


@st.cache_resource(
    show_spinner="The network reads the held-out lesions, once for all visitors", max_entries=2
)
def held_out(front: str, _model: EdgeModel) -> HeldOut:
    """The held-out photos, and the spikes that the network with this hash makes of them."""
    return held_out_photos(_model)

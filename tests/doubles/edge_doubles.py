"""The edge model, photos for it, and heads that have learned a few of them."""

import numpy as np
import pytest

from qana.classes import LABELS
from qana.edge_learning.edge_engine import EdgeEngine
from qana.edge_learning.edge_model import EdgeModel, load_edge_model
from qana.edge_learning.head import MAX_CLASSES, Head, add_class, make_empty_head
from qana.edge_learning.teaching_photos import load_teaching_photos

MEL, NV = LABELS.index("mel"), LABELS.index("nv")


@pytest.fixture(scope="module")
def edge() -> EdgeModel:
    return load_edge_model()


@pytest.fixture(scope="module")
def images() -> list[np.ndarray]:
    """Three (128, 128, 3) uint8 photos of each class, class by class."""
    found = load_teaching_photos()
    return [one.image for label in LABELS for one in found if one.label == label][::3][:21]


@pytest.fixture(scope="module")
def photos(edge: EdgeModel, images: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([edge.to_inputs(image) for image in images])


@pytest.fixture(scope="module")
def spikes(edge: EdgeModel, photos: np.ndarray) -> np.ndarray:
    return edge.compute_spikes(photos)


@pytest.fixture(scope="module")
def young(edge: EdgeModel, spikes: np.ndarray) -> Head:
    """A head that has learned two photos of each class, so that every further photo changes it.

    A head that has learned many photos may ignore a photo.
    """
    head = make_empty_head(edge.initial_head.spike_count, edge.initial_head.rule, LABELS)
    for place in range(len(LABELS)):
        head = learn_photos(edge.spike_engine, head, spikes[3 * place : 3 * place + 2], place)
    return head


def learn_photos(engine: EdgeEngine, head: Head, inputs: np.ndarray, place: int) -> Head:
    """Learns photos one at a time."""
    for one in inputs:
        head = engine.learn(head, one[None], [place])
    return head


def full(head: Head) -> Head:
    while len(head.classes) < MAX_CLASSES:
        head = add_class(head, f"class {len(head.classes)}")
    return head

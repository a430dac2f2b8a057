"""The learning protocol: what the edge head learns and what it forgets, on unseen lesions."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qana.classes import LABELS
from qana.data.arrays import encode_labels
from qana.data.ham10000 import read_ham10000
from qana.data.lesion_split import split_photos
from qana.data.pad_ufes_20 import read_pad_ufes
from qana.data.photo import Photo
from qana.edge_learning.baselines import choose_ridge
from qana.edge_learning.edge_model import EdgeModel, load_edge_model
from qana.edge_learning.feature_maps import load_feature_maps, run_on_photos
from qana.edge_learning.labelled_spikes import DRAWS, LabelledSpikes
from qana.edge_learning.lesion_experiments import (
    UPDATES,
    measure_forgetting,
    measure_left_out_class,
    measure_seven_classes,
)
from qana.edge_learning.phone_experiments import measure_phone_learning, measure_unseen_class
from qana.edge_learning.spike_generator import generate_spikes, remove_head
from qana.edge_learning.train_head import HeadSettings
from qana.inference.load_network import load_network

UNSEEN_DIAGNOSIS = "SCC"
"""Squamous cell carcinoma: a diagnosis of PAD-UFES-20 that is none of the seven classes."""
PARTS = ("train", "validation", "test")


def run(
    data: Path, phone_data: Path, model: str, runs: Path, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Runs every learning experiment with the deployed edge head.

    Args:
        data: HAM10000 folder.
        phone_data: PAD-UFES-20 folder.
        model: name of a model with an edge head.
        runs: folder of the cache of feature maps. Computing them takes minutes; `python -m qana
            edge` has cached those of the training and validation lesions.
        progress: receives lines of text.

    Returns:
        Content of models/protocols/learning.json: the penalty of the retrained dense head, chosen
        on validation ("ridge"), and the results of the experiments ("seven_classes", "left_out",
        "phone", "stranger", "forgetting"), with mean and deviation over `DRAWS` draws.

    Raises:
        DataError: the data cannot be used, or a lesion is in two parts of the split.
        ModelError: the model is missing, has changed, or has no edge head.
    """
    edge = load_edge_model(model)
    engine, head = edge.spike_engine, edge.initial_head
    parts = split_photos(read_ham10000(data))
    train, validation, test = (_load_spikes(edge, parts[part], runs, part) for part in PARTS)
    progress("Seven classes")
    ridge = choose_ridge(train.flat, train.labels, validation.flat, validation.labels, len(LABELS))
    dense = _predict_with_dense_head(edge, [photo.path for photo in parts["test"]])
    settings = HeadSettings.from_record(edge.record)
    seven = measure_seven_classes(engine, head, settings, train, test, dense, ridge)
    rows = []
    for name in LABELS:
        progress(f"Without {name}, then with it")
        rows += measure_left_out_class(engine, head, train, test, name, ridge)
    progress("From dermatoscope to smartphone")
    photos = read_pad_ufes(phone_data)
    known = _load_phone_spikes(edge, [photo for photo in photos if photo.label])
    unknown = _load_phone_spikes(
        edge, [photo for photo in photos if photo.diagnosis == UNSEEN_DIAGNOSIS]
    )
    progress(f"{UPDATES} updates in a row")
    curves = {
        "every class": measure_forgetting(engine, head, validation, test),
        **{
            f"{name} only": measure_forgetting(
                engine, head, validation, test, only=LABELS.index(name)
            )
            for name in ("mel", "nv")
        },
    }
    return {
        "protocol": "learning",
        "command": (f"python -m qana protocol learning --data DIR --phone DIR --model {model}"),
        "model": model,
        "sha256": edge.entry.sha256,
        "edge": edge.record,
        "draws": DRAWS,
        "ridge": ridge,
        "photos": {part: len(parts[part]) for part in PARTS},
        "seven_classes": seven,
        "left_out": rows,
        "phone": {
            "photos": len(known.labels),
            "patients": len(np.unique(known.groups)),
            "rows": measure_phone_learning(engine, head, known),
        },
        "stranger": {
            "diagnosis": UNSEEN_DIAGNOSIS,
            "photos": len(unknown.labels),
            "patients": len(np.unique(unknown.groups)),
            "rows": measure_unseen_class(engine, head, unknown, known),
        },
        "forgetting": curves,
    }


def _load_spikes(edge: EdgeModel, photos: Sequence[Photo], runs: Path, part: str) -> LabelledSpikes:
    front = remove_head(load_network(edge.entry))
    maps = load_feature_maps(front, [photo.path for photo in photos], edge.entry, runs, part)
    lesions = np.array([photo.lesion_id for photo in photos])
    return LabelledSpikes(generate_spikes(edge.spike_network, maps), encode_labels(photos), lesions)


def _load_phone_spikes(edge: EdgeModel, photos: Sequence[Photo]) -> LabelledSpikes:
    spikes = run_on_photos(
        [photo.path for photo in photos], edge.entry.input_shape[0], edge.compute_spikes
    )
    labels = [LABELS.index(photo.label) if photo.label else len(LABELS) for photo in photos]
    patients = np.array([photo.group_id for photo in photos])
    return LabelledSpikes(spikes, np.array(labels), patients)


def _predict_with_dense_head(edge: EdgeModel, paths: Sequence[Path]) -> np.ndarray:
    network = load_network(edge.entry)

    def predict(photos: np.ndarray) -> np.ndarray:
        return network.predict(photos).reshape(len(photos), -1).argmax(axis=1).astype(np.uint8)

    return run_on_photos(paths, edge.entry.input_shape[0], predict)

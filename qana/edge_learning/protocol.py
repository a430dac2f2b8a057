"""The learning protocol: how well the edge head learns, and what it forgets, on unseen lesions."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from qana.classes import LABELS
from qana.data.arrays import encode_labels
from qana.data.ham10000 import Photo, read_ham10000
from qana.data.lesion_split import split_photos
from qana.data.pad_ufes_20 import ClinicalPhoto, read_pad_ufes
from qana.edge_learning.baselines import choose_ridge
from qana.edge_learning.choose_settings import Setting
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
from qana.inference.load_network import load_network

STRANGER = "SCC"
"""PAD-UFES-20's diagnosis that is none of the seven classes: squamous cell carcinoma."""


def run(
    data: Path, phone_data: Path, model: str, runs: Path, say: Callable[[str], None]
) -> dict[str, Any]:
    """Runs every experiment on the deployed edge head, in the engine that is there.

    Args:
        data: HAM10000 folder.
        phone_data: PAD-UFES-20 folder.
        model: name of a model that can learn.
        runs: folder for feature maps, which take minutes to make; `python -m qana edge` has left
            those of training and validation there.
        say: takes one line of progress.

    Returns:
        The document of models/protocols/learning.json: ridge, the penalty of the retrained dense
        head, chosen on validation; seven_classes, left_out, phone, stranger
        and forgetting, each with the mean and the standard deviation over `DRAWS` draws.

    Raises:
        DataError: the data cannot be used, or the split leaks.
        ModelError: the model is missing, changed, or cannot learn.
    """
    edge = load_edge_model(model)
    parts = split_photos(read_ham10000(data))
    train, validation, test = (_material(edge, parts[part], runs, part) for part in _PARTS)
    say("Seven classes")
    ridge = choose_ridge(train.flat, train.labels, validation.flat, validation.labels, len(LABELS))
    dense = _dense_answers(edge, [photo.path for photo in parts["test"]])
    setting = Setting(**{one.name: edge.record[one.name] for one in fields(Setting)})
    seven = measure_seven_classes(
        edge.spike_engine, edge.initial_head, setting, train, test, dense, ridge
    )
    rows = []
    for name in LABELS:
        say(f"Without {name}, then with it")
        rows += measure_left_out_class(
            edge.spike_engine, edge.initial_head, train, test, name, ridge
        )
    say("From dermatoscope to smartphone")
    photos = read_pad_ufes(phone_data)
    known = _phone_material(edge, [photo for photo in photos if photo.label])
    unknown = _phone_material(edge, [photo for photo in photos if photo.diagnosis == STRANGER])
    say(f"{UPDATES} updates in a row")
    curves = {
        "every class": measure_forgetting(edge.spike_engine, edge.initial_head, validation, test),
        **{
            f"{name} only": measure_forgetting(
                edge.spike_engine, edge.initial_head, validation, test, only=LABELS.index(name)
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
        "photos": {part: len(parts[part]) for part in _PARTS},
        "seven_classes": seven,
        "left_out": rows,
        "phone": {
            "photos": len(known.labels),
            "patients": len(np.unique(known.groups)),
            "rows": measure_phone_learning(edge.spike_engine, edge.initial_head, known),
        },
        "stranger": {
            "diagnosis": STRANGER,
            "photos": len(unknown.labels),
            "patients": len(np.unique(unknown.groups)),
            "rows": measure_unseen_class(edge.spike_engine, edge.initial_head, unknown, known),
        },
        "forgetting": curves,
    }


_PARTS = ("train", "validation", "test")


def _material(edge: EdgeModel, photos: Sequence[Photo], runs: Path, part: str) -> LabelledSpikes:
    front = remove_head(load_network(edge.entry))
    maps = load_feature_maps(front, [photo.path for photo in photos], edge.entry, runs, part)
    lesions = np.array([photo.lesion_id for photo in photos])
    return LabelledSpikes(generate_spikes(edge.spike_network, maps), encode_labels(photos), lesions)


def _phone_material(edge: EdgeModel, photos: Sequence[ClinicalPhoto]) -> LabelledSpikes:
    spikes = run_on_photos([photo.path for photo in photos], edge.entry.input_shape[0], edge.spikes)
    labels = [LABELS.index(photo.label) if photo.label else len(LABELS) for photo in photos]
    patients = np.array([photo.patient_id for photo in photos])
    return LabelledSpikes(spikes, np.array(labels), patients)


def _dense_answers(edge: EdgeModel, paths: Sequence[Path]) -> np.ndarray:
    network = load_network(edge.entry)

    def answers(photos: np.ndarray) -> np.ndarray:
        return network.predict(photos).reshape(len(photos), -1).argmax(axis=1).astype(np.uint8)

    return run_on_photos(paths, edge.entry.input_shape[0], answers)

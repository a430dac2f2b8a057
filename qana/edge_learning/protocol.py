"""The learning protocol: how well the edge head learns, and what it forgets, on unseen lesions."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from qana.classes import LABELS
from qana.data.arrays import labels_of
from qana.data.ham10000 import Photo, read_ham10000
from qana.data.lesion_split import split_photos
from qana.data.pad_ufes_20 import ClinicalPhoto, read_pad_ufes
from qana.edge_learning.baselines import best_ridge
from qana.edge_learning.choose_settings import Setting
from qana.edge_learning.edge_model import EdgeModel, load_edge_model
from qana.edge_learning.experiment_data import DRAWS, Material
from qana.edge_learning.experiments import UPDATES, all_classes, forgetting, left_out
from qana.edge_learning.phone_experiments import phone, stranger
from qana.edge_learning.spike_generator import codes, front_of
from qana.edge_learning.spike_maps import maps_of, run_over
from qana.inference.load_engine import load_network

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
    ridge = best_ridge(train.flat, train.labels, validation.flat, validation.labels, len(LABELS))
    dense = _dense_answers(edge, [photo.path for photo in parts["test"]])
    setting = Setting(**{one.name: edge.record[one.name] for one in fields(Setting)})
    seven = all_classes(edge.heads, edge.start, setting, train, test, dense, ridge)
    rows = []
    for name in LABELS:
        say(f"Without {name}, then with it")
        rows += left_out(edge.heads, edge.start, train, test, name, ridge)
    say("From dermatoscope to smartphone")
    photos = read_pad_ufes(phone_data)
    known = _phone_material(edge, [photo for photo in photos if photo.label])
    unknown = _phone_material(edge, [photo for photo in photos if photo.diagnosis == STRANGER])
    say(f"{UPDATES} updates in a row")
    curves = {
        "every class": forgetting(edge.heads, edge.start, validation, test),
        **{
            f"{name} only": forgetting(
                edge.heads, edge.start, validation, test, only=LABELS.index(name)
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
            "rows": phone(edge.heads, edge.start, known),
        },
        "stranger": {
            "diagnosis": STRANGER,
            "photos": len(unknown.labels),
            "patients": len(np.unique(unknown.groups)),
            "rows": stranger(edge.heads, edge.start, unknown, known),
        },
        "forgetting": curves,
    }


_PARTS = ("train", "validation", "test")


def _material(edge: EdgeModel, photos: Sequence[Photo], runs: Path, part: str) -> Material:
    front = front_of(load_network(edge.entry))
    maps = maps_of(front, [photo.path for photo in photos], edge.entry, runs, part)
    lesions = np.array([photo.lesion_id for photo in photos])
    return Material(codes(edge.network, maps), labels_of(photos), lesions)


def _phone_material(edge: EdgeModel, photos: Sequence[ClinicalPhoto]) -> Material:
    spikes = run_over([photo.path for photo in photos], edge.entry.input_shape[0], edge.spikes)
    labels = [LABELS.index(photo.label) if photo.label else len(LABELS) for photo in photos]
    patients = np.array([photo.patient_id for photo in photos])
    return Material(spikes, np.array(labels), patients)


def _dense_answers(edge: EdgeModel, paths: Sequence[Path]) -> np.ndarray:
    network = load_network(edge.entry)

    def answers(photos: np.ndarray) -> np.ndarray:
        return network.predict(photos).reshape(len(photos), -1).argmax(axis=1).astype(np.uint8)

    return run_over(paths, edge.entry.input_shape[0], answers)

"""Gives a deployed model of Akida 1.0 its edge head."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import akida
import numpy as np

from qana.classes import LABELS
from qana.conversion.mapping import check_mapping
from qana.data.arrays import encode_labels
from qana.data.ham10000 import Photo, read_ham10000
from qana.data.lesion_split import split_photos
from qana.edge_learning.choose_settings import Maps, Setting, choose_setting, train_head
from qana.edge_learning.edge_engine import EdgeEngine
from qana.edge_learning.feature_maps import load_feature_maps
from qana.edge_learning.head_files import save_head
from qana.edge_learning.spike_generator import (
    append_spike_generator,
    build_spike_generator,
    generate_spikes,
    remove_head,
)
from qana.evaluation.report_files import write_report
from qana.inference.load_network import load_network
from qana.inference.manifest import AKIDA1, ModelEntry, ModelError, find_entry, update_record
from qana.inference.model_store import hash_file

SEED = 0
"""Of the codes and of the order of the photos, in the head that is deployed."""


def build_edge_head(
    data: Path, name: str, models: Path, runs: Path, say: Callable[[str], None]
) -> dict[str, Any]:
    """Chooses the settings on validation, teaches the seven classes, and writes both files.

    Args:
        data: HAM10000 folder.
        name: of a model for Akida 1.0 in the models folder.
        models: models folder; its manifest and its studies/edge.json are written.
        runs: folder for feature maps, which take minutes to make.
        say: takes one line of progress.

    Returns:
        The manifest's "edge" of the model.

    Raises:
        DataError: the data cannot be used.
        ModelError: the model is missing, changed, or not for Akida 1.0.
        ConversionError: network and head do not lie entirely on the chip.
    """
    entry = find_entry(name, models)
    if entry.target != AKIDA1:
        raise ModelError(f"The model {name} is for Akida 2.0, which cannot learn: choose another.")
    front = remove_head(load_network(entry))
    parts = split_photos(read_ham10000(data))
    train = _maps(front, parts["train"], entry, runs, "train")
    validation = _maps(front, parts["validation"], entry, runs, "validation")
    setting, rows = choose_setting(train, validation, say)
    command = f"python -m qana edge --data DIR --model {name}"
    write_report(models / "studies" / "edge.json", _table(setting, rows, command))

    generator = build_spike_generator(
        train[0], setting.spikes, setting.share, setting.whitening, SEED
    )
    spikes = generate_spikes(generator, train[0])
    rule = setting.rule(spikes)
    say("Teaching the seven classes")
    head = train_head(spikes, train[1], rule, setting, LABELS, SEED)
    network = append_spike_generator(front, generator)
    whole = EdgeEngine(network, head.rule)
    whole.recognize(head, np.zeros((1, *entry.input_shape), np.uint8))  # sets the head
    placed = check_mapping(whole.model, AKIDA1)
    with TemporaryDirectory(dir=models) as temporary:
        file, stored = (Path(temporary) / f"{name}.{part}" for part in ("front.fbz", "head"))
        network.save(str(file))
        save_head(head, hash_file(file), stored)
        record = {
            "file": file.name,
            "sha256": hash_file(file),
            "head": {"file": stored.name, "sha256": hash_file(stored)},
            **vars(setting),
            "connections": rule.connections,
            "passes": {name: device.passes for name, device in placed.items()},
            "processors": {name: device.processors for name, device in placed.items()},
            "command": command,
        }
        for path in (file, stored):
            path.replace(models / path.name)
    update_record(name, {"edge": record}, models)
    return record


def _maps(
    front: akida.Model, photos: Sequence[Photo], entry: ModelEntry, runs: Path, part: str
) -> Maps:
    maps = load_feature_maps(front, [photo.path for photo in photos], entry, runs, part)
    return maps, encode_labels(photos)


def _table(setting: Setting, rows: list[dict[str, Any]], command: str) -> dict[str, Any]:
    columns = list(rows[0])
    return {
        "study": "edge",
        "title": "The edge head: settings drawn at random",
        "command": command,
        "subset": "validation",
        "columns": columns,
        "rows": [[row[column] for column in columns] for row in rows],
        "note": "Validation lesions, on Akida's own learning layer: balanced accuracy of the seven "
        "classes, and after one of them was left out and learned from 20 photos; mean and "
        "standard deviation over the draws of the codes. Who does badly is judged by few draws. "
        f"Chosen: {vars(setting)}.",
        "missing": [],
    }

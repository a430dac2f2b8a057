"""Builds the edge head of a deployed model for Akida 1.0."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import akida
import numpy as np

from qana.classes import LABELS
from qana.conversion.mapping import check_mapping
from qana.data.arrays import encode_labels
from qana.data.ham10000 import read_ham10000
from qana.data.lesion_split import split_photos
from qana.data.photo import Photo
from qana.edge_learning.choose_settings import choose_settings
from qana.edge_learning.edge_engine import EdgeEngine
from qana.edge_learning.feature_maps import LabelledMaps, load_feature_maps
from qana.edge_learning.head_files import save_head
from qana.edge_learning.spike_generator import (
    append_spike_generator,
    build_spike_generator,
    generate_spikes,
    remove_head,
)
from qana.edge_learning.train_head import HeadSettings, train_head
from qana.errors import ModelError
from qana.evaluation.report_files import write_report
from qana.inference.load_network import load_network
from qana.inference.manifest import AKIDA1, ModelEntry, find_entry, update_record
from qana.inference.model_store import hash_file

SEED = 0
"""Seed of the spike weights and of the order of the photos in the deployed head."""


def build_edge_head(
    data: Path,
    name: str,
    models: Path,
    runs: Path,
    progress: Callable[[str], None],
    keep_settings: bool = False,
) -> dict[str, Any]:
    """Chooses the settings on validation lesions, trains the head, and writes its files.

    Args:
        data: HAM10000 folder.
        name: name of a model for Akida 1.0.
        models: folder of the models. Its manifest and its studies/edge.json are updated.
        runs: folder of the cache of feature maps. Computing them takes minutes.
        progress: receives lines of text.
        keep_settings: train with the settings of the present head instead of a search for others,
            which takes hours.

    Returns:
        The new value of "edge" of the model in the manifest.

    Raises:
        DataError: the data cannot be used.
        ModelError: the model is missing, has changed, is not for Akida 1.0, or has no head whose
            settings can be kept.
        ConversionError: the network with its head does not map entirely to an AKD1000.
    """
    entry = find_entry(name, models)
    if entry.target != AKIDA1:
        raise ModelError(
            f"The model {name} is for Akida 2.0, which cannot learn: choose a model for Akida 1.0."
        )
    if keep_settings and "edge" not in entry.record:
        raise ModelError(
            f"The model {name} has no edge head yet: run the command without --keep-settings."
        )
    front = remove_head(load_network(entry))
    parts = split_photos(read_ham10000(data))
    train = _load_maps(front, parts["train"], entry, runs, "train")
    command = f"python -m qana edge --data DIR --model {name}"
    weights = {name: entry.sha256}
    if keep_settings:
        settings = HeadSettings.from_record(entry.record["edge"])
        command += " --keep-settings"
    else:
        validation = _load_maps(front, parts["validation"], entry, runs, "validation")
        settings, rows = choose_settings(train, validation, progress)
        study = _make_study(settings, rows, command) | {"weights": weights}
        write_report(models / "studies" / "edge.json", study)

    generator = build_spike_generator(
        train.maps, settings.spikes, settings.share, settings.whitening, SEED
    )
    spikes = generate_spikes(generator, train.maps)
    rule = settings.make_rule(spikes)
    progress("Learning the seven classes")
    head = train_head(spikes, train.labels, rule, settings, LABELS, SEED)
    network = append_spike_generator(front, generator)
    engine = EdgeEngine(network, head.rule)
    blank = np.zeros((1, *entry.input_shape), np.uint8)
    engine.recognize(head, blank)  # gives the learning layer the size and state of the head
    mappings = check_mapping(engine.model, AKIDA1)
    with TemporaryDirectory(dir=models) as temporary:
        file, stored = (Path(temporary) / f"{name}.{part}" for part in ("front.fbz", "head"))
        network.save(str(file))
        save_head(head, hash_file(file), stored)
        record = {
            "file": file.name,
            "sha256": hash_file(file),
            "head": {"file": stored.name, "sha256": hash_file(stored)},
            **vars(settings),
            "connections": rule.connections,
            "passes": {name: device.passes for name, device in mappings.items()},
            "processors": {name: device.processors for name, device in mappings.items()},
            "command": command,
            "weights": weights,
        }
        for path in (file, stored):
            path.replace(models / path.name)
    update_record(name, {"edge": record}, models)
    return record


def _load_maps(
    front: akida.Model, photos: Sequence[Photo], entry: ModelEntry, runs: Path, part: str
) -> LabelledMaps:
    maps = load_feature_maps(front, [photo.path for photo in photos], entry, runs, part)
    return LabelledMaps(maps, encode_labels(photos))


def _make_study(settings: HeadSettings, rows: list[dict[str, Any]], command: str) -> dict[str, Any]:
    columns = list(rows[0])
    return {
        "study": "edge",
        "title": "The edge head: settings drawn at random",
        "command": command,
        "subset": "validation",
        "columns": columns,
        "rows": [[row[column] for column in columns] for row in rows],
        "note": "All scores come from Akida's own learning layer. balanced_accuracy is the score "
        "of the seven classes. after_learning is the same score after one class was left out and "
        "then learned from 20 photos. Both are means over random draws, with their standard "
        "deviations. Settings with a low score were tried with few draws. Chosen settings: "
        f"{', '.join(f'{name} {value}' for name, value in vars(settings).items())}.",
        "missing": [],
    }

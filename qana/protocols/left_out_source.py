"""Evaluates networks that were trained without a source, on the photos of that source.

It answers what a clinic gets if its photos were never seen. Train a network without a source first,
and name its file:

python -m qana train --data DIR --recipe without-milk10k --out OUT
python -m qana protocol sources --data DIR --left-out milk10k=OUT/without-milk10k.fbz
"""

from collections.abc import Sequence
from pathlib import Path

import akida
import numpy as np

from qana.data.arrays import load_inputs
from qana.data.photo import Photo
from qana.data.sources import SOURCES
from qana.errors import UserError
from qana.evaluation.source_scores import Predict, evaluate_sources
from qana.evaluation.source_table import SourceRow
from qana.inference.model_store import hash_file
from qana.protocols.sources_report import LeftOutSource

BATCH = 64


def evaluate_left_out(source: str, network: Path, photos: Sequence[Photo]) -> LeftOutSource:
    """Evaluates one network on the source that it was trained without.

    Args:
        source: name of the data set.
        network: .fbz file of an Akida network, or .h5 or .keras file of a Keras network.
        photos: photos of any sources; those of other sources are left out.

    Raises:
        UserError: there is no such source, file or photo.
        ImageError: a photo cannot be read.
    """
    if source not in SOURCES:
        raise UserError(f"There is no source '{source}': choose one of {', '.join(SOURCES)}.")
    own = [photo for photo in photos if photo.source == source and photo.label is not None]
    if not own:
        raise UserError(f"The data have no photo of {source}: give the folder with all data sets.")
    rows = evaluate_network(network, own)
    return LeftOutSource(source, network.name, hash_file(network), rows)


def evaluate_network(network: Path, photos: Sequence[Photo]) -> list[SourceRow]:
    """Evaluates a network file on photos of any sources.

    Args:
        network: .fbz file of an Akida network, or .h5 or .keras file of a Keras network.
        photos: the photos, at least one with a label.

    Returns:
        The scores by source and image type.

    Raises:
        UserError: there is no such file.
        ImageError: a photo cannot be read.
    """
    if not network.is_file():
        raise UserError(f"There is no network {network}: give the file of a trained network.")
    predict, size = _load_akida(network) if network.suffix == ".fbz" else _load_keras(network)
    return evaluate_sources(predict, photos, load_inputs(photos, size)).rows


def _load_akida(path: Path) -> tuple[Predict, int]:
    model = akida.Model(str(path))

    def predict(inputs: np.ndarray) -> np.ndarray:
        logits: np.ndarray = model.predict(inputs, batch_size=BATCH)
        return logits

    return predict, model.input_shape[0]


def _load_keras(path: Path) -> tuple[Predict, int]:
    # TensorFlow takes seconds to load, and the other sections do without it.
    from qana.network.quantizeml_loading import load_model

    model = load_model(str(path))

    def predict(inputs: np.ndarray) -> np.ndarray:
        logits: np.ndarray = model.predict(inputs, batch_size=BATCH, verbose=0)
        return logits

    return predict, model.input_shape[1]

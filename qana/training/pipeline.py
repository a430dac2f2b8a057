"""Runs the whole pipeline from photos to a checked model on Akida."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tf_keras as keras

from qana.data.arrays import encode_labels, load_inputs
from qana.data.outlier_photos import OutlierPhoto
from qana.evaluation.metrics import score_probabilities
from qana.inference.temperature import softmax
from qana.network.logits import compute_logits
from qana.training import ProgressCallback
from qana.training.publish import publish
from qana.training.recipe import Recipe
from qana.training.source_weights import select_compared
from qana.training.stages import Stages
from qana.training.subsets import load_subsets

HEADLINES = ("accuracy", "balanced_accuracy", "macro_f1")
"""Metrics of each stage that the manifest contains."""


def train(
    data: Path,
    recipe: Recipe,
    out: Path,
    runs: Path,
    progress: ProgressCallback,
    photographs: Sequence[OutlierPhoto] = (),
) -> None:
    """Trains, quantizes, tunes, converts, checks, measures and publishes one model.

    A stopped run continues where it was stopped.

    Args:
        data: HAM10000 folder in its official layout. For a recipe with sources, folder whose
            subfolders are data sets.
        recipe: recipe of the model.
        out: models folder. It receives the model, its Keras forms and the manifest.
        runs: folder of all runs. It receives the results of the stages, see `Stages`.
        progress: receives one line for each step.
        photographs: photographs without a lesion, for the gate.

    Raises:
        DataError: the data cannot be used, or `runs` has a run of another recipe with this name.
        ConversionError: the converted model differs from the quantized network.
    """
    progress(f"Reading the photos of {data.name}")
    subsets = load_subsets(data, recipe)
    progress(
        f"{len(subsets.train)} photos for training, {len(subsets.validation)} for validation, "
        f"{len(subsets.test)} for the test; no lesion is in two subsets"
    )
    stages = Stages(subsets, recipe, runs, progress)
    networks = {"float": stages.float_network, "ptq": stages.ptq_network}
    if recipe.solved_rounding:
        networks["solved"] = stages.solved_network
    networks["tuned"] = stages.tuned_network
    progress("Measuring the network of each stage on the test lesions, in Keras")
    test = select_compared(subsets.test)
    inputs, labels = load_inputs(test, recipe.input_size), encode_labels(test)
    publish(
        recipe,
        networks["float"],
        networks["tuned"],
        subsets,
        {name: _measure(network, inputs, labels) for name, network in networks.items()},
        stages.operating_point,
        out,
        progress,
        photographs,
    )


def _measure(model: keras.Model, inputs: np.ndarray, labels: np.ndarray) -> dict[str, object]:
    """Measures a Keras network: the headline metrics and the recall of each class."""
    result = score_probabilities(labels, softmax(compute_logits(model, inputs)))
    recalls = {label: values.recall for label, values in result.per_class.items()}
    return {name: getattr(result, name) for name in HEADLINES} | {"recall": recalls}

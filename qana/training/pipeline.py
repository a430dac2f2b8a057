"""The whole way from photos to a checked model on Akida."""

import dataclasses
from pathlib import Path

import numpy as np
import tf_keras as keras

from qana.data.arrays import encode_labels, load_inputs
from qana.evaluation.metrics import summarize
from qana.inference.temperature import softmax
from qana.network.logits import compute_logits
from qana.training.publish import publish
from qana.training.recipe import Recipe
from qana.training.stages import Say, Stages
from qana.training.subsets import load_subsets

HEADLINES = ("accuracy", "balanced_accuracy", "macro_f1")


def train(data: Path, recipe: Recipe, out: Path, runs: Path, progress: Say) -> None:
    """Trains, quantizes, tunes, converts, checks, measures and publishes one model.

    Args:
        data: HAM10000 folder in its official layout.
        recipe: what to make.
        out: models folder to write the model, its Keras forms and the manifest to.
        runs: folder for the results of the stages, see `Stages`.
        say: takes one line of progress.

    Raises:
        DataError: the data cannot be used, or `runs` holds a run of another recipe.
        ConversionError: the converted model is not the quantized one.
    """
    progress(f"Reading the photos of {data.name}")
    subsets = load_subsets(data, recipe)
    progress(
        f"{len(subsets.train)} photos to train on, {len(subsets.validation)} to choose by, "
        f"{len(subsets.test)} to test on, no lesion in two of them"
    )
    stages = Stages(subsets, recipe, runs, progress)
    networks = {"float": stages.float_network, "ptq": stages.ptq_network}
    if recipe.solved_rounding:
        networks["solved"] = stages.solved_network
    networks["tuned"] = stages.tuned_network
    progress("Measuring each stage in Keras on the test lesions")
    inputs, labels = load_inputs(subsets.test, recipe.input_size), encode_labels(subsets.test)
    publish(
        recipe,
        {"float": networks["float"], "quantized": networks["tuned"]},
        subsets,
        {
            "stages": {name: _measure(model, inputs, labels) for name, model in networks.items()},
            "operating_point": dataclasses.asdict(stages.operating_point),
        },
        out,
        progress,
    )


def _measure(model: keras.Model, inputs: np.ndarray, labels: np.ndarray) -> dict[str, object]:
    result = summarize(labels, softmax(compute_logits(model, inputs)))
    recalls = {label: values["recall"] for label, values in result["per_class"].items()}
    return {name: result[name] for name in HEADLINES} | {"recall": recalls}

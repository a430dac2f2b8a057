"""The whole way from photos to a checked model on Akida."""

import dataclasses
from pathlib import Path

import numpy as np
import tf_keras as keras

from qana.data.arrays import labels_of, load_inputs
from qana.evaluation.metrics import summarize
from qana.inference.probabilities import softmax
from qana.network.logits import logits_of
from qana.training.publish import publish
from qana.training.recipe import Recipe
from qana.training.stages import Say, Stages
from qana.training.subsets import load_subsets

HEADLINES = ("accuracy", "balanced_accuracy", "macro_f1")


def train(data: Path, recipe: Recipe, out: Path, runs: Path, say: Say) -> None:
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
    say(f"Reading the photos of {data.name}")
    subsets = load_subsets(data, recipe)
    say(
        f"{len(subsets.train)} photos to train on, {len(subsets.validation)} to choose by, "
        f"{len(subsets.test)} to test on, no lesion in two of them"
    )
    stages = Stages(subsets, recipe, runs, say)
    networks = {"float": stages.float_network, "ptq": stages.ptq_network}
    if recipe.solved_rounding:
        networks["solved"] = stages.solved_network
    networks["tuned"] = stages.tuned_network
    say("Measuring each stage in Keras on the test lesions")
    inputs, labels = load_inputs(subsets.test, recipe.input_size), labels_of(subsets.test)
    publish(
        recipe,
        {"float": networks["float"], "quantized": networks["tuned"]},
        subsets,
        {
            "stages": {name: _measured(model, inputs, labels) for name, model in networks.items()},
            "operating_point": dataclasses.asdict(stages.operating_point),
        },
        out,
        say,
    )


def _measured(model: keras.Model, inputs: np.ndarray, labels: np.ndarray) -> dict[str, object]:
    result = summarize(labels, softmax(logits_of(model, inputs)))
    recalls = {label: values["recall"] for label, values in result["per_class"].items()}
    return {name: result[name] for name in HEADLINES} | {"recall": recalls}

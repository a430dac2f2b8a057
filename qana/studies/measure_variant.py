"""Trains a variant of a study and measures its stages."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import akida
import numpy as np
import tf_keras as keras

from qana.conversion.convert import convert, convert_whole
from qana.conversion.vendor_converter import use_generation
from qana.data.arrays import identity, load_inputs
from qana.data.colour_constancy import apply_shades_of_grey
from qana.data.photo import Photo
from qana.data.sources import SOURCES
from qana.errors import ConversionError
from qana.inference.temperature import softmax
from qana.network.logits import compute_logits
from qana.network.macs import count_macs
from qana.studies.class_table import measure_classes
from qana.studies.measure_events import measure_events
from qana.studies.source_table import measure_sources
from qana.studies.study import EVENT_TABLE, Study, Variant
from qana.training import ProgressCallback
from qana.training.stages import Stages
from qana.training.subsets import Subsets, load_subsets, read_labelled_subsets

ComputeLogits = Callable[[np.ndarray], np.ndarray]
"""(N, S, S, 3) uint8 to (N, 7) logits."""


def measure_stages(
    study: Study,
    variant: Variant,
    known: dict[str, Any],
    data: Path,
    runs: Path,
    progress: ProgressCallback,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Measures each stage that is not in `known`.

    A recipe with sources is measured on the photos of all sources, also of those that it was not
    trained on.

    Args:
        study: gives the subset and the kind of the table.
        variant: variant to train and measure.
        known: stages that are measured already.
        data: folder of the photos.
        runs: folder of all runs.
        progress: receives one line for each stage.

    Yields:
        The name of each stage and its figures.

    Raises:
        DataError: the data cannot be used.
    """
    recipe = variant.recipe
    subsets = load_subsets(data, recipe)
    stages = Stages(subsets, recipe, runs, progress)
    photos = _choose_photos(study, variant, subsets, data)
    first = apply_shades_of_grey if recipe.colour_constancy else identity
    inputs = load_inputs(photos, recipe.input_size, first)
    measure = measure_sources if recipe.sources else measure_classes
    for stage in [stage for stage in variant.stages if stage not in known]:
        try:
            converted = stage == "akida" or study.table == EVENT_TABLE
            model = _convert(stages, stage, subsets, recipe.target) if converted else None
            network = _make_function(model if stage == "akida" else None, stages, stage)
            logits = _average_flips(network, inputs) if variant.flips else network(inputs)
            found = measure(photos, logits)
            if study.table == EVENT_TABLE:
                found |= measure_events(model, photos)
                found["strength"] = recipe.activation_penalty or 0.0
        except ConversionError as error:
            progress(str(error))
            found = {"failed": str(error)}
        yield stage, found | _count_costs(stages)


def _choose_photos(study: Study, variant: Variant, subsets: Subsets, data: Path) -> list[Photo]:
    """Chooses the photos to measure: those of all sources, if the recipe has sources."""
    if variant.recipe.sources:
        return read_labelled_subsets(data, SOURCES)[study.subset]
    return list(subsets.test if study.subset == "test" else subsets.validation)


def _make_function(model: akida.Model | None, stages: Stages, stage: str) -> ComputeLogits:
    """Returns the Akida model as a function, or the Keras network of a stage."""
    if model is not None:
        return lambda inputs: model.predict(inputs, batch_size=64).reshape(len(inputs), -1)
    keras_model: keras.Model = getattr(stages, f"{stage}_network")
    return lambda inputs: compute_logits(keras_model, inputs)


def _convert(stages: Stages, stage: str, subsets: Subsets, target: str) -> akida.Model:
    """Converts the network of a quantized stage. The stage "akida" has all checks."""
    if stage == "akida":
        return convert(stages.tuned_network, subsets.inputs, target)[0]
    with use_generation(target):
        return convert_whole(getattr(stages, f"{stage}_network"))


def _average_flips(network: ComputeLogits, inputs: np.ndarray) -> np.ndarray:
    """Returns the log of the mean probabilities of four mirror images, (N, 7)."""
    views = (inputs, inputs[:, ::-1], inputs[:, :, ::-1], inputs[:, ::-1, ::-1])
    probabilities = np.mean([softmax(network(np.ascontiguousarray(view))) for view in views], 0)
    return np.log(probabilities)


def _count_costs(stages: Stages) -> dict[str, Any]:
    """Counts the parameters and the MACs of the float network."""
    return {
        "parameters": int(stages.float_network.count_params()),
        "macs": count_macs(stages.float_network),
    }

"""The whole way from photos to a checked model on Akida, in stages that a stop cannot undo."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tf_keras as keras
from quantizeml import load_model

from qana.data.arrays import labels_of, load_inputs
from qana.data.errors import DataError
from qana.evaluation.metrics import summarize
from qana.network.cost import macs
from qana.network.registry import build
from qana.probabilities import softmax
from qana.training.fit import fit
from qana.training.operating_point import set_operating_point
from qana.training.publish import publish
from qana.training.quantization import quantize_network
from qana.training.recipe import Recipe
from qana.training.subsets import Subsets, load_subsets

HEADLINES = ("accuracy", "balanced_accuracy", "macro_f1")
Say = Callable[[str], None]


def train(data: Path, recipe: Recipe, out: Path, runs: Path, say: Say) -> None:
    """Trains, quantizes, tunes, converts, checks, measures and publishes one model.

    Each stage leaves its result in `runs`/<recipe>; a stage whose result is there is not repeated,
    and a stopped fit goes on at its last epoch.

    Args:
        data: HAM10000 folder in its official layout.
        recipe: what to make.
        out: models folder to write the model, its Keras forms and the manifest to.
        runs: folder for checkpoints.
        say: takes one line of progress.

    Raises:
        DataError: the data cannot be used, or `runs` holds a run of another recipe.
        ConversionError: the converted model is not the quantized one.
    """
    folder = runs / recipe.name
    _claim(folder, recipe)
    say(f"Reading the photos of {data.name}")
    subsets = load_subsets(data, recipe)
    say(
        f"{len(subsets.train)} photos to train on, {len(subsets.validation)} to choose by, "
        f"{len(subsets.test)} to test on, no lesion in two of them"
    )
    float_model = _stage(folder, "float", say, lambda: _fit_float(subsets, recipe, folder))
    ptq = _stage(
        folder, "ptq", say, lambda: quantize_network(float_model, subsets.train_inputs, recipe)
    )
    tuned = _stage(folder, "tuned", say, lambda: _tune(folder, subsets, recipe))
    say("Measuring each stage in Keras on the test lesions")
    test_inputs = load_inputs(subsets.test, recipe.input_size)
    test_labels = labels_of(subsets.test)
    stages = {
        name: _headlines(model, test_inputs, test_labels)
        for name, model in (("float", float_model), ("ptq", ptq), ("tuned", tuned))
    }
    publish(
        recipe,
        {"float": float_model, "quantized": tuned},
        subsets,
        {
            "stages": stages,
            "strength": json.loads((folder / "operating_point.json").read_text()),
            "keras_macs": macs(float_model),
        },
        out,
        say,
    )


def _claim(folder: Path, recipe: Recipe) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / "recipe.json"
    written = {"digest": recipe.digest(), **dataclasses.asdict(recipe)}
    if marker.is_file() and json.loads(marker.read_text())["digest"] != recipe.digest():
        raise DataError(
            f"{folder} holds a run of another recipe named {recipe.name}: remove that folder or "
            "give another one with --runs."
        )
    marker.write_text(json.dumps(written, indent=1) + "\n")


def _stage(folder: Path, name: str, say: Say, make: Callable[[], keras.Model]) -> keras.Model:
    path = folder / f"{name}.h5"
    if path.is_file():
        say(f"Stage {name}: done before, taken from {path.name}")
    else:
        say(f"Stage {name}")
        unfinished = path.with_suffix(".unfinished.h5")
        make().save(unfinished, include_optimizer=False)
        unfinished.replace(path)  # a stop in the middle of a save must not look like a result
    return load_model(str(path))


def _fit_float(subsets: Subsets, recipe: Recipe, folder: Path) -> keras.Model:
    keras.utils.set_random_seed(recipe.seed)
    model = build(recipe.architecture, input_size=recipe.input_size, **recipe.options)
    for cycle in range(1, recipe.cycles + 1):
        fit(
            model,
            subsets,
            recipe,
            epochs=recipe.epochs,
            learning_rate=recipe.learning_rate,
            warmup_epochs=recipe.warmup_epochs,
            folder=folder / f"float{cycle}",
            title=f"float {cycle}/{recipe.cycles}",
        )
    strength = set_operating_point(model, subsets.inputs, subsets.labels, subsets.train_labels)
    (folder / "operating_point.json").write_text(f"{strength}\n")
    return model


def _tune(folder: Path, subsets: Subsets, recipe: Recipe) -> keras.Model:
    model = load_model(str(folder / "ptq.h5"))
    fit(
        model,
        subsets,
        recipe,
        epochs=recipe.tuning_epochs,
        learning_rate=recipe.tuning_rate,
        warmup_epochs=0,
        folder=folder / "tuning",
        title="quantization-aware",
    )
    return model


def _headlines(model: keras.Model, inputs: np.ndarray, labels: np.ndarray) -> dict[str, object]:
    logits = model.predict(inputs.astype(np.float32), batch_size=64, verbose=0)
    result = summarize(labels, softmax(logits))
    return {name: result[name] for name in HEADLINES}

"""The paper's protocol: the number that it gives, and how much of it is the leak."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from qana.classes import LABELS
from qana.conversion.convert import convert
from qana.data.arrays import labels_of, load_inputs
from qana.data.ham10000 import Photo, read_ham10000
from qana.data.paper_split import (
    SPLIT_FILE,
    Row,
    make_paper_split,
    materialize,
    measure_overlap,
    read_paper_split,
)
from qana.evaluation.bootstrap import intervals
from qana.evaluation.metrics import summarize
from qana.inference.model_store import sha256
from qana.inference.probabilities import softmax
from qana.training.recipe import Recipe
from qana.training.stages import Stages
from qana.training.subsets import Subsets, load_subsets

RECIPE = Recipe(
    "paper",
    frame_height=160,
    epochs=80,
    tuning_epochs=2,
    label_smoothing=0.05,
    augmentation=0.5,
    weight_decay=0.01,
)
"""Labels only, no teacher: a teacher would carry the leak, or the lack of it, from elsewhere."""
CHOSEN_BY = 20
"""Every so many training images one is set aside for the choices. The authors choose by the test
images, which adds to their figure."""
PUBLISHED = {"accuracy": 0.916, "macro_f1": 0.910}
"""By the authors, arXiv 2507.15958; not measured here."""


def run(
    data: Path, model: str, say: Callable[[str], None], runs: Path = Path("runs")
) -> dict[str, Any]:
    """Trains one network by one recipe on both splits and measures both on Akida.

    Args:
        data: HAM10000 folder in its official layout.
        model: not used: the protocol trains its own, of the deployed architecture.
        say: takes one line of progress.
        runs: folder for the results of the stages; a stopped run goes on.

    Returns:
        The document of models/protocols/paper.json: split, overlap, published, recipe, test (of the
        paper's split) and same_network_lesion (of the lesion split), each with the metrics of
        `evaluate` and 95 % intervals over lesions.

    Raises:
        DataError: the data cannot be used.
        ConversionError: a converted network is not the quantized one.
    """
    photos = read_ham10000(data)
    stored = read_paper_split()
    known = {row.image_id for row in stored} == {photo.image_id for photo in photos}
    rows = stored if known else make_paper_split(photos)
    overlap = measure_overlap(rows, photos)
    say(
        f"{overlap['own_source']:.0%} of the test images have their own source photo in training, "
        f"{overlap['own_source_not_nevi']:.0%} of those that are no nevi"
    )
    test_rows = [row for row in rows if row.subset == "test"]
    of = {photo.image_id: photo for photo in photos}
    leaky = _measured(
        _paper_subsets(rows, photos),
        RECIPE,
        materialize(test_rows, photos, RECIPE.input_size),
        [of[row.image_id] for row in test_rows],
        runs,
        say,
    )
    lesion_recipe = replace(RECIPE, name="paper-lesion")
    subsets = load_subsets(data, lesion_recipe)
    honest = _measured(
        subsets,
        lesion_recipe,
        load_inputs(subsets.test, lesion_recipe.input_size),
        subsets.test,
        runs,
        say,
    )
    return {
        "protocol": "paper",
        "command": "python -m qana protocol paper --data DIR",
        "split": {
            "file": SPLIT_FILE.name if known else None,
            "sha256": sha256(SPLIT_FILE) if known else None,
            "train": len(rows) - len(test_rows),
            "test": len(test_rows),
        },
        "overlap": overlap,
        "published": PUBLISHED,
        "recipe": RECIPE.digest(),
        "test": leaky,
        "same_network_lesion": honest,
    }


def _paper_subsets(rows: Sequence[Row], photos: Sequence[Photo]) -> Subsets:
    of = {photo.image_id: photo for photo in photos}
    # Rows are sorted by photo: neighbours are copies of one.
    train = [row for row in rows if row.subset == "train"]
    chosen_by, learned = train[::CHOSEN_BY], [r for i, r in enumerate(train) if i % CHOSEN_BY]

    def labels(part: Sequence[Row]) -> np.ndarray:
        return labels_of([of[row.image_id] for row in part])

    return Subsets(
        train=(),
        validation=(),
        test=(),
        frames=materialize(learned, photos, RECIPE.frame_height),
        train_inputs=materialize(learned, photos, RECIPE.input_size),
        train_labels=labels(learned),
        inputs=materialize(chosen_by, photos, RECIPE.input_size),
        labels=labels(chosen_by),
    )


def _measured(
    subsets: Subsets,
    recipe: Recipe,
    inputs: np.ndarray,
    photos: Sequence[Photo],
    runs: Path,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Metrics of the tuned network on Akida."""
    stages = Stages(subsets, recipe, runs, say)
    akida_model, report = convert(stages.tuned_network, subsets.inputs)
    say(f"{recipe.name}: measuring on Akida")
    logits = akida_model.predict(inputs, batch_size=64).reshape(len(inputs), len(LABELS))
    labels = labels_of(photos)
    lesions = [photo.lesion_id for photo in photos]
    return {
        **summarize(labels, softmax(logits)),
        "ci95": intervals(labels, logits.argmax(axis=1), lesions),
        "conversion": {"check_photos": report.photos, "equal_logits": report.equal_logits},
    }

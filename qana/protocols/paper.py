"""The paper's protocol: trains one network on the paper's split and on the lesion split."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from qana.classes import LABELS
from qana.conversion.convert import convert
from qana.data.arrays import encode_labels, load_inputs
from qana.data.ham10000 import read_ham10000
from qana.data.paper_split import (
    SPLIT_FILE,
    SplitRow,
    load_split_images,
    make_paper_split,
    read_paper_split,
)
from qana.data.photo import Photo
from qana.data.split_overlap import measure_overlap
from qana.evaluation.bootstrap import compute_intervals
from qana.evaluation.metrics import score_probabilities
from qana.inference.model_store import hash_file
from qana.inference.temperature import softmax
from qana.protocols.paper_report import (
    ConversionCheck,
    ConvertedScores,
    PaperReport,
    PaperSplit,
    PublishedScores,
)
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
"""Labels only: a teacher would carry knowledge of another split into the network."""
VALIDATION_STRIDE = 20
"""One in so many training images serves as validation. The authors validate on the test images,
which raises their figures."""
PUBLISHED = PublishedScores(accuracy=0.916, macro_f1=0.910)
"""By the authors, arXiv 2507.15958; not measured here."""


def run(
    data: Path, model: str, progress: Callable[[str], None], runs: Path = Path("runs")
) -> PaperReport:
    """Trains one network by one recipe on both splits and evaluates both on Akida.

    Args:
        data: HAM10000 folder in its official layout.
        model: not used; the protocol trains a network of the deployed architecture.
        progress: receives one line of progress.
        runs: folder for the results of the stages, from which an interrupted run continues.

    Returns:
        The report. All intervals are of 95 % over lesions.

    Raises:
        DataError: the data cannot be used.
        ConversionError: a converted network differs from the quantized one.
    """
    photos = read_ham10000(data)
    stored = read_paper_split()
    known = {row.image_id for row in stored} == {photo.image_id for photo in photos}
    rows = stored if known else make_paper_split(photos)
    overlap = measure_overlap(rows, photos)
    progress(
        f"{overlap.own_source:.0%} of the test images have their own source photo in training, "
        f"{overlap.own_source_not_nevi:.0%} of those that show no nevus"
    )
    test_rows = [row for row in rows if row.subset == "test"]
    by_id = {photo.image_id: photo for photo in photos}
    on_paper_split = _measure(
        _make_subsets(rows, photos),
        RECIPE,
        load_split_images(test_rows, photos, RECIPE.input_size),
        [by_id[row.image_id] for row in test_rows],
        runs,
        progress,
    )
    lesion_recipe = replace(RECIPE, name="paper-lesion")
    subsets = load_subsets(data, lesion_recipe)
    on_lesion_split = _measure(
        subsets,
        lesion_recipe,
        load_inputs(subsets.test, lesion_recipe.input_size),
        subsets.test,
        runs,
        progress,
    )
    return PaperReport(
        protocol="paper",
        command="python -m qana protocol paper --data DIR",
        split=PaperSplit(
            file=SPLIT_FILE.name if known else None,
            sha256=hash_file(SPLIT_FILE) if known else None,
            train=len(rows) - len(test_rows),
            test=len(test_rows),
        ),
        overlap=overlap,
        published=PUBLISHED,
        recipe=RECIPE.digest(),
        test=on_paper_split,
        same_network_lesion=on_lesion_split,
    )


def _make_subsets(rows: Sequence[SplitRow], photos: Sequence[Photo]) -> Subsets:
    by_id = {photo.image_id: photo for photo in photos}
    # Rows are sorted by photo, so neighbours are copies of one photo.
    train = [row for row in rows if row.subset == "train"]
    validation, learned = (
        train[::VALIDATION_STRIDE],
        [r for i, r in enumerate(train) if i % VALIDATION_STRIDE],
    )

    def labels(part: Sequence[SplitRow]) -> np.ndarray:
        return encode_labels([by_id[row.image_id] for row in part])

    return Subsets(
        train=(),
        validation=(),
        test=(),
        frames=load_split_images(learned, photos, RECIPE.frame_height),
        train_inputs=load_split_images(learned, photos, RECIPE.input_size),
        train_labels=labels(learned),
        inputs=load_split_images(validation, photos, RECIPE.input_size),
        labels=labels(validation),
    )


def _measure(
    subsets: Subsets,
    recipe: Recipe,
    inputs: np.ndarray,
    photos: Sequence[Photo],
    runs: Path,
    progress: Callable[[str], None],
) -> ConvertedScores:
    """Trains, converts and evaluates one network."""
    stages = Stages(subsets, recipe, runs, progress)
    akida_model, report = convert(stages.tuned_network, subsets.inputs)
    progress(f"{recipe.name}: evaluating on Akida")
    logits = akida_model.predict(inputs, batch_size=64).reshape(len(inputs), len(LABELS))
    labels = encode_labels(photos)
    lesions = [photo.lesion_id for photo in photos]
    return ConvertedScores(
        **vars(score_probabilities(labels, softmax(logits))),
        ci95=compute_intervals(labels, logits.argmax(axis=1), lesions),
        conversion=ConversionCheck(report.photos, report.equal_logits),
    )

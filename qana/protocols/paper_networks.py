"""Trains one network on a split that was made as the paper makes it, and evaluates it on Akida."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from qana.classes import LABELS
from qana.conversion.convert import convert
from qana.data.arrays import encode_labels
from qana.data.paper_split import SplitRow, load_split_images
from qana.data.photo import Photo
from qana.evaluation.bootstrap import compute_intervals
from qana.evaluation.metrics import score_probabilities
from qana.inference.temperature import softmax
from qana.protocols.paper_report import ConversionCheck, ConvertedScores
from qana.training.recipe import Recipe
from qana.training.stages import Stages
from qana.training.subsets import Subsets

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


def make_subsets(rows: Sequence[SplitRow], photos: Sequence[Photo]) -> Subsets:
    """Loads the training images of a split, with one in twenty for validation.

    Args:
        rows: rows of the split; those of the test subset are left out.
        photos: all photos that the rows name.
    """
    # Rows are sorted by photo, so neighbours are copies of one photo.
    train = [row for row in rows if row.subset == "train"]
    validation = train[::VALIDATION_STRIDE]
    learned = [row for index, row in enumerate(train) if index % VALIDATION_STRIDE]
    return load_row_subsets(learned, validation, photos)


def load_row_subsets(
    learned: Sequence[SplitRow], validation: Sequence[SplitRow], photos: Sequence[Photo]
) -> Subsets:
    """Loads the images that a network learns from and those that validate it.

    Args:
        learned: photos and copies to learn from.
        validation: photos and copies for validation.
        photos: all photos that the rows name.
    """
    by_id = {photo.image_id: photo for photo in photos}

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


def train_and_classify(
    subsets: Subsets,
    recipe: Recipe,
    inputs: np.ndarray,
    runs: Path,
    progress: Callable[[str], None],
) -> tuple[np.ndarray, ConversionCheck]:
    """Trains and converts one network, and classifies test images on Akida.

    Args:
        subsets: images to learn from, and images for validation.
        recipe: recipe of the network.
        inputs: (N, S, S, 3) uint8, the test images.
        runs: folder for the results of the stages, from which an interrupted run continues.
        progress: receives one line of progress.

    Returns:
        (N, 7) float32 logits, and the check of the conversion.

    Raises:
        ConversionError: the converted network differs from the quantized one.
    """
    stages = Stages(subsets, recipe, runs, progress)
    akida_model, report = convert(stages.tuned_network, subsets.inputs)
    progress(f"{recipe.name}: evaluating on Akida")
    logits = akida_model.predict(inputs, batch_size=64).reshape(len(inputs), len(LABELS))
    return logits, ConversionCheck(report.photos, report.equal_logits)


def score_network(
    photos: Sequence[Photo], logits: np.ndarray, conversion: ConversionCheck
) -> ConvertedScores:
    """Scores the logits of a converted network.

    Args:
        photos: N photos: those of the test images, also where an image is a copy.
        logits: (N, 7) floats.
        conversion: the check of the conversion.
    """
    labels = encode_labels(photos)
    return ConvertedScores(
        **vars(score_probabilities(labels, softmax(logits))),
        ci95=compute_intervals(labels, logits.argmax(axis=1), [photo.group_id for photo in photos]),
        conversion=conversion,
    )

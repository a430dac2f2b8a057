"""Trains the teachers of a recipe, measures them on validation photos, and stores their labels."""

from pathlib import Path

import numpy as np

from qana.data.arrays import load_inputs
from qana.evaluation.source_scores import evaluate_sources
from qana.evaluation.source_table import SourceTable
from qana.training import ProgressCallback
from qana.training.build_views import build_views
from qana.training.recipe import Recipe, TeacherRecipe
from qana.training.soft_labels import compute_digest
from qana.training.stored_soft_labels import FOLDER, write_stored_soft_labels
from qana.training.subsets import Subsets, load_subsets
from qana.training.teacher import load_teacher, locate_teacher

BATCH = 64


def prepare_teachers(
    data: Path, recipe: Recipe, runs: Path, progress: ProgressCallback
) -> dict[str, SourceTable]:
    """Trains the teachers of a recipe, and stores their soft labels with the project.

    A stopped run continues after the last complete epoch or view.

    Args:
        data: folder whose subfolders are the data sets.
        recipe: gives the teachers and the settings of the views.
        runs: folder of all runs, which receives the checkpoints.
        progress: receives one line for each step.

    Returns:
        The digest of each teacher to its scores on the validation photos of each source.

    Raises:
        DataError: a data set is missing or damaged, or a lesion is in two subsets.
    """
    progress(f"Reading the photos of {data.name}")
    subsets = load_subsets(data, recipe)
    progress(f"{len(subsets.train)} photos for training, {len(subsets.validation)} for validation")
    views = build_views(subsets, recipe, None, runs, progress)
    if views.soft_labels is None:
        raise ValueError(f"The recipe {recipe.name} has no teacher.")
    path = FOLDER / f"{compute_digest(recipe, None)}.npz"
    write_stored_soft_labels(path, subsets.train, views.soft_labels)
    progress(f"Soft labels stored in {path.name}; measuring the teachers on the validation photos")
    return {one.digest(): measure_teacher(subsets, one, runs) for one in recipe.teachers}


def measure_teacher(subsets: Subsets, recipe: TeacherRecipe, runs: Path) -> SourceTable:
    """Measures a trained teacher on the validation photos of each source.

    Args:
        subsets: gives the validation photos.
        recipe: recipe of the teacher.
        runs: folder of all runs.

    Returns:
        Scores of each source and image type.
    """
    teacher = load_teacher(locate_teacher(runs, recipe), recipe)

    def predict(inputs: np.ndarray) -> np.ndarray:
        parts = (inputs[start : start + BATCH] for start in range(0, len(inputs), BATCH))
        return np.log(np.concatenate([teacher.predict_probabilities(one) for one in parts]))

    inputs = load_inputs(subsets.validation, recipe.input_size)
    return evaluate_sources(predict, subsets.validation, inputs)

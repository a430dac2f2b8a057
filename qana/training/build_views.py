"""Builds the views that a network is trained on, with the soft labels that its recipe asks for."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from qana.data.photo import Photo
from qana.training import ProgressCallback
from qana.training.parent_model import ParentModel
from qana.training.recipe import Recipe
from qana.training.sampling import choose_balance
from qana.training.soft_labels import (
    TeacherModel,
    compute_digest,
    compute_soft_labels,
    locate_soft_labels,
    read_soft_labels,
)
from qana.training.stored_soft_labels import FOLDER, read_stored_soft_labels
from qana.training.subsets import Subsets
from qana.training.teacher import load_teacher, locate_teacher, train_teacher
from qana.training.views import Views


def build_views(
    subsets: Subsets,
    recipe: Recipe,
    parent: ParentModel | None,
    runs: Path,
    progress: ProgressCallback,
) -> Views:
    """Builds the training views of a recipe. Missing teachers and soft labels are made first.

    Args:
        subsets: gives the frames and the labels of the training photos.
        recipe: gives the settings of the views and the teachers.
        parent: parent of the recipe, or None. It is the teacher if the recipe has no other one and
            does not imitate it.
        runs: folder of all runs, which has the teachers and the soft labels.
        progress: receives one line for each step.

    Returns:
        The views, with soft labels if the recipe has a teacher.

    Raises:
        ModelError: the file of the parent is missing or changed.
        ValueError: the recipe has views of plain skin and does not imitate its parent.
    """
    if recipe.plain_skin and not recipe.imitates_parent:
        raise ValueError(
            f"The recipe {recipe.name} has views of plain skin, which have no label: give it a "
            "parent to imitate."
        )
    views = Views(
        subsets.frames,
        subsets.train_labels,
        recipe.input_size,
        choose_balance(subsets.train, recipe),
        recipe.label_smoothing,
        recipe.mixup,
        recipe.augmentation,
        soft_label_share=recipe.trust,
        groups=subsets.train_groups,
        group_balance=recipe.group_balance or 0.0,
        reduced=recipe.reduced or 0.0,
        surrounded=recipe.surrounded or 0.0,
        skin_frames=subsets.skin_frames,
        plain_skin=recipe.plain_skin or 0.0,
    )
    if recipe.imitates_parent or not (recipe.teachers or parent):
        return views
    parent = None if recipe.teachers else parent
    path = locate_soft_labels(runs, recipe, parent)
    soft_labels = read_soft_labels(path, recipe.judged_views)
    if soft_labels is None:
        stored = FOLDER / f"{compute_digest(recipe, parent)}.npz"
        soft_labels = read_stored_soft_labels(stored, subsets.train)
    if soft_labels is None:
        teachers = _load_teachers(views, subsets.train, recipe, parent, runs, progress)
        progress("Stage soft labels")
        soft_labels = compute_soft_labels(
            teachers, subsets.frames, recipe.judged_views, recipe.augmentation, path
        )
    return dataclasses.replace(views, soft_labels=soft_labels)


def _load_teachers(
    views: Views,
    photos: Sequence[Photo],
    recipe: Recipe,
    parent: ParentModel | None,
    runs: Path,
    progress: ProgressCallback,
) -> list[tuple[TeacherModel, int]]:
    """Returns each teacher with the side of its input in pixels, trained if necessary."""
    teachers: list[tuple[TeacherModel, int]] = []
    if parent:
        teachers.append((parent, parent.input_size))
    for number, one in enumerate(recipe.teachers, start=1):
        progress(f"Stage teacher {number} of {len(recipe.teachers)}")
        path = locate_teacher(runs, one)
        teacher_views = dataclasses.replace(
            views,
            size=one.input_size,
            balance=choose_balance(photos, one),
            smoothing=one.label_smoothing,
            mixup=one.mixup,
            augmentation=one.augmentation,
            group_balance=one.group_balance or 0.0,
            reduced=one.reduced or 0.0,
            surrounded=one.surrounded or 0.0,
        )
        train_teacher(teacher_views, one, path)
        teachers.append((load_teacher(path, one), one.input_size))
    return teachers

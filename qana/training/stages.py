"""The stages of a run, each left on disk, so that a stop loses an epoch at most."""

import dataclasses
import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy as np
import tf_keras as keras

from qana.errors import DataError
from qana.network.builders import build_network
from qana.network.initialize_narrow import initialize_narrow
from qana.network.initialize_sequential import initialize_sequential
from qana.network.quantizeml_loading import load_model
from qana.network.transfer import transfer_weights
from qana.training.bias_ties import resolve_bias_ties
from qana.training.dead_channels import fold_dead_channels
from qana.training.distillation import COMPARED_LAYERS, build_distillation_model, identity_loss
from qana.training.float_fit import fit_float
from qana.training.keras_fit import fit_keras
from qana.training.layerwise_rounding import solve_rounding
from qana.training.operating_point import (
    OperatingPoint,
    apply_operating_point,
    find_operating_point,
)
from qana.training.parent_model import ParentModel
from qana.training.quantization import quantize_network
from qana.training.recipe import Recipe, Schedule
from qana.training.soft_labels import (
    TeacherModel,
    compute_soft_labels,
    locate_soft_labels,
    read_soft_labels,
)
from qana.training.subsets import Subsets
from qana.training.teacher import (
    load_imagenet_weights,
    load_teacher,
    locate_teacher,
    train_teacher,
)
from qana.training.views import Views

INHERITANCE_PHOTOS = 512
"""Training photos that the first weights are solved on."""
SPREAD_PHOTOS = 256
"""That the spread of a map's channels is taken from."""
Say = Callable[[str], None]


class Stages:
    """Teacher, float network, quantization after training, solved rounding, tuning.

    A stage runs when it is first asked for, and what it needs runs before it. Its result lies in
    `runs`/<recipe>; a stage whose result is there is not repeated, and a stopped fit goes on after
    its last whole epoch.
    """

    def __init__(self, subsets: Subsets, recipe: Recipe, runs: Path, progress: Say) -> None:
        """Claims the folder of the recipe.

        Args:
            subsets: photos to train on and to choose by.
            recipe: what to make.
            runs: folder for checkpoints.
            say: takes one line of progress.

        Raises:
            DataError: `runs` holds a run of another recipe of this name.
        """
        self.folder = runs / recipe.name
        self._subsets, self._recipe, self._runs, self._progress = subsets, recipe, runs, progress
        _claim(self.folder, recipe)

    @cached_property
    def float_network(self) -> keras.Model:
        """The float network, at the operating point."""
        return self._moved("float")

    @cached_property
    def ptq_network(self) -> keras.Model:
        """The same, quantized after training."""
        return self._moved("ptq")

    @cached_property
    def solved_network(self) -> keras.Model:
        """The same, with levels solved for; only of a recipe that asks for it."""
        return self._moved("solved")

    @cached_property
    def tuned_network(self) -> keras.Model:
        """The same, tuned with quantization in the loop: what is converted."""
        model = self._moved("tuned")
        resolve_bias_ties(model, self._subsets.train_inputs[0])
        return model

    @cached_property
    def operating_point(self) -> OperatingPoint:
        """Chosen once, on the float network: every stage then stands at the same one, and what
        quantization costs is not mixed with another choice."""
        path = self.folder / "operating_point.json"
        if not path.is_file():
            chosen = find_operating_point(
                self._trained("float"),
                self._subsets.inputs,
                self._subsets.labels,
                self._subsets.train_labels,
            )
            path.write_text(json.dumps(dataclasses.asdict(chosen)) + "\n")
        return OperatingPoint(**json.loads(path.read_text()))

    def _moved(self, name: str) -> keras.Model:
        model = self._trained(name)
        apply_operating_point(model, self.operating_point, self._subsets.train_labels)
        return model

    @cached_property
    def _views(self) -> Views:
        """What the network is shown, judged by the teachers where the recipe has some."""
        recipe = self._recipe
        shown = Views(
            self._subsets.frames,
            self._subsets.train_labels,
            recipe.input_size,
            recipe.balance,
            recipe.label_smoothing,
            recipe.mixup,
            recipe.augmentation,
            soft_label_share=recipe.trust,
        )
        if recipe.imitates_parent or not (recipe.teachers or self._ancestor):
            return shown
        path = locate_soft_labels(self._runs, recipe, self._ancestor)
        opinions = read_soft_labels(path, recipe.judged_views)
        if opinions is None:
            judges = self._judges(shown)
            self._progress("Stage opinions")
            frames, strength = self._subsets.frames, recipe.augmentation
            opinions = compute_soft_labels(judges, frames, recipe.judged_views, strength, path)
        return dataclasses.replace(shown, soft_labels=opinions)

    @cached_property
    def _ancestor(self) -> ParentModel | None:
        return ParentModel(self._recipe.ancestor) if self._recipe.ancestor else None

    def _judges(self, shown: Views) -> list[tuple[TeacherModel, int]]:
        """Whom the recipe asks, each with the side of the pictures it reads; trained if need be."""
        recipe = self._recipe
        judges: list[tuple[TeacherModel, int]] = []
        if self._ancestor:
            judges.append((self._ancestor, self._ancestor.input_size))
        for number, one in enumerate(recipe.teachers, start=1):
            self._progress(f"Stage teacher {number} of {len(recipe.teachers)}")
            path = locate_teacher(self._runs, one)
            own = dataclasses.replace(
                shown,
                size=one.input_size,
                balance=one.balance,
                smoothing=one.label_smoothing,
                mixup=one.mixup,
                augmentation=one.augmentation,
            )
            train_teacher(own, one, path)
            judges.append((load_teacher(path, one), one.input_size))
        return judges

    def _fit_float(self) -> keras.Model:
        recipe = self._recipe
        keras.utils.set_random_seed(recipe.seed)
        model = build_network(recipe.architecture, input_size=recipe.input_size, **recipe.options)
        if recipe.transfer:
            transfer_weights(model, load_imagenet_weights())
        if self._ancestor:
            chosen = np.random.default_rng(recipe.seed).permutation(len(self._subsets.train_inputs))
            photos = self._subsets.train_inputs[chosen[:INHERITANCE_PHOTOS]]
            fill = initialize_narrow if recipe.imitates_parent else initialize_sequential
            fill(model, self._ancestor.network, photos)
        if self._ancestor and recipe.imitates_parent:
            leader = self._ancestor.network
            self._follow(model, leader, COMPARED_LAYERS, recipe.float_schedule, "fitting", "float")
        else:
            fit_float(model, self._views, self._subsets, recipe, self.folder / "fitting")
        return model

    def _follow(
        self,
        model: keras.Model,
        leader: keras.Model,
        maps: tuple[str, ...],
        schedule: Schedule,
        folder: str,
        title: str,
    ) -> None:
        photos = self._subsets.train_inputs[:SPREAD_PHOTOS]
        fit_keras(
            build_distillation_model(model, leader, photos, maps),
            self._views,
            self._subsets,
            self._recipe,
            schedule,
            self.folder / folder,
            title,
            loss=identity_loss,
        )

    def _quantize(self) -> keras.Model:
        quantized = quantize_network(
            self._trained("float"), self._subsets.train_inputs, self._recipe
        )
        fold_dead_channels(quantized)
        return quantized

    def _solve(self) -> keras.Model:
        model = self._trained("ptq")
        photos = self._subsets.train_inputs
        chosen = np.random.default_rng(self._recipe.seed).permutation(len(photos))
        solve_rounding(
            model, self._trained("float"), photos[chosen[: self._recipe.calibration_photos]]
        )
        return model

    def _tune(self) -> keras.Model:
        recipe = self._recipe
        model = self._trained("solved" if recipe.solved_rounding else "ptq")
        schedule, title = recipe.tuning_schedule, "quantization-aware"
        if recipe.imitates_parent:
            # Its own float network leads: what quantization changed is all that is to be undone.
            self._follow(model, self._trained("float"), (), schedule, "tuning", title)
        else:
            folder = self.folder / "tuning"
            fit_keras(model, self._views, self._subsets, recipe, schedule, folder, title)
        return model

    def _trained(self, name: str) -> keras.Model:
        """As training left it, leaning to the common classes."""
        make = {
            "float": self._fit_float,
            "ptq": self._quantize,
            "solved": self._solve,
            "tuned": self._tune,
        }[name]
        path = self.folder / f"{name}.h5"
        if path.is_file():
            self._progress(f"Stage {name}: done before, taken from {path.name}")
        else:
            self._progress(f"Stage {name}")
            unfinished = path.with_suffix(".unfinished.h5")
            make().save(unfinished, include_optimizer=False)
            unfinished.replace(path)  # a stop in the middle of a save must not look like a result
        return load_model(str(path))


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

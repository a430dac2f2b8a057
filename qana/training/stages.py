"""The stages of a run, each left on disk, so that a stop loses an epoch at most."""

import dataclasses
import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy as np
import tf_keras as keras

from qana.errors import DataError
from qana.network.builders import build
from qana.network.inherit import inherit
from qana.network.narrow import narrow
from qana.network.quantizeml_loading import load_model
from qana.network.transfer import transfer
from qana.training.bias_ties import settle_biases
from qana.training.dead_channels import silence_dead_channels
from qana.training.distillation import MAPS, as_it_is, beside
from qana.training.fit import fit
from qana.training.float_fit import fit_float
from qana.training.layerwise_rounding import solve_rounding
from qana.training.operating_point import OperatingPoint, find_operating_point, move
from qana.training.parent_model import Ancestor
from qana.training.quantization import quantize_network
from qana.training.recipe import Recipe, Schedule
from qana.training.soft_labels import Judge, ask, given_before, opinions_path
from qana.training.subsets import Subsets
from qana.training.teacher import (
    imagenet_weights,
    load_teacher,
    teacher_path,
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

    def __init__(self, subsets: Subsets, recipe: Recipe, runs: Path, say: Say) -> None:
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
        self._subsets, self._recipe, self._runs, self._say = subsets, recipe, runs, say
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
        settle_biases(model, self._subsets.train_inputs[0])
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
        move(model, self.operating_point, self._subsets.train_labels)
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
            trust=recipe.trust,
        )
        if recipe.follows or not (recipe.teachers or self._ancestor):
            return shown
        path = opinions_path(self._runs, recipe, self._ancestor)
        opinions = given_before(path, recipe.judged_views)
        if opinions is None:
            judges = self._judges(shown)
            self._say("Stage opinions")
            frames, strength = self._subsets.frames, recipe.augmentation
            opinions = ask(judges, frames, recipe.judged_views, strength, path)
        return dataclasses.replace(shown, opinions=opinions)

    @cached_property
    def _ancestor(self) -> Ancestor | None:
        return Ancestor(self._recipe.ancestor) if self._recipe.ancestor else None

    def _judges(self, shown: Views) -> list[tuple[Judge, int]]:
        """Whom the recipe asks, each with the side of the pictures it reads; trained if need be."""
        recipe = self._recipe
        judges: list[tuple[Judge, int]] = []
        if self._ancestor:
            judges.append((self._ancestor, self._ancestor.input_size))
        for number, one in enumerate(recipe.teachers, start=1):
            self._say(f"Stage teacher {number} of {len(recipe.teachers)}")
            path = teacher_path(self._runs, one)
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
        model = build(recipe.architecture, input_size=recipe.input_size, **recipe.options)
        if recipe.transfer:
            transfer(model, imagenet_weights())
        if self._ancestor:
            chosen = np.random.default_rng(recipe.seed).permutation(len(self._subsets.train_inputs))
            photos = self._subsets.train_inputs[chosen[:INHERITANCE_PHOTOS]]
            fill = narrow if recipe.follows else inherit
            fill(model, self._ancestor.network, photos)
        if self._ancestor and recipe.follows:
            leader = self._ancestor.network
            self._follow(model, leader, MAPS, recipe.float_schedule, "fitting", "float")
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
        fit(
            beside(model, leader, photos, maps),
            self._views,
            self._subsets,
            self._recipe,
            schedule,
            self.folder / folder,
            title,
            loss=as_it_is,
        )

    def _quantize(self) -> keras.Model:
        quantized = quantize_network(
            self._trained("float"), self._subsets.train_inputs, self._recipe
        )
        silence_dead_channels(quantized)
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
        if recipe.follows:
            # Its own float network leads: what quantization changed is all that is to be undone.
            self._follow(model, self._trained("float"), (), schedule, "tuning", title)
        else:
            folder = self.folder / "tuning"
            fit(model, self._views, self._subsets, recipe, schedule, folder, title)
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
            self._say(f"Stage {name}: done before, taken from {path.name}")
        else:
            self._say(f"Stage {name}")
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

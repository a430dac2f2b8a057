"""Runs the stages of a training run: float network, quantization, solved rounding, tuning."""

import dataclasses
import json
from functools import cached_property
from pathlib import Path

import numpy as np
import tf_keras as keras

from qana.network.builders import build_network
from qana.network.initialize_narrow import initialize_narrow
from qana.network.initialize_sequential import initialize_sequential
from qana.network.transfer import transfer_weights
from qana.training import ProgressCallback
from qana.training.bias_ties import resolve_bias_ties
from qana.training.build_views import build_views
from qana.training.dead_channels import fold_dead_channels
from qana.training.distillation import COMPARED_LAYERS, build_distillation_model, select_loss
from qana.training.float_fit import fit_float
from qana.training.keras_fit import fit_keras
from qana.training.layerwise_rounding import solve_rounding
from qana.training.named_recipes import RECIPES
from qana.training.operating_point import (
    OperatingPoint,
    apply_operating_point,
    compute_mirrored_logits,
    find_operating_point,
)
from qana.training.parent_model import ParentModel
from qana.training.quantization import quantize_network
from qana.training.recipe import Recipe, Schedule
from qana.training.run_folder import RunFolder
from qana.training.source_operating_point import find_source_operating_point
from qana.training.subsets import Subsets
from qana.training.teacher import load_imagenet_weights
from qana.training.views import Views

INITIALIZATION_PHOTOS = 512
"""Number of training photos for the first weights from a parent."""
SPREAD_PHOTOS = 256
"""Number of training photos for the standard deviation of each channel of a compared map."""
SAME_BALANCE_BITS = 8
"""Weight bits from which a tuned network favours the classes as much as its float network."""


class Stages:
    """Networks of the stages of one recipe.

    A stage runs when its network is first read, after the stages that it needs. The result is
    stored in `runs`/<recipe name>, and a stage with a stored result does not run again. A stopped
    fit continues after its last complete epoch.

    Attributes:
        folder: folder of the results.
    """

    def __init__(
        self, subsets: Subsets, recipe: Recipe, runs: Path, progress: ProgressCallback
    ) -> None:
        """Creates the folder of the recipe.

        Args:
            subsets: photos for training and validation.
            recipe: recipe of the networks.
            runs: folder of all runs.
            progress: receives one line for each stage.

        Raises:
            DataError: `runs` has a run of another recipe with this name.
        """
        self._subsets, self._recipe, self._runs = subsets, recipe, runs
        self._progress = progress
        self._results = RunFolder(runs, recipe, progress)
        self.folder = self._results.path

    @cached_property
    def float_network(self) -> keras.Model:
        """Float network at the operating point."""
        return self._load_at_operating_point("float")

    @cached_property
    def ptq_network(self) -> keras.Model:
        """Network quantized after training, at the operating point."""
        return self._load_at_operating_point("ptq")

    @cached_property
    def solved_network(self) -> keras.Model:
        """Network with solved rounding, at the operating point. For recipes that ask for it."""
        return self._load_at_operating_point("solved")

    @cached_property
    def tuned_network(self) -> keras.Model:
        """Network after quantization-aware training, at the operating point. It is converted."""
        model = self._load_at_operating_point("tuned")
        resolve_bias_ties(model, self._subsets.train_inputs[0])
        return model

    @cached_property
    def operating_point(self) -> OperatingPoint:
        """Operating point of all stages, chosen once.

        With the same point for all stages, a difference between stages is an effect of
        quantization alone. It is chosen with the float network, which a network of
        `SAME_BALANCE_BITS` follows closely. Fewer bits move the balance between the classes, so
        there the tuned network chooses, because it is the one that is deployed.
        """
        path = self.folder / "operating_point.json"
        if not path.is_file():
            chosen = self._find_operating_point()
            path.write_text(json.dumps(dataclasses.asdict(chosen)) + "\n")
        return OperatingPoint(**json.loads(path.read_text()))

    def _find_operating_point(self) -> OperatingPoint:
        """Finds the operating point on validation photos, by the rule for the recipe's sources."""
        few_bits = self._recipe.weight_bits < SAME_BALANCE_BITS
        model, subsets = self._load("tuned" if few_bits else "float"), self._subsets
        if not self._recipe.sources:
            return find_operating_point(model, subsets.inputs, subsets.labels, subsets.train_labels)
        return find_source_operating_point(
            compute_mirrored_logits(model, subsets.inputs),
            subsets.labels,
            subsets.validation,
            subsets.train_labels,
        )

    @cached_property
    def _views(self) -> Views:
        """Training views, with soft labels if the recipe has a teacher."""
        return build_views(self._subsets, self._recipe, self._parent, self._runs, self._progress)

    @cached_property
    def _parent(self) -> ParentModel | None:
        """Deployed model that gives the first weights, or None."""
        return ParentModel(self._recipe.ancestor) if self._recipe.ancestor else None

    def _load_at_operating_point(self, name: str) -> keras.Model:
        """Returns the network of a stage with the shift of the operating point."""
        model = self._load(name)
        apply_operating_point(model, self.operating_point, self._subsets.train_labels)
        return model

    def _load(self, name: str) -> keras.Model:
        """Returns the network of a stage as trained, which favours the common classes."""
        make = {
            "float": self._fit_float,
            "ptq": self._quantize,
            "solved": self._solve_rounding,
            "tuned": self._tune,
        }[name]
        return self._results.load_or_make(name, make)

    def _fit_float(self) -> keras.Model:
        """Initializes and trains the float network."""
        recipe = self._recipe
        keras.utils.set_random_seed(recipe.seed)
        model = build_network(recipe.architecture, input_size=recipe.input_size, **recipe.options)
        if recipe.first:
            model.set_weights(self._load_first_weights(recipe.first))
        elif recipe.transfer:
            transfer_weights(model, load_imagenet_weights())
        elif self._parent:
            photos = self._choose_photos(INITIALIZATION_PHOTOS)
            initialize = initialize_narrow if recipe.imitates_parent else initialize_sequential
            initialize(model, self._parent.network, photos)
        if self._parent and recipe.imitates_parent:
            teacher = self._parent.network
            schedule, penalty = recipe.float_schedule, recipe.activation_penalty or 0.0
            self._distil(model, teacher, COMPARED_LAYERS, schedule, "fitting", "float", penalty)
        else:
            fit_float(model, self._views, self._subsets, recipe, self.folder / "fitting")
        return model

    def _load_first_weights(self, name: str) -> list[np.ndarray]:
        """Returns the weights of the float network of another recipe, trained if necessary."""
        earlier = Stages(self._subsets, RECIPES[name], self._runs, self._progress)
        return earlier._load("float").get_weights()

    def _distil(
        self,
        model: keras.Model,
        teacher: keras.Model,
        maps: tuple[str, ...],
        schedule: Schedule,
        folder: str,
        title: str,
        penalty: float = 0.0,
    ) -> None:
        """Trains `model` in place to give the logits and the maps of `teacher`."""
        photos = self._subsets.train_inputs[:SPREAD_PHOTOS]
        fit_keras(
            build_distillation_model(model, teacher, photos, maps, penalty),
            self._views,
            self._subsets,
            self._recipe,
            schedule,
            self.folder / folder,
            title,
            loss=select_loss,
        )

    def _quantize(self) -> keras.Model:
        """Quantizes the float network and folds its dead channels."""
        quantized = quantize_network(self._load("float"), self._subsets.train_inputs, self._recipe)
        fold_dead_channels(quantized)
        return quantized

    def _solve_rounding(self) -> keras.Model:
        """Solves for the weights of the quantized network."""
        model = self._load("ptq")
        photos = self._choose_photos(self._recipe.calibration_photos)
        solve_rounding(model, self._load("float"), photos)
        return model

    def _tune(self) -> keras.Model:
        """Trains the quantized network with quantization in the forward pass."""
        recipe = self._recipe
        model = self._load("solved" if recipe.solved_rounding else "ptq")
        schedule, title = recipe.tuning_schedule, "quantization-aware"
        if recipe.imitates_parent or recipe.imitates_float:
            # The teacher is its own float network, because only the effect of quantization is to
            # be undone.
            self._distil(model, self._load("float"), (), schedule, "tuning", title)
        else:
            folder = self.folder / "tuning"
            fit_keras(model, self._views, self._subsets, recipe, schedule, folder, title)
        return model

    def _choose_photos(self, count: int) -> np.ndarray:
        """Returns `count` random training photos, (count, S, S, 3) uint8."""
        photos = self._subsets.train_inputs
        return photos[np.random.default_rng(self._recipe.seed).permutation(len(photos))[:count]]

"""Fitting a float network on what the machine has: an NVIDIA card in torch, else in Keras.

TensorFlow's own way to a card asks for libraries that collide with torch's, and on a processor
Keras is the faster of the two.
"""

from pathlib import Path

import numpy as np
import tf_keras as keras

from qana.network.torch_network import TorchNetwork
from qana.training import torch_fit
from qana.training.keras_fit import compute_logit_adjustment, fit_keras
from qana.training.recipe import Recipe
from qana.training.subsets import Subsets
from qana.training.views import Views


def fit_float(
    model: keras.Model,
    views: Views,
    subsets: Subsets,
    recipe: Recipe,
    folder: Path,
    title: str = "float",
) -> None:
    """Trains a float network in place, as `recipe` says.

    Args:
        model: (B, S, S, 3) to (B, 7) logits.
        views: of the training photos, with their targets.
        subsets: labels of training, and inputs and labels of validation, are taken from it.
        recipe: how.
        folder: for the checkpoint; made if missing.
        title: in front of the progress bar.
    """
    twin = _convert_to_torch(model)
    if twin is None:
        fit_keras(model, views, subsets, recipe, recipe.float_schedule, folder, title)
        return
    path = folder / "checkpoint.pt"
    fit_in_torch(model, twin, views, subsets.train_labels, recipe, path, title)


def fit_in_torch(
    model: keras.Model,
    twin: TorchNetwork,
    views: Views,
    train_labels: np.ndarray,
    recipe: Recipe,
    path: Path,
    title: str = "float",
) -> None:
    """Trains `twin`, and gives `model` what it learned.

    Args:
        model: a Keras network.
        twin: of it.
        views: of the training photos, with their targets.
        train_labels: (N,) integer, for the adjustment of the loss.
        recipe: how.
        path: of the checkpoint.
        title: in front of the progress bar.
    """
    torch_fit.fit_torch(
        twin,
        views,
        recipe.float_schedule,
        path,
        weight_decay=recipe.weight_decay,
        seed=recipe.seed,
        title=title,
        shift=compute_logit_adjustment(train_labels, recipe.adjustment),
    )
    twin.copy_weights_to(model)


def _convert_to_torch(model: keras.Model) -> TorchNetwork | None:
    """None where no card would train it, or a layer has no counterpart in torch."""
    if torch_fit.DEVICE.type == "cpu":
        return None
    try:
        return TorchNetwork(model)
    except ValueError:
        return None

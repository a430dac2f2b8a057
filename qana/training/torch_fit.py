"""Fits a network in torch. A stopped fit can be resumed.

Teachers are fitted here on every machine, and float networks on a machine with an NVIDIA GPU.
Quantized networks need TensorFlow, see `qana.training.keras_fit`.
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
"""Largest gradient norm of a step. The first steps with a new head have very large gradients."""
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
"""Device that every torch network is trained on."""


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
    """Trains `network` in place on `DEVICE`, with AdamW and a cosine schedule that ends at zero.

    The weights after the last epoch are the result, and no other epoch is selected. A stopped fit
    continues after its last complete epoch.

    Args:
        network: (B, 3, S, S) float32, 0 to 255, to (B, 7) logits.
        views: training photos with their targets.
        schedule: batch size, epochs and learning rate.
        path: checkpoint file. After the last epoch it is the result: a dictionary with the
            network's `state_dict` under "network".
        weight_decay: applies to kernels only.
        seed: seed of the views.
        title: label of the progress bar on stderr.
        shift: (7,) float32 that the loss adds to the logits. None adds nothing.
        half: whether to compute in 16 bits on a device that supports it.
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
    bar = tqdm(total=schedule.epochs, initial=done, desc=title, unit="epoch")
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
        bar.set_postfix(loss=f"{float(total) / steps:.3f}")
        bar.update()
    bar.close()
    network.eval()


def to_tensor(pictures: np.ndarray) -> torch.Tensor:
    """Converts (B, S, S, 3) uint8 to (B, 3, S, S) float32, 0 to 255, on `DEVICE`."""
    pixels = torch.from_numpy(pictures).to(DEVICE).permute(0, 3, 1, 2).float()
    return pixels.contiguous(memory_format=torch.channels_last)


def enable_half_precision(wanted: bool = True) -> torch.autocast:
    """Returns a context of 16-bit arithmetic.

    On a device without support for it the context changes nothing, because emulation takes many
    times as long.

    Args:
        wanted: False for a context that changes nothing.
    """
    supported = DEVICE.type == "cuda" or bool(torch.cpu.get_capabilities().get("avx512_bf16"))
    return torch.autocast(DEVICE.type, dtype=torch.bfloat16, enabled=wanted and supported)


def _save(
    path: Path,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    rate: torch.optim.lr_scheduler.LRScheduler,
    epochs: int,
) -> None:
    """Writes a checkpoint after `epochs` complete epochs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    state: dict[str, Any] = {
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "rate": rate.state_dict(),
        "epochs": epochs,
    }
    torch.save(state, unfinished)
    unfinished.replace(path)  # so that an interrupted save never looks complete


def _make_optimizer(
    network: nn.Module, schedule: Schedule, weight_decay: float, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LambdaLR]:
    """Makes the optimizer and its learning rate schedule, which counts steps."""
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


def _make_warmup_cosine(warmup: int, total: int) -> Callable[[int], float]:
    """Makes a schedule: step number to a share of the peak rate, 0 to 1.

    Args:
        warmup: steps of linear rise.
        total: all steps.
    """

    def compute_share(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup)))

    return compute_share

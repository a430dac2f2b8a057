"""Chooses the energy meter of a device."""

from typing import Any

from qana.bench.meters.akida_power import AkidaPowerMeter
from qana.bench.meters.no_meter import NoMeter
from qana.bench.meters.nvml import CARD_PREFIX, MIG_PREFIX, NvmlMeter
from qana.bench.meters.rapl import RaplMeter
from qana.bench.readings import Meter
from qana.errors import UserError


def choose_meter(kind: str, device: object | None = None) -> Meter:
    """Chooses the energy meter of the device that a network runs on.

    Args:
        kind: "akida", "cuda", "cpu" or "mps".
        device: for "akida" an element of `akida.devices()`, or None for the simulator; for "cuda"
            an argument of `torch.cuda.get_device_properties`, or None for the current card.

    Raises:
        UserError: `kind` is unknown.
    """
    if kind == "akida":
        return AkidaPowerMeter(device)
    if kind == "cuda":
        return NvmlMeter(_read_uuid(device))
    if kind == "cpu":
        return RaplMeter()
    if kind == "mps":
        return NoMeter(
            "Apple powermetrics",
            "macOS gives the power of Apple's graphics to root only, and as an estimate.",
            "Run `sudo powermetrics --samplers gpu_power` beside this program, or measure at the "
            "mains.",
        )
    raise UserError(f'There is no meter for "{kind}": choose akida, cuda, cpu or mps.')


def _read_uuid(device: Any) -> str | None:
    """Reads the identifier of a card that CUDA and NVML share; None without a card.

    CUDA's name of a MIG slice has "MIG" and the profile after the name of the card, such as
    "NVIDIA A100-SXM4-40GB MIG 1g.5gb".
    """
    import torch

    if not torch.cuda.is_available():
        return None
    card = torch.cuda.get_device_properties(device)
    return f"{MIG_PREFIX if 'MIG' in card.name.split() else CARD_PREFIX}{card.uuid}"

"""Chooses where a model runs: on a chip if one fits, else in the bit-exact simulator."""

from dataclasses import dataclass

import akida

from qana.errors import ModelError
from qana.inference.chips import find_chips
from qana.inference.manifest import AKIDA1, AKIDA2, DEFAULT_MODEL, read_manifest

SIMULATOR = "simulator"
CHIP = "chip"
CHIP_LOST = (
    "The Akida chip no longer answers, so the simulator does, with the same integers: plug the "
    "chip in again and restart the app."
)


@dataclass(frozen=True)
class Backend:
    """Where a model runs.

    Attributes:
        kind: "chip" or "simulator".
        device: that chip or simulator, in words.
        chip: the akida.Device; None in the simulator.
        warning: one sentence if a chip is or was there but cannot be used; else None.
    """

    kind: str
    device: str
    chip: akida.Device | None = None
    warning: str | None = None


def choose_backend(model: akida.Model) -> Backend:
    """Maps a model onto the first plugged-in device that takes all of its layers.

    A device of the other Akida generation, or one that is too small, is skipped: if half of a
    model ran in software, its latency would mean nothing. A board that does not answer, or that
    this user may not open, gives the simulator and a warning.
    """
    chips = find_chips()
    for device in chips.devices:
        try:
            model.map(device, hw_only=True)
        except (RuntimeError, ValueError):
            model.map(None)
            continue
        return Backend(CHIP, str(device.desc), device)
    return use_simulator(model, chips.problem)


def find_target() -> str | None:
    """Finds the target of the first plugged-in device, as the manifest names it, or None."""
    for device in find_chips().devices:
        return AKIDA1 if device.ip_version == akida.IpVersion.v1 else AKIDA2
    return None


def choose_model() -> str:
    """Chooses the name of the model for the chip that is plugged in.

    Returns:
        The default model if it suits the chip, if there is no chip, or if the models folder cannot
        be read: then loading the model raises an error that names the problem.
    """
    try:
        entries = read_manifest()
    except ModelError:
        return DEFAULT_MODEL
    # The default model is sorted last, so it wins if several are for the same chip.
    entries = sorted(entries, key=lambda entry: entry.name == DEFAULT_MODEL)
    models = {entry.target: entry.name for entry in entries}
    return models.get(find_target() or "", DEFAULT_MODEL)


def use_simulator(model: akida.Model, warning: str | None = None) -> Backend:
    """Describes the simulator for a model that is mapped on no device; see `Backend`."""
    generation = "2.0" if model.ip_version == akida.IpVersion.v2 else "1.0"
    device = f"Akida {generation} simulator on this computer's processor"
    return Backend(SIMULATOR, device, warning=warning)

"""Where a model runs: a chip if one fits, else the vendor's bit-exact simulator.

The one place that asks for hardware, so that all else runs on either with no change.
"""

from dataclasses import dataclass

import akida

from qana.inference.manifest import AKIDA1, AKIDA2

SIMULATOR = "simulator"
CHIP = "chip"
LOST = (
    "The Akida chip no longer answers, so the simulator does, with the same integers: plug the "
    "chip in again and restart the app."
)


@dataclass(frozen=True)
class Backend:
    """Attributes:
    kind: "chip" or "simulator".
    device: in words, for a badge.
    chip: the akida.Device itself; None in the simulator.
    trouble: one sentence, where the simulator had to take over from a chip.
    """

    kind: str
    device: str
    chip: akida.Device | None = None
    trouble: str | None = None


def place(model: akida.Model) -> Backend:
    """Maps `model` onto the first plugged-in device that takes all of it, if there is one.

    A device of the other Akida generation, or one that is too small, is passed over: a model that
    runs half on the chip and half in software would make its latency mean nothing.
    """
    for device in akida.devices():
        try:
            model.map(device, hw_only=True)
        except (RuntimeError, ValueError):
            model.map(None)
            continue
        return Backend(CHIP, str(device.desc), device)
    return simulator(model)


def target_here() -> str | None:
    """Target of the models that the first plugged-in device runs, as the manifest names it; None
    where no device is plugged in."""
    for device in akida.devices():
        return AKIDA1 if device.ip_version == akida.IpVersion.v1 else AKIDA2
    return None


def simulator(model: akida.Model, trouble: str | None = None) -> Backend:
    """The simulator for a model that is mapped on no device; for `trouble` see `Backend`."""
    generation = "2.0" if model.ip_version == akida.IpVersion.v2 else "1.0"
    device = f"Akida {generation} simulator on this computer's processor"
    return Backend(SIMULATOR, device, trouble=trouble)

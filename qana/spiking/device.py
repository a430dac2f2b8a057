"""Where a model runs: a chip if one fits, else the vendor's bit-exact simulator.

The one place that asks for hardware, so that all else runs on either with no change.
"""

from dataclasses import dataclass

import akida

SIMULATOR = "simulator"
CHIP = "chip"


@dataclass(frozen=True)
class Backend:
    """Attributes:
    kind: "chip" or "simulator".
    device: in words, for a badge.
    chip: the akida.Device itself; None in the simulator.
    """

    kind: str
    device: str
    chip: akida.Device | None = None


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
    generation = "2.0" if model.ip_version == akida.IpVersion.v2 else "1.0"
    return Backend(SIMULATOR, f"Akida {generation} simulator on this computer's processor")

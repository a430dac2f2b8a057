"""Checks that every layer of a converted network maps onto the hardware of its target."""

import akida

from qana.errors import ConversionError
from qana.inference.manifest import AKIDA1, AKIDA2

DEVICES = {
    AKIDA2: {"TwelveNodesIPv2": akida.TwelveNodesIPv2, "SixNodesIPv2": akida.SixNodesIPv2},
    AKIDA1: {"AKD1000": akida.AKD1000, "AKD1500": akida.AKD1500},
}
"""Virtual devices of each target that a network must lie on entirely."""


def place_on(model: akida.Model, target: str) -> dict[str, tuple[int, int]]:
    """Passes and neural processors that a model takes on each virtual device of a target.

    Args:
        model: mapped on no device, before and after.
        target: key of `DEVICES`.

    Raises:
        ConversionError: it does not lie entirely on one of them.
    """
    return {name: _placed(model, target, name) for name in DEVICES[target]}


def _placed(model: akida.Model, target: str, name: str) -> tuple[int, int]:
    """Passes and neural processors on a device."""
    try:
        model.map(DEVICES[target][name](), hw_only=True)
        passes = sum(len(sequence.passes) for sequence in model.sequences)
        mapped = [layer.mapping for layer in model.layers if layer.mapping is not None]
        return passes, sum(len(mapping.nps) for mapping in mapped)
    except (RuntimeError, ValueError) as error:
        raise ConversionError(
            f"The network does not map entirely on {name}: {one_line(error)}"
        ) from None
    finally:
        model.map(None)


def one_line(message: object) -> str:
    """Joins the lines of a message of the vendor into one."""
    return " ".join(str(message).split())

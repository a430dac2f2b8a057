"""Checks that a converted network maps entirely to the hardware of its target."""

from dataclasses import dataclass

import akida

from qana.errors import ConversionError
from qana.inference.manifest import AKIDA1, AKIDA2

DEVICES = {
    AKIDA2: {"TwelveNodesIPv2": akida.TwelveNodesIPv2, "SixNodesIPv2": akida.SixNodesIPv2},
    AKIDA1: {"AKD1000": akida.AKD1000, "AKD1500": akida.AKD1500},
}
"""Target to the virtual devices that a network must map to entirely."""


@dataclass(frozen=True)
class DeviceMapping:
    """Resources of a device that a network uses.

    Attributes:
        passes: number of passes. With more than one, the device loads the next layers over the
            previous ones.
        processors: number of neural processors (NPs), summed over all passes.
    """

    passes: int
    processors: int


def check_mapping(model: akida.Model, target: str) -> dict[str, DeviceMapping]:
    """Checks that every layer of a model maps to every virtual device of a target.

    Args:
        model: Akida model that is not mapped to a device. It is not mapped afterwards either.
        target: key of `DEVICES`, "akida2" or "akd1000".

    Returns:
        Device name to the resources that the model uses there.

    Raises:
        ConversionError: a layer does not map to one of the devices.

    Example:
        >>> check_mapping(model, "akd1000")["AKD1000"].passes
        1
    """
    return {name: _map_to_device(model, target, name) for name in DEVICES[target]}


def _map_to_device(model: akida.Model, target: str, name: str) -> DeviceMapping:
    """Maps a model to one virtual device, counts the resources, and unmaps the model."""
    try:
        model.map(DEVICES[target][name](), hw_only=True)
        mappings = [layer.mapping for layer in model.layers if layer.mapping is not None]
        return DeviceMapping(
            passes=sum(len(sequence.passes) for sequence in model.sequences),
            processors=sum(len(mapping.nps) for mapping in mappings),
        )
    except (RuntimeError, ValueError) as error:
        raise ConversionError(
            f"The network does not map entirely on {name}: {join_lines(error)}"
        ) from None
    finally:
        model.map(None)


def join_lines(message: object) -> str:
    """Joins the lines of a vendor's message into one.

    Args:
        message: exception, warning or text.

    Returns:
        The text with every run of white space replaced by a space.
    """
    return " ".join(str(message).split())

"""Reads which neural processor computes which layer, and in which pass, for a page to draw.

The check that a converted model maps is in `qana.conversion.mapping`. Here the engine maps a model
on a virtual device, which need not be plugged in, and this module reads the result.

An Akida chip is a mesh of nodes, each with up to four neural processors (NPs). An NP stores the
weights of its layer, or of a part of it, in its own memory. The first convolution may run on a unit
outside the mesh, the HRC.

A pass is the part of a network that is on the chip at one time. The vendor describes it as a subset
of a hardware sequence: a device with partial reconfiguration goes from one pass to the next with
less help from software (akida.Pass, https://doc.brainchipinc.com/api_reference/akida_apis.html).
The next pass reuses the same processors, so its weights replace those of the previous pass in every
inference. The engine does not report how long that takes.
"""

from collections import Counter

import akida

from qana.errors import UserError
from qana.inference.load_network import load_network
from qana.inference.manifest import ModelEntry
from qana.walkthrough.chip_drawing import ChipMapping, Mesh, Place, PlacedLayer, Processor, Refusal

DEVICES = {
    "12 nodes": akida.TwelveNodesIPv2,
    "6 nodes": akida.SixNodesIPv2,
    "AKD1000": akida.AKD1000,
    "AKD1500": akida.AKD1500,
}
"""Name to virtual device: two of Akida 2.0, then two of Akida 1.0."""
FIRST_GENERATION = ("AKD1000", "AKD1500")
ONLY_AKIDA_2 = (
    akida.LayerType.DepthwiseConv2D,
    akida.LayerType.DepthwiseConv2DTranspose,
    akida.LayerType.Conv2DTranspose,
    akida.LayerType.Add,
    akida.LayerType.Concatenate,
)
"""Layer types without a counterpart in Akida 1.0, which has only InputConvolutional, Convolutional,
SeparableConvolutional and FullyConnected, in a chain. Source: the vendor's lists of Akida 1.0 and
2.0 layers, https://doc.brainchipinc.com/user_guide/akida.html."""
AKIDA_1_BITS = 4
"""Most weight bits after the first layer on Akida 1.0. Source: as above."""


def map_entry(entry: ModelEntry, device: str) -> ChipMapping:
    """Loads a model and maps it on a virtual device.

    It loads an instance of its own, because a mapped instance cannot run in the simulator.

    Args:
        entry: the model.
        device: one of `DEVICES`.

    Raises:
        ModelError: the model's file is missing, changed or of another version.
        UserError: `device` is unknown.
    """
    return map_model(load_network(entry), device)


def map_model(model: akida.Model, device: str) -> ChipMapping:
    """Maps a whole model (`hw_only`) on a virtual device and reads the mapping.

    Args:
        model: used by no other thread. It is unmapped afterwards.
        device: one of `DEVICES`.

    Returns:
        The mapping. It has a refusal in place of passes where the model does not map.

    Raises:
        UserError: `device` is unknown.
    """
    if device not in DEVICES:
        raise UserError(f"There is no device '{device}': choose one of {', '.join(DEVICES)}.")
    target = DEVICES[device]()
    mesh = _read_mesh(target)
    try:
        model.map(target, hw_only=True)
    except (RuntimeError, ValueError) as error:
        return ChipMapping(device, mesh, refusal=_read_refusal(model, target, str(error)))
    try:
        passes = [one for sequence in model.sequences for one in sequence.passes]
        size = sum(len(sequence.program or b"") for sequence in model.sequences)
        placed = tuple(tuple(map(_read_layer, one.layers)) for one in passes)
        return ChipMapping(device, mesh, placed, size)
    finally:
        model.map(None)


def _read_mesh(device: akida.Device) -> Mesh:
    processors = tuple(
        Processor(_read_place(found.ident), tuple(kind.name for kind in found.types))
        for found in device.mesh.nps
    )
    size = device.mesh.np_sram_size.weight_bytes
    return Mesh(_name_generation(device.ip_version), str(device.version), processors, size)


def _read_layer(layer: akida.Layer) -> PlacedLayer:
    kind = layer.parameters.layer_type.name
    taken = layer.mapping.nps if layer.mapping else []
    unit = taken[0].type.name if taken else ""
    places = () if unit == "HRC" else tuple(_read_place(found.ident) for found in taken)
    return PlacedLayer(layer.name, kind, unit, places)


def _read_refusal(model: akida.Model, device: akida.Device, message: str) -> Refusal:
    kinds = Counter(layer.parameters.layer_type for layer in model.layers)
    lacking = ONLY_AKIDA_2 if device.ip_version == akida.IpVersion.v1 else ()
    missing = {kind.name: kinds[kind] for kind in lacking if kinds[kind]}
    weighty = [layer for layer in model.layers if "weights" in layer.get_variable_names()]
    bits = max((layer.parameters.weights_bits for layer in weighty[1:]), default=0)
    return Refusal(" ".join(message.split()), _name_generation(model.ip_version), missing, bits)


def _read_place(ident: akida.NP.Ident) -> Place:
    return ident.col, ident.row, ident.id


def _name_generation(version: akida.IpVersion) -> str:
    return "2.0" if version == akida.IpVersion.v2 else "1.0"

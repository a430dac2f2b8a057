"""How a network lies on a chip: which neural processor works for which layer, and in which pass.

An Akida chip is a mesh of nodes, each with up to four neural processors (NPs). An NP keeps the
weights of its layer, or of a part of it, in a memory of its own. The first convolution may run on
a unit beside the mesh, the HRC. The vendor's tool places a model on a device that need not be
plugged in (a "virtual" device); this file reads what it did.

A pass is the part of a network that is on the chip at one time. The vendor describes it as a
subset of a hardware sequence: a device with partial reconfiguration goes from one pass to the next
with less help from software (akida.Pass, https://doc.brainchipinc.com/api_reference/
akida_apis.html). The next pass reuses the same processors, so its weights have to be loaded over
those of the last one, in every inference. The tool does not say how long that takes.
"""

from collections import Counter
from dataclasses import dataclass

import akida

from qana.errors import UserError
from qana.spiking.store import ModelEntry, ModelError, verified

DEVICES = {
    "12 nodes": akida.TwelveNodesIPv2,
    "6 nodes": akida.SixNodesIPv2,
    "AKD1000": akida.AKD1000,
    "AKD1500": akida.AKD1500,
}
"""Virtual devices by the name that a reader sees: two of Akida 2.0, then two of Akida 1.0."""
FIRST_GENERATION = ("AKD1000", "AKD1500")
ONLY_AKIDA_2 = (
    akida.LayerType.DepthwiseConv2D,
    akida.LayerType.DepthwiseConv2DTranspose,
    akida.LayerType.Conv2DTranspose,
    akida.LayerType.Add,
    akida.LayerType.Concatenate,
)
"""Layer kinds with no counterpart in Akida 1.0, which has InputConvolutional, Convolutional,
SeparableConvolutional and FullyConnected, one after another. Source: the vendor's lists of Akida
1.0 and 2.0 layers, https://doc.brainchipinc.com/user_guide/akida.html."""
AKIDA_1_BITS = 4
"""Most bits of a weight behind the first layer on Akida 1.0. Source: as above."""
Place = tuple[int, int, int]
"""Column and row of a node in the mesh, and the number of the processor in it, 0 to 3."""


@dataclass(frozen=True)
class Processor:
    """One neural processor of a mesh.

    Attributes:
        place: where it is.
        types: what it can work as, in the engine's words. CNP: convolutional. FNP2, FNP3: fully
            connected, with weights in external or internal memory. TNP: temporal.
    """

    place: Place
    types: tuple[str, ...]


@dataclass(frozen=True)
class Mesh:
    """What a device is made of.

    Attributes:
        generation: "1.0" or "2.0" of Akida.
        version: of the hardware, as the engine writes it.
        processors: all neural processors; the HRC is not among them.
        weight_bytes: memory for weights in each processor.
    """

    generation: str
    version: str
    processors: tuple[Processor, ...]
    weight_bytes: int


@dataclass(frozen=True)
class PlacedLayer:
    """Where one layer runs.

    Attributes:
        name: of the layer.
        kind: its Akida layer type.
        unit: type of the processors that it takes: "CNP1", "FNP3", "HRC"; "" where it takes none.
        places: of the processors that it takes; none on the HRC.
    """

    name: str
    kind: str
    unit: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Refusal:
    """Why a model does not map.

    Attributes:
        message: the engine's own words.
        generation: of Akida that the model was made for, "1.0" or "2.0".
        missing: layer kinds of the model that the device's generation has no counterpart of, with
            how many layers are of that kind.
        weight_bits: widest weights behind the first layer.
    """

    message: str
    generation: str
    missing: dict[str, int]
    weight_bits: int


@dataclass(frozen=True)
class Mapping:
    """A model on a device.

    Attributes:
        device: one of `DEVICES`.
        mesh: of the device.
        passes: layers of each pass, in the order of the network; empty where it does not map.
        program_bytes: size of all that the chip is loaded with, the weights among it; 0 where it
            does not map.
        refusal: None where it maps.
    """

    device: str
    mesh: Mesh
    passes: tuple[tuple[PlacedLayer, ...], ...] = ()
    program_bytes: int = 0
    refusal: Refusal | None = None

    def used(self, number: int) -> int:
        """Neural processors that pass `number`, from 0, takes; the HRC is not one of them."""
        return sum(len(layer.places) for layer in self.passes[number])


def map_entry(entry: ModelEntry, device: str) -> Mapping:
    """Maps a deployed model on an instance of its own: a mapped instance cannot answer.

    Args:
        entry: of the models folder.
        device: one of `DEVICES`.

    Raises:
        ModelError: the model's file is missing, changed or of another version.
        UserError: there is no such device.
    """
    path = verified(entry)
    try:
        model = akida.Model(str(path))
    except (RuntimeError, ValueError):
        raise ModelError(
            f"The Akida engine cannot read {path.name}: it was made by another version, so "
            "install the pinned requirements or train again."
        ) from None
    return map_model(model, device)


def map_model(model: akida.Model, device: str) -> Mapping:
    """Maps a model whole (`hw_only`), with the vendor's own strategy, and reads where it lies.

    Args:
        model: nobody else's; it is mapped on no device afterwards.
        device: one of `DEVICES`.

    Returns:
        The mapping; with a refusal in place of passes where the model does not map.

    Raises:
        UserError: there is no such device.
    """
    if device not in DEVICES:
        raise UserError(f"There is no device '{device}': choose one of {', '.join(DEVICES)}.")
    target = DEVICES[device]()
    mesh = _mesh(target)
    try:
        model.map(target, hw_only=True)
    except (RuntimeError, ValueError) as error:
        return Mapping(device, mesh, refusal=_refusal(model, target, str(error)))
    try:
        passes = [one for sequence in model.sequences for one in sequence.passes]
        size = sum(len(sequence.program or b"") for sequence in model.sequences)
        placed = tuple(tuple(map(_placed, one.layers)) for one in passes)
        return Mapping(device, mesh, placed, size)
    finally:
        model.map(None)


def _mesh(device: akida.Device) -> Mesh:
    processors = tuple(
        Processor(_place(found.ident), tuple(kind.name for kind in found.types))
        for found in device.mesh.nps
    )
    size = device.mesh.np_sram_size.weight_bytes
    return Mesh(_generation(device.ip_version), str(device.version), processors, size)


def _placed(layer: akida.Layer) -> PlacedLayer:
    kind = layer.parameters.layer_type.name
    taken = layer.mapping.nps if layer.mapping else []
    unit = taken[0].type.name if taken else ""
    places = () if unit == "HRC" else tuple(_place(found.ident) for found in taken)
    return PlacedLayer(layer.name, kind, unit, places)


def _refusal(model: akida.Model, device: akida.Device, message: str) -> Refusal:
    kinds = Counter(layer.parameters.layer_type for layer in model.layers)
    lacking = ONLY_AKIDA_2 if device.ip_version == akida.IpVersion.v1 else ()
    missing = {kind.name: kinds[kind] for kind in lacking if kinds[kind]}
    weighty = [layer for layer in model.layers if "weights" in layer.get_variable_names()]
    bits = max((layer.parameters.weights_bits for layer in weighty[1:]), default=0)
    return Refusal(" ".join(message.split()), _generation(model.ip_version), missing, bits)


def _place(ident: akida.NP.Ident) -> Place:
    return ident.col, ident.row, ident.id


def _generation(version: akida.IpVersion) -> str:
    return "2.0" if version == akida.IpVersion.v2 else "1.0"

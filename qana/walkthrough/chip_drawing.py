"""Holds what a page draws of a network on a chip: the mesh and the layers of each pass."""

from dataclasses import dataclass

Place = tuple[int, int, int]
"""Column and row of a node in the mesh, and number of the processor in the node, 0 to 3."""


@dataclass(frozen=True)
class Processor:
    """One neural processor of a mesh.

    Attributes:
        place: in the mesh.
        types: its possible types, by the engine's names: CNP for convolutional; FNP2 and FNP3 for
            fully connected, with weights in external or internal memory; TNP for temporal.
    """

    place: Place
    types: tuple[str, ...]


@dataclass(frozen=True)
class Mesh:
    """The neural processors of a device.

    Attributes:
        generation: of Akida, "1.0" or "2.0".
        version: of the hardware, in the engine's notation.
        processors: all neural processors, without the HRC.
        weight_bytes: memory for weights in each processor, bytes.
    """

    generation: str
    version: str
    processors: tuple[Processor, ...]
    weight_bytes: int


@dataclass(frozen=True)
class PlacedLayer:
    """The processors of one layer.

    Attributes:
        name: of the layer.
        kind: Akida layer type.
        unit: type of its processors, such as "CNP1", "FNP3" or "HRC"; "" where it uses none.
        places: of its processors; empty on the HRC.
    """

    name: str
    kind: str
    unit: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Refusal:
    """The reason why a model does not map on a device.

    Attributes:
        message: message of the engine.
        generation: of Akida that the model was made for, "1.0" or "2.0".
        missing: layer types that the device's generation lacks, with their number in the model.
        weight_bits: largest number of weight bits after the first layer.
    """

    message: str
    generation: str
    missing: dict[str, int]
    weight_bits: int


@dataclass(frozen=True)
class ChipMapping:
    """The mapping of a model on a device, as the engine made it.

    Attributes:
        device: one of `qana.walkthrough.chip_drawing_reader.DEVICES`.
        mesh: of the device.
        passes: layers of each pass, in network order; empty where the model does not map.
        program_bytes: size of the chip's program, weights included, bytes; 0 where the model does
            not map.
        refusal: why the model does not map; None where it maps.
    """

    device: str
    mesh: Mesh
    passes: tuple[tuple[PlacedLayer, ...], ...] = ()
    program_bytes: int = 0
    refusal: Refusal | None = None

    def count_used(self, number: int) -> int:
        """Counts the neural processors that pass `number`, from 0, uses, without the HRC."""
        return sum(len(layer.places) for layer in self.passes[number])


def format_passes(passes: int) -> str:
    """Formats a number of passes, such as "1 pass" or "3 passes"."""
    return f"{passes} pass{'' if passes == 1 else 'es'}"

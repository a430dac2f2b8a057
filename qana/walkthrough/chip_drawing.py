"""A network on a chip, as values: the mesh, the layers of each pass, or why there are none."""

from dataclasses import dataclass

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
class ChipMapping:
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


def format_passes(passes: int) -> str:
    """Such as "1 pass" or "3 passes"."""
    return f"{passes} pass{'' if passes == 1 else 'es'}"

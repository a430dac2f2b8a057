"""Lists the kinds of inputs and draws the kind of an input."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tools.fuzz.random_generator import RandomGenerator

Target = Callable[[], None]
"""Passes an input to the project. It raises UserError if the project refuses the input. Any other
exception is a failure."""
InputGenerator = Callable[[RandomGenerator, Path], Target]
"""Makes an input from random values and an empty folder for the files of the input."""
ENGINE = "engine"
"""The kind of networks that pass the check of the hash. The report counts them separately, because
only the vendor's engine reads them."""


@dataclass(frozen=True)
class InputKind:
    """A kind of inputs.

    Attributes:
        name: name in the report.
        weight: relative frequency.
        module: module of the generator, which only the worker imports.
        function: the generator, or a function that makes one for a picture format.
        format: picture format; empty for other kinds.
    """

    name: str
    weight: int
    module: str
    function: str
    format: str = ""

    @property
    def generator(self) -> InputGenerator:
        """The function that makes an input."""
        function = getattr(import_module(self.module), self.function)
        return function(self.format) if self.format else function


PICTURE_WEIGHTS = {
    **{"jpeg": 14, "png": 12, "webp": 10, "heic": 10, "tiff": 12, "gif": 8},
    **{"mpo": 2, "avif": 3, "bmp": 2, "dicom": 8},
}
INPUT_KINDS: tuple[InputKind, ...] = (
    *(
        InputKind(name, weight, "tools.fuzz.pictures", "make_picture_generator", name)
        for name, weight in PICTURE_WEIGHTS.items()
    ),
    InputKind("manifest", 4, "tools.fuzz.models", "generate_manifest"),
    InputKind("model file", 3, "tools.fuzz.models", "generate_model_file"),
    InputKind("gate behind its hash", 2, "tools.fuzz.models", "generate_gate"),
    InputKind("learned head", 4, "tools.fuzz.heads", "generate_head"),
    InputKind("result", 5, "tools.fuzz.bench_results", "generate_result"),
    InputKind("label CSV", 3, "tools.fuzz.tables", "generate_labels"),
    InputKind("HAM10000 CSV", 2, "tools.fuzz.tables", "generate_ham10000"),
    InputKind("PAD-UFES CSV", 2, "tools.fuzz.tables", "generate_pad_ufes"),
    InputKind("split CSV", 1, "tools.fuzz.tables", "generate_split"),
    InputKind("address", 1, "tools.fuzz.addresses", "generate_address"),
)
ENGINE_KIND = InputKind(ENGINE, 0, "tools.fuzz.models", "generate_network")


def choose_kind(rng: RandomGenerator, number: str) -> InputKind:
    """Draws the kind of an input. This must be the first draw of the generator.

    Args:
        rng: random generator of the input.
        number: number of the input; "engine/..." selects the kind of the engine.
    """
    if number.startswith(ENGINE):
        return ENGINE_KIND
    return rng.choices(INPUT_KINDS, [kind.weight for kind in INPUT_KINDS])[0]

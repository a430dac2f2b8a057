"""The ways in, and how large a share of the inputs each gets."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tools.fuzz.chance import Chance

Make = Callable[[Chance, Path], Callable[[], None]]
BEHIND = "engine"
"""The way that begins behind the hash of a model; what the vendor's reader does there is told
apart, and counts as no input."""


@dataclass(frozen=True)
class Way:
    """One way in.

    Attributes:
        name: in the report.
        weight: its share of the inputs, over that of all.
        module, maker: where `make` is found, imported in the worker alone.
        format: of a picture, whose maker is made for it; empty for others.
    """

    name: str
    weight: int
    module: str
    maker: str
    format: str = ""

    @property
    def make(self) -> Make:
        """Makes an input.

        Called with the draws and an empty folder for files that belong to the input; it returns
        what feeds the input to the project. That raises UserError where the input is refused, and
        anything else where something is wrong.
        """
        made = getattr(import_module(self.module), self.maker)
        return made(self.format) if self.format else made


PICTURES = {
    **{"jpeg": 14, "png": 12, "webp": 10, "heic": 10, "tiff": 12, "gif": 8},
    **{"mpo": 2, "avif": 3, "bmp": 2},
}
WAYS: tuple[Way, ...] = (
    *(
        Way(name, weight, "tools.fuzz.pictures", "making", name)
        for name, weight in PICTURES.items()
    ),
    Way("manifest", 4, "tools.fuzz.models", "manifest"),
    Way("model file", 3, "tools.fuzz.models", "model_file"),
    Way("gate behind its hash", 2, "tools.fuzz.models", "gate"),
    Way("learned head", 4, "tools.fuzz.heads", "head"),
    Way("result", 5, "tools.fuzz.benches", "result"),
    Way("label CSV", 3, "tools.fuzz.tables", "labels"),
    Way("HAM10000 CSV", 2, "tools.fuzz.tables", "ham10000"),
    Way("PAD-UFES CSV", 2, "tools.fuzz.tables", "pad_ufes"),
    Way("split CSV", 1, "tools.fuzz.tables", "splits"),
    Way("address", 1, "tools.fuzz.addresses", "address"),
)
ENGINE = Way(BEHIND, 0, "tools.fuzz.models", "engine")


def choose(chance: Chance, number: str) -> Way:
    """The way of an input, the first of its draws; that of the engine is named by its number."""
    if number.startswith(BEHIND):
        return ENGINE
    return chance.choices(WAYS, [way.weight for way in WAYS])[0]

"""What a study compares."""

from dataclasses import dataclass

from qana.training.recipe import Recipe

STAGES = ("float", "ptq", "tuned", "akida")


@dataclass(frozen=True)
class Variant:
    """One row, or one row a stage.

    Attributes:
        label: what is different, in a few words.
        recipe: how it is made.
        stages: of `STAGES`, which to measure; a variant that does not quantize is float only.
        flips: average the answers over the four mirror images of a photo.
    """

    label: str
    recipe: Recipe
    stages: tuple[str, ...] = ("float",)
    flips: bool = False

    @property
    def key(self) -> str:
        """Names its figures: it changes with anything that they depend on."""
        return f"{self.recipe.name}-{self.recipe.digest()}{'-flips' if self.flips else ''}"


@dataclass(frozen=True)
class Study:
    """A table.

    Attributes:
        name: its key, and the stem of its file.
        title: above the table.
        subset: "validation" where it served a choice, "test" where the choice was made before.
        variants: the rows.
        note: what a reader must know to read it rightly.
    """

    name: str
    title: str
    subset: str
    variants: tuple[Variant, ...]
    note: str

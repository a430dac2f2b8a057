"""Defines what a study compares."""

from dataclasses import dataclass

from qana.training.recipe import Recipe

STAGES = ("float", "ptq", "tuned", "akida")
"""Stages that a study can measure."""


@dataclass(frozen=True)
class Variant:
    """Network that a study measures, with one row for each stage.

    Attributes:
        label: the difference from other variants, in a few words.
        recipe: recipe of the network.
        stages: the stages of `STAGES` to measure.
        flips: whether the probabilities are averaged over four mirror images of each photo.
    """

    label: str
    recipe: Recipe
    stages: tuple[str, ...] = ("float",)
    flips: bool = False

    @property
    def key(self) -> str:
        """Key of the stored figures. It changes with every setting that they depend on."""
        return f"{self.recipe.name}-{self.recipe.digest()}{'-flips' if self.flips else ''}"


@dataclass(frozen=True)
class Study:
    """Comparison of several variants in one table.

    Attributes:
        name: name of the study and stem of its file.
        title: title of the table.
        subset: "validation" if the study served a choice, "test" if the choice was made before.
        variants: networks to measure.
        note: what a reader must know to read the table correctly.
    """

    name: str
    title: str
    subset: str
    variants: tuple[Variant, ...]
    note: str

"""Defines what a study compares."""

from dataclasses import dataclass

from qana.training.recipe import Recipe

STAGES = ("float", "ptq", "tuned", "akida")
"""Stages that a study can measure."""
CLASS_TABLE, SOURCE_TABLE, EVENT_TABLE = "classes", "sources", "events"
"""Kinds of tables: scores and recalls on HAM10000, scores on each source, and events."""


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
        table: kind of the table: `CLASS_TABLE`. For recipes with sources, `SOURCE_TABLE` or
            `EVENT_TABLE`.
    """

    name: str
    title: str
    subset: str
    variants: tuple[Variant, ...]
    note: str
    table: str = CLASS_TABLE

    def __post_init__(self) -> None:
        """Checks that the kind of the table suits the recipes.

        Raises:
            ValueError: a recipe with sources is in a table of classes, a recipe without sources is
                in another one, or events would be counted in a float network.
        """
        for variant in self.variants:
            if bool(variant.recipe.sources) == (self.table == CLASS_TABLE):
                raise ValueError(
                    f"{variant.label}: a recipe with sources needs a table of sources."
                )
            if self.table == EVENT_TABLE and "float" in variant.stages:
                raise ValueError(f"{variant.label}: choose a quantized stage to count events.")

"""Defines the recipes that several studies vary.

The names of recipes are part of stored results and of folders in `runs`, so they must not change.
"""

from dataclasses import replace
from typing import Any

from qana.training.recipe import Recipe, TeacherRecipe

LARGE = Recipe(
    "akida2-large",
    frame_height=200,
    teachers=(
        TeacherRecipe(),
        TeacherRecipe(input_size=192, epochs=14, mixup=0.2, augmentation=1.3, seed=2),
    ),
    mixup=0.2,
    batch=32,
    tuning_batch=64,
    seed=3,
)
"""Recipe of akida2-large while it learned from HAM10000 alone."""
HAM10000_NARROW = Recipe(
    "ham10000-narrow",
    options={"narrow": True},
    transfer=False,
    ancestor="akida2-large",
    frame_height=200,
    mixup=0.2,
    batch=32,
    epochs=20,
    warmup_epochs=1,
    weight_decay=0.0,
    tuning_batch=64,
    tuning_epochs=5,
)
"""Recipe of akida2 while it learned from HAM10000 alone. Its parent was the akida2-large of that
time, which the Git history of `models/` holds."""
PREVIOUS_LARGE = replace(LARGE, batch=64, tuning_batch=None, seed=1)
"""Recipe of akida2-large before the study of batch sizes."""
SMALL = Recipe("small", input_size=64, frame_height=80, epochs=10, tuning_epochs=1)
"""Recipe at the input size of the paper, with labels only and no teacher. A run takes minutes."""
QUANTIZED = ("ptq", "tuned")
"""Stages of a quantized network in Keras."""
TWO_TEACHERS: dict[str, Any] = {"teachers": LARGE.teachers, "frame_height": LARGE.frame_height}
"""Fields that give a recipe the teachers of akida2-large."""


def make_small_recipe(name: str, **changes: Any) -> Recipe:
    """Makes a variant of `SMALL`.

    Args:
        name: suffix of the recipe's name.
        **changes: fields of the recipe that differ.
    """
    return replace(SMALL, name=f"small-{name}", **changes)


def make_low_bit_recipe(bits: int, name: str, **changes: Any) -> Recipe:
    """Makes a variant of `SMALL` with `bits` bits for weights and activations."""
    return make_small_recipe(name, weight_bits=bits, activation_bits=bits, **changes)


def make_seed_recipes(recipe: Recipe) -> tuple[Recipe, ...]:
    """Makes a recipe with the seeds 1, 2 and 3, for a variant of akida2-large."""
    return tuple(
        replace(recipe, name=f"akida2-{recipe.batch}-{seed}", seed=seed) for seed in (1, 2, 3)
    )

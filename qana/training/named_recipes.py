"""Lists the recipes by name."""

from dataclasses import replace
from typing import Any

from qana.data.sources import SOURCES
from qana.training.named_teachers import ALL_SOURCES, DEGRADED, SOURCE_TEACHERS
from qana.training.recipe import Recipe, TeacherRecipe

COMPACT: dict[str, Any] = {
    "options": {"compact": True},
    "transfer": False,
    "ancestor": "akida2-large",
    "mixup": 0.2,
    "batch": 32,
    "warmup_epochs": 1,
    "weight_decay": 0.0,
    **ALL_SOURCES,
    **DEGRADED,
    "plain_skin": 0.1,
}
"""Fields of a recipe of a compact network that imitates akida2-large."""
LABELS_ALONE = Recipe(
    "sources-labels",
    frame_height=200,
    mixup=0.2,
    batch=32,
    epochs=20,
    warmup_epochs=1,
    tuning_batch=64,
    sources=SOURCES,
    group_balance=0.5,
    **DEGRADED,
)
"""Recipe that learns from the labels of all sources, without a teacher."""


def _leave_out(source: str) -> Recipe:
    """Makes a recipe that never sees one source. What it gets there, an unseen clinic gets."""
    others = tuple(one for one in SOURCES if one != source)
    return replace(
        LABELS_ALONE, name=f"without-{source}", sources=others, epochs=12, tuning_epochs=1
    )


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "akida2",
            frame_height=200,
            epochs=6,
            learning_rate=5e-4,
            tuning_batch=64,
            tuning_epochs=1,
            **COMPACT,
            activation_penalty=0.5,
            first="akida2-dense",
        ),
        Recipe("akida2-dense", frame_height=200, epochs=14, **COMPACT),
        Recipe(
            "akida2-large",
            frame_height=200,
            teachers=SOURCE_TEACHERS,
            judged_views=4,
            mixup=0.2,
            batch=32,
            epochs=16,
            learning_rate=7e-4,
            warmup_epochs=1,
            tuning_batch=64,
            tuning_epochs=1,
            **ALL_SOURCES,
            **DEGRADED,
            first="sources-labels",
        ),
        LABELS_ALONE,
        *(_leave_out(source) for source in ("milk10k", "pad_ufes_20")),
        Recipe(
            "akd1000",
            architecture="qana_sequential",
            transfer=False,
            ancestor="akida2-large",
            teachers=SOURCE_TEACHERS,
            judged_views=4,
            frame_height=200,
            mixup=0.2,
            batch=32,
            epochs=24,
            learning_rate=7e-4,
            warmup_epochs=1,
            weight_bits=4,
            activation_bits=4,
            solved_rounding=True,
            tuning_epochs=10,
            tuning_batch=32,
            tuning_rate=3e-4,
            imitates_float=True,
            **ALL_SOURCES,
            **DEGRADED,
        ),
        Recipe(
            "smoke",
            architecture="akidanet",
            options={"width": 0.125},
            transfer=False,
            teachers=(TeacherRecipe(input_size=64, batch=8, epochs=1),),
            judged_views=2,
            input_size=64,
            frame_height=72,
            batch=8,
            epochs=2,
            warmup_epochs=1,
            calibration_photos=16,
            tuning_epochs=1,
        ),
    )
}
"""Recipes by name.

`akida2` and `akd1000` make the deployed models. `akida2` starts from `akida2-dense`, which learns
without a penalty on activations. `akida2-dense` and `akd1000` start from `akida2-large`, and
`akida2-large` starts from `sources-labels`, which learns from labels alone. The recipes named
`without-` and a source learn from the labels of all other sources.
`smoke` runs the whole pipeline on a handful of photos, with a network of few layers.
"""

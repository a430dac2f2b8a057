"""Lists the teachers that are trained on all sources."""

from typing import Any

from qana.data.sources import SOURCES
from qana.training.recipe import Recipe, TeacherRecipe

ALL_SOURCES: dict[str, Any] = {
    "sources": SOURCES,
    "group_balance": 0.5,
    "source_balance": 0.8,
}
"""Fields of a recipe that trains on all sources."""
DEGRADED: dict[str, Any] = {"reduced": 0.15, "surrounded": 0.1}
"""Fields of a recipe that degrades some views."""
SOURCE_TEACHERS = (
    TeacherRecipe(
        input_size=192,
        epochs=12,
        mixup=0.2,
        augmentation=1.3,
        seed=11,
        **ALL_SOURCES,
        **DEGRADED,
    ),
)
"""Teachers for all sources, in the order of their training."""
SOURCE_VIEWS = Recipe(
    "source-teachers",
    frame_height=200,
    teachers=SOURCE_TEACHERS,
    judged_views=4,
    **ALL_SOURCES,
)
"""Settings of the views that these teachers label."""

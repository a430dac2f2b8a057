"""Lists the teachers that are trained on all sources."""

from qana.data.sources import SOURCES
from qana.training.recipe import Recipe, TeacherRecipe

SOURCE_TEACHERS = (
    TeacherRecipe(
        input_size=192,
        epochs=12,
        mixup=0.2,
        augmentation=1.3,
        seed=11,
        sources=SOURCES,
        group_balance=0.5,
        source_balance=0.8,
        reduced=0.15,
        surrounded=0.1,
    ),
)
"""Teachers for all sources, in the order of their training."""
SOURCE_VIEWS = Recipe(
    "source-teachers",
    frame_height=200,
    teachers=SOURCE_TEACHERS,
    judged_views=4,
    sources=SOURCES,
    group_balance=0.5,
    source_balance=0.8,
)
"""Settings of the views that these teachers label."""

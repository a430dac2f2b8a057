"""Lists the recipes by name."""

from qana.training.recipe import Recipe, TeacherRecipe

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "akida2",
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
        ),
        Recipe(
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
        ),
        Recipe(
            "akd1000",
            architecture="qana_sequential",
            transfer=False,
            ancestor="akida2-large",
            frame_height=200,
            mixup=0.2,
            batch=32,
            epochs=32,
            learning_rate=5e-4,
            warmup_epochs=1,
            weight_bits=4,
            activation_bits=4,
            solved_rounding=True,
            tuning_epochs=8,
            tuning_batch=16,
            tuning_rate=1e-4,
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

`akida2` and `akd1000` make the deployed models, and both start from the network of `akida2-large`.
`smoke` runs the whole pipeline on a handful of photos, with a network of few layers.
"""

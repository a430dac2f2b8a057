"""Defines the studies of training: levers, teachers, batch size and seeds."""

from dataclasses import replace
from typing import Any

from qana.studies.study import Study, Variant
from qana.studies.study_recipes import (
    LARGE,
    PREVIOUS_LARGE,
    QUANTIZED,
    SMALL,
    TWO_TEACHERS,
    make_seed_recipes,
    make_small_recipe,
)
from qana.training.recipe import TeacherRecipe


def _vary_small(label: str, name: str, **changes: Any) -> Variant:
    """Makes a variant that measures the float network of a changed `SMALL`."""
    return Variant(label, make_small_recipe(name, **changes))


LEVERS = Study(
    "levers",
    "Effect of single changes to the first row",
    "validation",
    (
        _vary_small(f"64 px, {SMALL.epochs} epochs, ImageNet weights, labels only", "start"),
        Variant(
            "the same, mean of the answers to four mirror images",
            make_small_recipe("start"),
            flips=True,
        ),
        _vary_small("random first weights", "nothing", transfer=False),
        _vary_small("40 epochs", "long", epochs=40),
        _vary_small("96 px", "96", input_size=96, frame_height=144),
        _vary_small("128 px", "128", input_size=128, frame_height=200),
        _vary_small("all photos sampled with equal weight", "as-they-are", balance=0.0),
        _vary_small("all classes sampled with equal weight", "alike", balance=1.0),
        _vary_small(
            "all photos sampled with equal weight, logit-adjusted loss",
            "adjusted",
            balance=0.0,
            adjustment=1.0,
        ),
        _vary_small("stronger augmentation", "augmented", augmentation=1.5),
        _vary_small("colour constancy (shades of grey)", "constancy", colour_constancy=True),
        _vary_small("mixup", "mixup", mixup=0.2),
        _vary_small("two teachers", "teachers", **TWO_TEACHERS),
        _vary_small("two teachers and mixup", "teachers-mixup", mixup=0.2, **TWO_TEACHERS),
    ),
    "All networks are float networks, trained with seed 1. Rare classes have few validation "
    "photos, so chance alone can change the balanced accuracy by a few points. The intervals show "
    "how much.",
)

_LARGER_TEACHERS = (
    TeacherRecipe(1, input_size=192, epochs=14, mixup=0.2, augmentation=1.3, seed=3),
    TeacherRecipe(2, input_size=192, epochs=14, mixup=0.2, augmentation=1.3, seed=4),
)


def _vary_teachers(
    label: str, name: str, stages: tuple[str, ...] = ("float",), **changes: Any
) -> Variant:
    """Makes a variant of `PREVIOUS_LARGE` with larger teachers."""
    fields: dict[str, Any] = {"teachers": _LARGER_TEACHERS, "epochs": 80, **changes}
    return Variant(label, replace(PREVIOUS_LARGE, name=f"taught-{name}", **fields), stages)


TEACHERS = Study(
    "teachers",
    "Larger teachers and longer training",
    "validation",
    (
        _vary_teachers("Lite1 and Lite2 at 192 px, 40 epochs", "larger-40", epochs=40),
        _vary_teachers("Lite1 and Lite2 at 192 px, 80 epochs", "larger-80"),
        _vary_teachers("the same, seed 2", "larger-80-seed2", seed=2),
        _vary_teachers("the same, weight of the soft labels 0.9", "larger-trust", trust=0.9),
        _vary_teachers("the same, 32 photos in a step", "larger-32", batch=32),
    ),
    "All networks are float networks at 128 px and learn from two teachers. akida2-large has "
    "smaller teachers (Lite0 at 160 and 192 px) and is trained for 40 epochs.",
)

LARGER = Study(
    "larger",
    "Larger teachers, measured once on the test lesions",
    "test",
    (_vary_teachers("Lite1 and Lite2 at 192 px, 80 epochs", "larger-80", ("float", *QUANTIZED)),),
    "The network was better than the akida2 of that time on validation. On the test lesions it was "
    "not better, and its training takes twice as long. The decision not to deploy it was made with "
    "both test results known. The dead channels of this network were folded after tuning, and "
    "those of later networks before it. The network was not measured on Akida.",
)

BATCH = Study(
    "batch",
    "Half the photos in a step, with three seeds each",
    "validation",
    (
        *(
            Variant(f"64 photos in a step, seed {one.seed}", one)
            for one in make_seed_recipes(PREVIOUS_LARGE)
        ),
        *(
            Variant(f"32 photos in a step, seed {one.seed}", one, ("float", "tuned"))
            for one in make_seed_recipes(LARGE)
        ),
    ),
    "All other settings are those of akida2-large. The networks were trained on a GPU with the "
    "same two teachers. The seeds of one recipe differ more than the means of the two recipes. A "
    "rule was set beforehand. It takes the recipe with the better validation result, by the "
    "measure that chooses the operating point, and tunes its networks. It deploys the best seed if "
    "this seed is better on validation than the network deployed before. The best seed was better "
    "and was deployed.",
)

SEEDS = Study(
    "seeds",
    "Three seeds of the recipe of akida2-large",
    "test",
    tuple(
        Variant(f"seed {one.seed}", one, ("float", "tuned", "akida"))
        for one in make_seed_recipes(LARGE)
    ),
    f"The networks were trained on a GPU with the same two teachers. Seed {LARGE.seed} is "
    "akida2-large and was chosen on validation.",
)

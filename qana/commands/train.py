"""python -m qana train"""

import argparse

from qana.commands.common import quiet_tensorflow, say
from qana.errors import UserError
from qana.spiking.store import MANIFEST, models_folder, read_manifest
from qana.training.recipe import RECIPES, Recipe


def run(options: argparse.Namespace) -> int:
    """Runs the whole pipeline, and before it that of an ancestor that is not there; run again, it
    goes on where it was stopped."""
    if options.recipe not in RECIPES:
        known = ", ".join(RECIPES)
        raise UserError(f"There is no recipe '{options.recipe}': choose one of {known}.")
    recipe = RECIPES[options.recipe]
    missing = missing_ancestor(recipe)
    quiet_tensorflow()
    say("Loading TensorFlow, which takes a while")
    from qana.training.pipeline import train

    if missing:
        say(f"{recipe.name} begins with the weights of {missing.name}, which is trained first")
        train(options.data, missing, models_folder(), options.runs, say)
    train(options.data, recipe, options.out or models_folder(), options.runs, say)
    return 0


def missing_ancestor(recipe: Recipe) -> Recipe | None:
    """The recipe of a model whose weights are asked for and that the models folder lacks."""
    if recipe.ancestor is None:
        return None
    there = read_manifest() if (models_folder() / MANIFEST).is_file() else []
    return None if recipe.ancestor in {entry.name for entry in there} else RECIPES[recipe.ancestor]

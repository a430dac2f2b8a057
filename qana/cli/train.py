"""The command `qana train`."""

import argparse

from qana.cli.common import (
    add_data_option,
    add_outliers_option,
    add_runs_option,
    check_output_folder,
    parse_path,
    print_message,
)
from qana.data.outlier_photos import find_outlier_photos
from qana.errors import UserError
from qana.inference.manifest import DEFAULT_MODEL, MANIFEST, find_models_folder, read_manifest
from qana.network.keras_forms import silence_tensorflow
from qana.training.named_recipes import RECIPES
from qana.training.recipe import Recipe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    add_data_option(parser, "folder of HAM10000, or folder whose subfolders are data sets")
    parser.add_argument(
        "--recipe", default=DEFAULT_MODEL, help=f"name of the recipe (default: {DEFAULT_MODEL})"
    )
    parser.add_argument(
        "--out", type=parse_path, metavar="DIR", help="models folder to write to (default: models)"
    )
    add_runs_option(parser)
    add_outliers_option(parser)


def run(options: argparse.Namespace) -> int:
    """Runs the whole pipeline, after that of a missing parent model.

    After a stop, the same command continues.
    """
    if options.recipe not in RECIPES:
        known = ", ".join(RECIPES)
        raise UserError(f"There is no recipe '{options.recipe}': choose one of {known}.")
    recipe = RECIPES[options.recipe]
    out = options.out or find_models_folder()
    check_output_folder(out)
    photographs = find_outlier_photos(options.outliers) if options.outliers else ()
    missing = find_missing_parent(recipe)
    silence_tensorflow()
    print_message("Loading TensorFlow. This takes a few seconds.")
    from qana.training.pipeline import train

    if missing:
        print_message(
            f"{recipe.name} starts from the weights of {missing.name}, which is trained first"
        )
        folder = find_models_folder()
        train(options.data, missing, folder, options.runs, print_message, photographs)
    train(options.data, recipe, out, options.runs, print_message, photographs)
    return 0


def find_missing_parent(recipe: Recipe) -> Recipe | None:
    """Finds the recipe of the parent model, if the models folder lacks that model."""
    if recipe.ancestor is None:
        return None
    there = read_manifest() if (find_models_folder() / MANIFEST).is_file() else []
    return None if recipe.ancestor in {entry.name for entry in there} else RECIPES[recipe.ancestor]

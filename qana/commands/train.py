"""python -m qana train"""

import argparse

from qana.commands.common import quiet_tensorflow, say
from qana.errors import UserError
from qana.spiking.store import models_folder
from qana.training.recipe import RECIPES


def run(options: argparse.Namespace) -> int:
    """Runs the whole pipeline; run again, it goes on where it was stopped."""
    if options.recipe not in RECIPES:
        known = ", ".join(RECIPES)
        raise UserError(f"There is no recipe '{options.recipe}': choose one of {known}.")
    quiet_tensorflow()
    say("Loading TensorFlow, which takes a while")
    from qana.training.pipeline import train

    train(options.data, RECIPES[options.recipe], options.out or models_folder(), options.runs, say)
    return 0

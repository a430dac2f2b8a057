"""python -m qana train"""

import argparse
import logging
import os
import warnings

from qana.commands.common import say
from qana.errors import UserError
from qana.spiking.store import models_folder
from qana.training.recipe import RECIPES


def run(options: argparse.Namespace) -> int:
    """Runs the whole pipeline; run again, it goes on where it was stopped."""
    if options.recipe not in RECIPES:
        known = ", ".join(RECIPES)
        raise UserError(f"There is no recipe '{options.recipe}': choose one of {known}.")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # The models folder keeps .h5, which other programs read; Keras warns at every save.
    warnings.filterwarnings("ignore", message="You are saving your model as an HDF5 file")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    say("Loading TensorFlow, which takes a while")
    from qana.training.pipeline import train

    train(options.data, RECIPES[options.recipe], options.out or models_folder(), options.runs, say)
    return 0

"""python -m qana handout"""

import argparse

from qana.commands.common import say
from qana.handout.facts import gather
from qana.handout.sheet import draw, save
from qana.imaging import read_image
from qana.labels import BY_CODE
from qana.samples import load_samples
from qana.spiking.classifier import load_classifier

DEFAULT_LABEL = "mel"


def run(options: argparse.Namespace) -> int:
    """Writes the handout for one photo; without one, for the gallery's first melanoma."""
    if options.image is None:
        sample = next(sample for sample in load_samples() if sample.label == DEFAULT_LABEL)
        image, words = read_image(sample.path), f"{BY_CODE[DEFAULT_LABEL].name}, HAM10000"
    else:
        image, words = read_image(options.image), "Your photo"
    save(draw(gather(load_classifier(options.model), image, words)), options.out)
    say(f"Wrote {options.out}: one page of A4.")
    return 0

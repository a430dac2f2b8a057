"""python -m qana explain"""

import argparse
import os

from qana.commands.common import print_json, quiet_tensorflow, say
from qana.errors import UserError
from qana.reports import write_report
from qana.spiking.store import models_folder


def run(options: argparse.Namespace) -> int:
    """Measures how far each explanation can be believed, and writes explanations.json."""
    if options.photos < 0:
        raise UserError("--photos is a number of lesions, or 0 for all of them.")
    quiet_tensorflow()
    os.environ.setdefault("TQDM_DISABLE", "1")
    from qana.explain.measure import measure
    from qana.explain.summary import SCORES

    document = measure(options.data, options.model, options.photos, options.runs, say)
    write_report(models_folder() / "explanations.json", document)
    if options.json:
        print_json(document)
        return 0
    for method, scores in document["methods"].items():
        found = "  ".join(f"{name} {scores[name]['mean']:.3f}" for name in SCORES)
        print(f"{method:12} {found}  ({scores['photos']} photos)")
    return 0

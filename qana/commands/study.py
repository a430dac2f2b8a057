"""python -m qana study"""

import argparse

from qana.commands.common import print_json, quiet_tensorflow, say
from qana.spiking.store import models_folder


def run(options: argparse.Namespace) -> int:
    """Makes one comparison's table; run again, it goes on where it was stopped."""
    quiet_tensorflow()
    from qana.studies.catalog import STUDIES
    from qana.studies.run import run_study

    out = options.out or models_folder()
    document = run_study(STUDIES[options.name], options.data, options.runs, out, say)
    if options.json:
        print_json(document)
    else:
        for row in (document["columns"], *document["rows"]):
            print("\t".join("" if cell is None else str(cell) for cell in row))
    return 0

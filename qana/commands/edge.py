"""python -m qana edge"""

import argparse

from qana.commands.common import quiet_tensorflow, say
from qana.spiking.store import models_folder


def run(options: argparse.Namespace) -> int:
    """Gives a model for Akida 1.0 its edge head, chosen on validation lesions."""
    quiet_tensorflow()
    from qana.incremental.build import build_edge_head

    record = build_edge_head(options.data, options.model, models_folder(), options.runs, say)
    passes = ", ".join(f"{name} in {count}" for name, count in record["passes"].items())
    print(
        f"{record['file']}, {record['head']['file']}: {record['spikes']} spikes, "
        f"{record['neurons']} neurons a class and {record['spare']} spare ones, with "
        f"{record['connections']} connections; network and head map on {passes} passes"
    )
    return 0

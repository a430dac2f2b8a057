"""python -m qana protocol"""

import argparse
from importlib import import_module

from qana.commands.common import print_json, quiet_tensorflow, say
from qana.errors import UserError
from qana.reports import write_report
from qana.spiking.names import AKIDA1, DEFAULT_MODEL
from qana.spiking.store import models_folder


def run(options: argparse.Namespace) -> int:
    """Judges by one protocol and writes its document to protocols/ of the models folder."""
    quiet_tensorflow()
    protocol = import_module(f"qana.protocols.{options.name}").run
    if options.name == "learning":
        if not options.phone:
            raise UserError("Give the folder of PAD-UFES-20 with --phone.")
        document = protocol(options.data, options.phone, options.model or AKIDA1, options.runs, say)
    else:
        document = protocol(options.data, options.model or DEFAULT_MODEL, say)
    path = models_folder() / "protocols" / f"{options.name}.json"
    write_report(path, document)
    if options.json:
        print_json(document)
    else:
        print(f"{document['command']}: see {path.parent.name}/{path.name}")
    return 0

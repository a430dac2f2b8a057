"""python -m qana protocol"""

import argparse
import json
from importlib import import_module

from qana.commands.common import print_json, quiet_tensorflow, say
from qana.spiking.store import models_folder


def run(options: argparse.Namespace) -> int:
    """Judges by one protocol and writes its document to protocols/ of the models folder."""
    quiet_tensorflow()
    document = import_module(f"qana.protocols.{options.name}").run(options.data, options.model, say)
    path = models_folder() / "protocols" / f"{options.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    text = json.dumps(document, indent=1, allow_nan=False) + "\n"
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
    if options.json:
        print_json(document)
    else:
        print(f"{document['command']}: see {path.parent.name}/{path.name}")
    return 0

"""The command `qana verify`."""

import argparse
import os
from pathlib import Path

from qana.cli.common import add_json_option, parse_path, print_json
from qana.errors import UserError
from qana.inference.manifest import find_models_folder, read_manifest
from qana.inference.model_store import verify_model
from qana.inference.signature import read_fingerprint
from qana.inference.signed_folder import KEY, KEY_VARIABLE, is_own_folder, verify_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    parser.add_argument(
        "--key",
        type=parse_path,
        metavar="FILE",
        help="public key that must have signed the models (default: QANA_MODELS_KEY, else the key "
        "of QANA for its own models)",
    )
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Verifies the signature and each file of the models folder, and the hashes of its manifest."""
    folder = find_models_folder()
    key = options.key or find_named_key(folder)
    count = verify_folder(folder, key)
    entries = read_manifest(folder)
    for entry in entries:
        verify_model(entry)
    fingerprint = read_fingerprint(key)
    if options.json:
        models = [entry.name for entry in entries]
        document = {"folder": str(folder), "files": count, "key": fingerprint, "models": models}
        print_json(document)
    else:
        print(
            f"All {count} files of {folder} are as they were signed, fingerprint of the key "
            f"{fingerprint}."
        )
    return 0


def find_named_key(folder: Path) -> Path:
    """Finds the key for a models folder where the command line names none.

    Raises:
        UserError: the folder is not that of QANA, and the environment names no key for it.
    """
    if named := os.environ.get(KEY_VARIABLE):
        return Path(named)
    if is_own_folder(folder):
        return KEY
    raise UserError(
        f"The models in {folder} are your own: give the public key that must have signed them as "
        "--key FILE."
    )

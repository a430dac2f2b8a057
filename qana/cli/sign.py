"""The command `qana sign`."""

import argparse
import secrets
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from qana.cli.common import check_output_file, check_output_folder, parse_path
from qana.errors import UserError
from qana.inference.manifest import find_models_folder
from qana.inference.signature import SIGNATURE, read_fingerprint
from qana.inference.signed_folder import choose_key_file, list_files, verify_folder

MISSING = (
    "Signing needs OpenSSF's package model-signing, which only the tests install: run "
    "`pip install '.[sign]'` in a checkout of QANA."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    parser.add_argument(
        "--key",
        type=parse_path,
        metavar="FILE",
        help="file for the new public key (default: assets/models_key.pem for the models of QANA, "
        "FOLDER.pem beside another models folder)",
    )


def run(options: argparse.Namespace) -> int:
    """Signs every file of the models folder with a new key, and forgets the private key."""
    folder = find_models_folder()
    key = options.key or choose_key_file(folder)
    if not (folder / "manifest.json").is_file():
        raise UserError(f"There are no models in {folder}: train them, or set QANA_MODELS.")
    if key.resolve().is_relative_to(folder.resolve()):
        raise UserError(f"{key} would be one of the signed files: give a place outside {folder}.")
    check_output_folder(folder)
    check_output_file(key)
    count = sign_folder(folder, key)
    print(
        f"Signed {count} files of {folder}, fingerprint of the key {read_fingerprint(key)}. "
        f"Commit {folder / SIGNATURE} and {key} together. The private key is gone."
    )
    return 0


def sign_folder(folder: Path, key: Path) -> int:
    """Signs a models folder with a new pair of keys.

    The private key exists in memory, and on the disk for a moment, encrypted with a password that
    exists in memory only.

    Args:
        folder: models folder. Its signature file is replaced.
        key: file for the public key. It is replaced.

    Returns:
        The number of signed files.

    Raises:
        UserError: the package model-signing is missing, or the files cannot be written.
    """
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from model_signing import hashing, signing
    except ModuleNotFoundError:
        raise UserError(MISSING) from None
    private = ec.generate_private_key(ec.SECP256R1())
    password: Any = secrets.token_bytes(32)  # model-signing declares text and needs bytes
    hidden = [path.relative_to(folder) for path in set(folder.rglob("*")) - set(list_files(folder))]
    ignored = [Path(SIGNATURE), *(path for path in hidden if (folder / path).is_file())]
    hashes = hashing.Config().set_ignored_paths(paths=ignored)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    unfinished = folder / f".{SIGNATURE}.unfinished"
    with TemporaryDirectory() as temporary:
        pem = Path(temporary) / "key.pem"
        pem.write_bytes(
            private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(password),
            )
        )
        signer = signing.Config().use_elliptic_key_signer(private_key=pem, password=password)
        try:
            signer.set_hashing_config(hashes).sign(folder, unfinished)
            key.write_bytes(public)
            unfinished.replace(folder / SIGNATURE)
        finally:
            unfinished.unlink(missing_ok=True)
    return verify_folder(folder, key)

"""Checks that a models folder is as it was signed.

The models that come with QANA must be signed with its key. A folder that the user names in
`QANA_MODELS` is the user's own: it may be unsigned, unless `QANA_MODELS_KEY` names the key that
must have signed it. So the user decides what is checked, and never a file in the folder.
"""

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from qana.errors import ModelError
from qana.inference.signature import SIGNATURE, read_signature
from qana.resources import ASSETS, find_folder

MODELS_VARIABLE = "QANA_MODELS"
"""Environment variable that names another models folder."""
KEY_VARIABLE = "QANA_MODELS_KEY"
"""Environment variable that names the public key of another models folder, a PEM file."""
KEY = ASSETS / "models_key.pem"
"""The public key of the models that come with QANA."""
OWN = (
    "if you have changed the models yourself, sign them with `python -m qana sign` or name their "
    "folder in QANA_MODELS."
)
RESTORE = f"restore it from the repository, or, {OWN}"
FileState = tuple[str, int, int]
"""Path of a file in a folder with forward slashes, the time of its change in ns, and its size."""


def find_key(folder: Path) -> Path | None:
    """Finds the public key that must have signed a models folder; None where none must have."""
    if not (named := os.environ.get(MODELS_VARIABLE)):
        return KEY if is_own_folder(folder) else None
    key = os.environ.get(KEY_VARIABLE)
    return Path(key) if key and folder.resolve() == Path(named).resolve() else None


def is_own_folder(folder: Path) -> bool:
    """Returns whether a folder is the models folder that comes with QANA."""
    return folder.resolve() == find_folder("models").resolve()


def choose_key_file(folder: Path) -> Path:
    """Chooses the file of the public key that `qana sign` makes for a models folder."""
    if is_own_folder(folder):
        return KEY
    folder = folder.resolve()  # "." has no name
    return folder.with_name(f"{folder.name}.pem")


def check_signed_folder(folder: Path) -> None:
    """Checks each file of a models folder, if a key must have signed it.

    Files are read again only where their time or size has changed, so this is cheap to call often.

    Raises:
        ModelError: a file is missing, was added or differs by as much as a bit, or the signature
            is missing, damaged or of another key.
    """
    if key := find_key(folder):
        verify_folder(folder, key)


def verify_folder(folder: Path, key: Path) -> int:
    """Verifies the signature and each file of a models folder.

    Args:
        folder: models folder.
        key: PEM file of the public key that must have signed it.

    Returns:
        The number of signed files.

    Raises:
        ModelError: see `check_signed_folder`.
    """
    try:
        states = tuple(_list_states(folder))
        key_state = _read_state(key, key.name)
    except OSError:
        states, key_state = (), None  # what is missing is explained there
    return _verify(folder, key, states, key_state)


@lru_cache(maxsize=8)
def _verify(
    folder: Path, key: Path, states: tuple[FileState, ...], _key_state: FileState | None
) -> int:
    signed = read_signature(folder, key)
    found = {name for name, _changed, _size in states} - {SIGNATURE}
    for name, digest in signed.items():
        if name not in found:
            raise ModelError(f"{name} is missing in the models folder: {RESTORE}")
        if _hash(folder / name) != digest:
            raise ModelError(
                f"{name} in the models folder has changed since it was signed: {RESTORE}"
            )
    for name in sorted(found - set(signed)):
        raise ModelError(f"{name} in the models folder is not signed: remove it, or {OWN}")
    return len(signed)


def _hash(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def list_files(folder: Path) -> Iterator[Path]:
    """Lists the files of a models folder that a signature covers, and the signature, sorted.

    Hidden files, which systems and editors make, belong to no model.
    """
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file():
            yield path


def _list_states(folder: Path) -> Iterator[FileState]:
    for path in list_files(folder):
        yield _read_state(path, path.relative_to(folder).as_posix())


def _read_state(path: Path, name: str) -> FileState:
    status = path.stat()
    return name, status.st_mtime_ns, status.st_size

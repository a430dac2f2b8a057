"""Proves that a file of the models folder is the one that the manifest names."""

import hashlib
from functools import lru_cache
from pathlib import Path

from qana.errors import ModelError
from qana.inference.manifest import ModelEntry


def verify_model(entry: ModelEntry) -> Path:
    """Verifies the .fbz of a model and returns its path.

    Raises:
        ModelError: the file is missing or differs by as much as a bit.
    """
    return verify_file(entry.path, entry.sha256)


def verify_file(path: Path, digest: str) -> Path:
    """Verifies that the SHA-256 of a file is `digest` (64 hex digits) and returns its path.

    Raises:
        ModelError: the file is missing or differs by as much as a bit.
    """
    read_verified_bytes(path, digest)
    return path


def read_verified_bytes(path: Path, digest: str) -> bytes:
    """Reads a file once and verifies that its SHA-256 is `digest` (64 hex digits).

    Raises:
        ModelError: the file is missing or differs by as much as a bit.
    """
    try:
        data = path.read_bytes()
    except OSError:
        raise ModelError(
            f"The model file {path.name} is missing: restore it from the repository or train with "
            "`python -m qana train`."
        ) from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise ModelError(
            f"The model file {path.name} does not match the manifest (its bytes have "
            "changed): restore it from the repository."
        )
    return data


def check_replaced(entry: ModelEntry) -> str | None:
    """Checks whether the file of a loaded model was replaced or removed.

    This is cheap to call often: the file is read only where its time or size has changed.

    Returns:
        One sentence for the user; None where the file is the same.
    """
    try:
        status = entry.path.stat()
        same = _hash_as_of(entry.path, status.st_mtime_ns, status.st_size) == entry.sha256
    except OSError:
        same = False
    if same:
        return None
    return (
        f"The model file {entry.path.name} was replaced or removed while the app runs: answers are "
        "still those of the model that was loaded. Restart the app to use what is there now, or "
        "restore the file."
    )


@lru_cache(maxsize=8)
def _hash_as_of(path: Path, _changed: int, _size: int) -> str:
    return hash_file(path)


def hash_file(path: Path) -> str:
    """Computes the SHA-256 of a file, 64 hex digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()

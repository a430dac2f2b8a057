"""Proves that a file of the models folder is the one that the manifest names."""

import hashlib
from functools import lru_cache
from pathlib import Path

from qana.inference.manifest import ModelEntry, ModelError


def verified(entry: ModelEntry) -> Path:
    """The path of the model's .fbz, once its bytes are proven to be those of the manifest.

    Raises:
        ModelError: the file is missing or differs by as much as a bit.
    """
    return verified_file(entry.path, entry.sha256)


def verified_file(path: Path, digest: str) -> Path:
    """`path`, once its SHA-256 is proven to be `digest` (64 hex digits).

    Raises:
        ModelError: the file is missing or differs by as much as a bit.
    """
    verified_bytes(path, digest)
    return path


def verified_bytes(path: Path, digest: str) -> bytes:
    """What is in `path`, read once, its SHA-256 proven to be `digest` (64 hex digits).

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
            f"The model file {path.name} is not the one its manifest describes (its bytes have "
            "changed): restore it from the repository."
        )
    return data


def replaced(entry: ModelEntry) -> str | None:
    """Whether the file of a model that was loaded is another one by now, or gone.

    Returns:
        One sentence, or None where it is the same. It costs little to ask often: the bytes are
        read only where time or size of the file have changed.
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
    return sha256(path)


def sha256(path: Path) -> str:
    """Hash of a file's bytes, 64 hex digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()

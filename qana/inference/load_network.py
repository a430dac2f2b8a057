"""Loads networks into the Akida engine from verified bytes."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import akida

from qana.errors import ModelError
from qana.inference.manifest import MANIFEST, ModelEntry
from qana.inference.model_store import read_verified_bytes


def load_network(entry: ModelEntry) -> akida.Model:
    """Loads the network of a model, mapped on no device.

    Raises:
        ModelError: see `load_networks`.
    """
    return load_networks(entry.path, entry.sha256, entry.input_shape, count=1)[0]


def load_networks(
    path: Path, digest: str, input_shape: tuple[int, int, int], count: int
) -> list[akida.Model]:
    """Loads the same network several times from one read of its file.

    Args:
        path: the .fbz file.
        digest: the SHA-256 that it must have, 64 hex digits.
        input_shape: (H, W, C) of its input, as the manifest says.
        count: how many networks to load.

    Raises:
        ModelError: the file is missing, differs by as much as a bit, is not of this version, or
            reads pictures of another size.
    """
    data = read_verified_bytes(path, digest)
    try:
        with _as_file(data) as name:
            networks = [akida.Model(name) for _ in range(count)]
    except (RuntimeError, ValueError, LookupError, TypeError):  # the engine raises all of them
        raise ModelError(
            f"The Akida engine cannot read {path.name}: it was made by another version, so "
            "install the pinned requirements or train again."
        ) from None
    if any(tuple(network.input_shape) != input_shape for network in networks):
        raise ModelError(
            f"The input size of {path.name} differs from {MANIFEST}: restore both files from the "
            "repository."
        )
    return networks


@contextmanager
def _as_file(data: bytes) -> Iterator[str]:
    """Gives the bytes a file name, because the engine reads only files.

    The file that was hashed could be replaced a moment later, so it is not read again.
    """
    if hasattr(os, "memfd_create"):  # Linux: a file without a place on a disk
        with os.fdopen(os.memfd_create("network"), "wb") as file:
            file.write(data)
            file.flush()
            yield f"/proc/self/fd/{file.fileno()}"
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.fbz"
        path.write_bytes(data)
        yield str(path)

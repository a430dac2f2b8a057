"""Networks of the engine from bytes that were proven, whatever happens to their file meanwhile."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import akida

from qana.inference.manifest import MANIFEST, ModelEntry, ModelError
from qana.inference.model_store import verified_bytes


def load_network(entry: ModelEntry) -> akida.Model:
    """The network of a model, mapped on no device.

    Raises:
        ModelError: see `load_networks`.
    """
    return load_networks(entry.path, entry.sha256, entry.input_shape, count=1)[0]


def load_networks(
    path: Path, digest: str, input_shape: tuple[int, int, int], count: int
) -> list[akida.Model]:
    """The same network several times, from one reading of its file.

    Args:
        path: of an .fbz.
        digest: SHA-256 that its bytes must have, 64 hex digits.
        input_shape: (H, W, C) of what it reads, as the manifest says.
        count: how many.

    Raises:
        ModelError: the file is missing, differs by as much as a bit, is not of this version, or
            reads pictures of another size.
    """
    data = verified_bytes(path, digest)
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
            f"{path.name} reads pictures of another size than {MANIFEST} says: restore both from "
            "the repository."
        )
    return networks


@contextmanager
def _as_file(data: bytes) -> Iterator[str]:
    """A name under which these bytes, and no others, are read: the engine reads only files, and
    the one that was hashed could be another a moment later."""
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

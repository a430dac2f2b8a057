"""Generates models folders with a changed manifest, network, gate or head.

The hash in the manifest protects the other files. Inputs that reach the code behind this check also
change the hash in the manifest. Only somebody who may write the manifest can do this.
"""

import io
import json
import pickle
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from qana.edge_learning.edge_model import load_edge_model
from qana.errors import ModelError
from qana.inference.classifier import load_classifier
from qana.inference.gate import read_gate
from qana.inference.manifest import AKIDA1, CHIPS, MANIFEST, read_manifest
from qana.inference.model_store import hash_file, verify_model
from tools.fuzz import json_documents, raw
from tools.fuzz.input_kinds import Target
from tools.fuzz.random_generator import RandomGenerator

MODELS = Path(__file__).parents[2] / "models"
PHOTO = np.full((150, 200, 3), 128, np.uint8)
LARGE_BYTES = 300_000_000
"""Size that a small gate claims or decompresses to, bytes."""


class UnpicklingTrap:
    """An object that raises MemoryError if it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Makes the unpickler call a function that raises MemoryError."""
        return (eval, ("(_ for _ in ()).throw(MemoryError('a pickle was loaded'))",))


def generate_manifest(rng: RandomGenerator, folder: Path) -> Target:
    """Generates a changed manifest with the original files."""
    document = _load_manifest()
    if rng.draw_bool(0.7):  # only the parts that are read, not the many results
        record = rng.choice(document["models"])
        kept = ("metrics", "keras", "conversion")
        read = {key: value for key, value in record.items() if key not in kept}
        record |= {key: {} for key in kept}
        changed = json_documents.mutate(rng, read)
        at = document["models"].index(record)
        document["models"][at] = changed | {"metrics": {}} if isinstance(changed, dict) else changed
    else:
        document = json_documents.mutate(rng, document)
    _write_models_folder(folder, json_documents.encode(rng, document))
    whole = rng.draw_bool(0.2)
    return lambda: _open_models(folder, whole)


def generate_model_file(rng: RandomGenerator, folder: Path) -> Target:
    """Generates a changed network, front, gate or head with the original manifest."""
    names = ("akida2.fbz", "akida2.gate.npz", "akd1000.fbz", "akd1000.front.fbz", "akd1000.head")
    name = rng.choice(names)
    changed = raw.mutate(rng, (MODELS / name).read_bytes())
    _write_models_folder(folder, json.dumps(_load_manifest()).encode(), {name: changed})
    original = changed == (MODELS / name).read_bytes()

    def run_target() -> None:
        entry = name.partition(".")[0]
        load = load_edge_model if name in ("akd1000.front.fbz", "akd1000.head") else load_classifier
        load(entry, folder)
        if not original:
            raise AssertionError(f"{name} was changed and still loaded")

    return run_target


def generate_gate(rng: RandomGenerator, folder: Path) -> Target:
    """Generates a changed gate with a correct hash in the manifest."""
    document = _load_manifest()
    name = "akida2.gate.npz"
    data = _mutate_gate(rng)
    document["models"][0]["gate"]["sha256"] = _hash_bytes(folder, data)
    _write_models_folder(folder, json.dumps(document).encode(), {name: data})
    return lambda: _classify_photo("akida2", folder)


def generate_network(rng: RandomGenerator, folder: Path) -> Target:
    """Generates a changed network with a correct hash, which the vendor's engine reads."""
    document = _load_manifest()
    at = rng.randrange(2)
    name = document["models"][at]["file"]
    data = (MODELS / name).read_bytes()
    if rng.draw_bool(0.5):  # the description of the layers, which precedes the weights
        data = raw.mutate(rng, data[:3000]) + data[3000:]
    else:
        data = raw.mutate(rng, data)
    document["models"][at]["sha256"] = _hash_bytes(folder, data)
    _write_models_folder(folder, json.dumps(document).encode(), {name: data})
    return lambda: _classify_photo(document["models"][at]["name"], folder)


def _open_models(folder: Path, whole: bool) -> None:
    """Lists the networks of a folder, as the app does.

    Args:
        folder: models folder.
        whole: also loads every network and classifies a photo, which takes about a second.

    Raises:
        ModelError: a network cannot be used.
    """
    problems = []
    for entry in read_manifest(folder):
        _words = f"{entry.name}, for {CHIPS[entry.target]}, {entry.macs / 1e6:.1f}"
        try:
            verify_model(entry)
            read_gate(entry)
            if whole:
                _classify_photo(entry.name, folder)
            if whole and entry.target == AKIDA1:
                load_edge_model(entry.name, folder)
        except ModelError as error:
            problems.append(error)
    if problems:
        raise problems[0]


def _classify_photo(name: str, folder: Path) -> None:
    prediction = load_classifier(name, folder).classify(PHOTO)
    if not np.isclose(prediction.probabilities.sum(), 1):
        raise AssertionError(f"the probabilities are {prediction.probabilities}")


def _mutate_gate(rng: RandomGenerator) -> bytes:
    """Makes a gate with other arrays, an unusual archive or changed bytes."""
    data = (MODELS / "akida2.gate.npz").read_bytes()
    if rng.draw_bool(0.4):
        return raw.mutate(rng, data)
    stored: dict[str, Any] = dict(np.load(io.BytesIO(data)))
    if rng.draw_bool(0.3):
        return _make_archive(rng, stored)
    for name in rng.draw_items(list(stored), 2):
        halves = stored[name].astype(np.float16) if stored[name].dtype == np.float64 else name
        odd = (
            np.zeros(rng.draw_integer(1)),
            halves,
            np.array(np.nan),
            np.array("text"),
            np.zeros((3, 3)),
        )
        kinds = (
            np.array([UnpicklingTrap()], dtype=object),
            np.array(1j),
            np.array(np.inf),
            np.array([]),
        )
        stored[name] = rng.choice((*odd, *kinds))
    if rng.draw_bool(0.2):
        del stored[rng.choice(list(stored))]
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, **stored)
    return buffer.getvalue()


def _make_archive(rng: RandomGenerator, stored: dict[str, Any]) -> bytes:
    """Makes an archive that claims or decompresses to too much, or a file that is no archive."""
    buffer = io.BytesIO()
    what = rng.randrange(4)
    if what == 0:
        return pickle.dumps(UnpicklingTrap())
    if what == 1:
        np.save(buffer, stored["weights"])
        return buffer.getvalue()
    method = zipfile.ZIP_DEFLATED if what == 2 else rng.choice((8, 12, 14))
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, array in stored.items():
            part = io.BytesIO()
            np.save(part, array)
            body = part.getvalue()
            if what == 2:  # a huge or invalid shape, with or without data
                shape = str(rng.choice((LARGE_BYTES // 8, 10**12, -1, "x", "(1,) * 99")))
                body = body.replace(b"(", b"(" + shape.encode() + b", ", 1)
                body += bytes(rng.choice((0, LARGE_BYTES)))
            archive.writestr(f"{name}.npy", body)
    packed = buffer.getvalue()
    return packed if what == 2 else raw.mutate(rng, packed)


def _hash_bytes(folder: Path, data: bytes) -> str:
    path = folder / "hashed"
    path.write_bytes(data)
    digest = hash_file(path)
    path.unlink()
    return digest


@cache
def _read_manifest_text() -> str:
    return (MODELS / MANIFEST).read_text(encoding="utf-8")


def _load_manifest() -> dict[str, Any]:
    return json.loads(_read_manifest_text())


def _write_models_folder(
    folder: Path, text: bytes, changed: dict[str, bytes] | None = None
) -> None:
    """Writes a models folder: a manifest, changed files, and links to the original ones."""
    (folder / MANIFEST).write_bytes(text)
    for path in MODELS.iterdir():
        if path.suffix in (".fbz", ".npz", ".head"):
            (folder / path.name).symlink_to(path)
    for name, data in (changed or {}).items():
        (folder / name).unlink()
        (folder / name).write_bytes(data)

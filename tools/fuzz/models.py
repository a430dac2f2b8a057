"""Ways in: a models folder whose manifest, network or gate somebody has changed.

A changed file is refused by its hash. What lies behind the hash is reached by inputs whose manifest
names the hash of the changed file, as only somebody who may write the manifest can make it.
"""

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from qana.edge_learning.edge_model import load_edge_model
from qana.inference.classifier import load_classifier
from qana.inference.gate import read_gate
from qana.inference.manifest import AKIDA1, CHIPS, MANIFEST, ModelError, read_manifest
from qana.inference.model_store import sha256, verified
from tools.fuzz import documents, raw
from tools.fuzz.chance import Chance

MODELS = Path(__file__).parents[2] / "models"
PHOTO = np.full((150, 200, 3), 128, np.uint8)
LARGE = 300_000_000
"""Bytes of what a small gate claims, or unpacks to."""


class Trap:
    """An object whose unpickling is noticed."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (eval, ("(_ for _ in ()).throw(MemoryError('a pickle was loaded'))",))


def manifest(chance: Chance, folder: Path) -> Callable[[], None]:
    """The manifest changed, the files as they are."""
    document = _manifest()
    if chance.happens(0.7):  # what is read, not the many results beside it
        record = chance.choice(document["models"])
        kept = ("metrics", "keras", "conversion")
        read = {key: value for key, value in record.items() if key not in kept}
        record |= {key: {} for key in kept}
        changed = documents.changed(chance, read)
        at = document["models"].index(record)
        document["models"][at] = changed | {"metrics": {}} if isinstance(changed, dict) else changed
    else:
        document = documents.changed(chance, document)
    _folder(folder, documents.text(chance, document))
    whole = chance.happens(0.2)
    return lambda: _use(folder, whole)


def model_file(chance: Chance, folder: Path) -> Callable[[], None]:
    """A network, front, gate or head changed, the manifest as it is."""
    names = ("akida2.fbz", "akida2.gate.npz", "akd1000.fbz", "akd1000.front.fbz", "akd1000.head")
    name = chance.choice(names)
    changed = raw.mutated(chance, (MODELS / name).read_bytes())
    _folder(folder, json.dumps(_manifest()).encode(), {name: changed})
    original = changed == (MODELS / name).read_bytes()

    def feed() -> None:
        entry = name.partition(".")[0]
        load = load_edge_model if name in ("akd1000.front.fbz", "akd1000.head") else load_classifier
        load(entry, folder)
        if not original:
            raise AssertionError(f"{name} was changed, and was loaded")

    return feed


def gate(chance: Chance, folder: Path) -> Callable[[], None]:
    """A gate changed, and its hash in the manifest made right."""
    document = _manifest()
    name = "akida2.gate.npz"
    data = _gate(chance)
    document["models"][0]["gate"]["sha256"] = _hash(folder, data)
    _folder(folder, json.dumps(document).encode(), {name: data})
    return lambda: _classify("akida2", folder)


def engine(chance: Chance, folder: Path) -> Callable[[], None]:
    """A network changed, and its hash in the manifest made right: the vendor's reader is asked."""
    document = _manifest()
    at = chance.randrange(2)
    name = document["models"][at]["file"]
    data = (MODELS / name).read_bytes()
    if chance.happens(0.5):  # the description of the layers; weights are bytes like any others
        data = raw.mutated(chance, data[:3000]) + data[3000:]
    else:
        data = raw.mutated(chance, data)
    document["models"][at]["sha256"] = _hash(folder, data)
    _folder(folder, json.dumps(document).encode(), {name: data})
    return lambda: _classify(document["models"][at]["name"], folder)


def _use(folder: Path, whole: bool) -> None:
    """What the app does with a models folder: lists the networks and, if whole, loads and asks
    them, which takes most of a second."""
    problems = []
    for entry in read_manifest(folder):
        _words = f"{entry.name}, for {CHIPS[entry.target]}, {entry.macs / 1e6:.1f}"
        try:
            verified(entry)
            read_gate(entry)
            if whole:
                _classify(entry.name, folder)
            if whole and entry.target == AKIDA1:
                load_edge_model(entry.name, folder)
        except ModelError as error:
            problems.append(error)
    if problems:
        raise problems[0]


def _classify(name: str, folder: Path) -> None:
    prediction = load_classifier(name, folder).classify(PHOTO)
    if not np.isclose(prediction.probabilities.sum(), 1):
        raise AssertionError(f"the probabilities are {prediction.probabilities}")


def _gate(chance: Chance) -> bytes:
    """A gate of other arrays, of an odd archive, or with bytes changed."""
    data = (MODELS / "akida2.gate.npz").read_bytes()
    if chance.happens(0.4):
        return raw.mutated(chance, data)
    stored: dict[str, Any] = dict(np.load(io.BytesIO(data)))
    if chance.happens(0.3):
        return _archive(chance, stored)
    for name in chance.some(list(stored), 2):
        halves = stored[name].astype(np.float16) if stored[name].dtype == np.float64 else name
        odd = (
            np.zeros(chance.integer(1)),
            halves,
            np.array(np.nan),
            np.array("text"),
            np.zeros((3, 3)),
        )
        kinds = (np.array([Trap()], dtype=object), np.array(1j), np.array(np.inf), np.array([]))
        stored[name] = chance.choice((*odd, *kinds))
    if chance.happens(0.2):
        del stored[chance.choice(list(stored))]
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, **stored)
    return buffer.getvalue()


def _archive(chance: Chance, stored: dict[str, Any]) -> bytes:
    """One that claims too much, unpacks to too much, or is no archive."""
    buffer = io.BytesIO()
    what = chance.randrange(4)
    if what == 0:
        return pickle.dumps(Trap())
    if what == 1:
        np.save(buffer, stored["weights"])
        return buffer.getvalue()
    method = zipfile.ZIP_DEFLATED if what == 2 else chance.choice((8, 12, 14))
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, array in stored.items():
            part = io.BytesIO()
            np.save(part, array)
            body = part.getvalue()
            if what == 2:  # a shape of any size, with or without the numbers for it
                shape = str(chance.choice((LARGE // 8, 10**12, -1, "x", "(1,) * 99")))
                body = body.replace(b"(", b"(" + shape.encode() + b", ", 1)
                body += bytes(chance.choice((0, LARGE)))
            archive.writestr(f"{name}.npy", body)
    packed = buffer.getvalue()
    return packed if what == 2 else raw.mutated(chance, packed)


def _hash(folder: Path, data: bytes) -> str:
    path = folder / "hashed"
    path.write_bytes(data)
    digest = sha256(path)
    path.unlink()
    return digest


@cache
def _manifest_text() -> str:
    return (MODELS / MANIFEST).read_text(encoding="utf-8")


def _manifest() -> dict[str, Any]:
    return json.loads(_manifest_text())


def _folder(folder: Path, text: bytes, changed: dict[str, bytes] | None = None) -> None:
    """A models folder of links to the true files, but for the manifest and what is changed."""
    (folder / MANIFEST).write_bytes(text)
    for path in MODELS.iterdir():
        if path.suffix in (".fbz", ".npz", ".head"):
            (folder / path.name).symlink_to(path)
    for name, data in (changed or {}).items():
        (folder / name).unlink()
        (folder / name).write_bytes(data)

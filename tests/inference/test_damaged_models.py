"""A models folder that is damaged, missing or false gets one sentence."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from qana.errors import ModelError
from qana.inference.classifier import load_classifier
from qana.inference.manifest import find_entry, find_models_folder


@pytest.fixture
def models_copy(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ("manifest.json", "akida2.fbz"):
        shutil.copy(find_models_folder() / name, folder)
    return folder


def _drop_a_byte(folder: Path) -> None:
    path = folder / "akida2.fbz"
    path.write_bytes(path.read_bytes()[:-1])


def _drop_the_file(folder: Path) -> None:
    (folder / "akida2.fbz").unlink()


def _drop_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def _damage_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")


def _give_another_file(folder: Path) -> None:
    """Not of Akida, but with the right hash."""
    path = folder / "manifest.json"
    document = json.loads(path.read_text())
    (folder / "akida2.fbz").write_bytes(b"no model")
    document["models"][0]["sha256"] = hashlib.sha256(b"no model").hexdigest()
    path.write_text(json.dumps(document))


def _say(**changes: object) -> Callable[[Path], None]:
    """Puts values into the record of the first model."""

    def spoil(folder: Path) -> None:
        path = folder / "manifest.json"
        document = json.loads(path.read_text())
        document["models"][0] |= changes
        path.write_text(json.dumps(document))

    return spoil


def _nest_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"models":' + "[" * 100_000)


def _give_a_gate(**arrays: np.ndarray) -> Callable[[Path], None]:
    """A gate of such arrays, packed, and with the right hash."""

    def spoil(folder: Path) -> None:
        path = folder / "akida2.gate.npz"
        np.savez_compressed(path, **arrays)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        _say(gate={"file": path.name, "sha256": digest})(folder)

    return spoil


ONE = np.ones(())
SPOILT = [
    (_say(temperature=float("nan")), "is damaged"),
    (_say(macs=float("inf")), "is damaged"),
    (_say(target="akida3"), "is damaged"),
    (_say(file="a\0b"), "is damaged"),
    (_say(input_shape=[10**9, 10**9, 3]), "differs from manifest.json"),
    (_nest_the_manifest, "is damaged"),
    (_give_a_gate(weights=np.ones(3), bias=ONE, threshold=ONE), "made for another network"),
    (_give_a_gate(weights=np.zeros(10**6), bias=ONE, threshold=ONE), "was made by another version"),
    (
        _give_a_gate(weights=np.ones(3), bias=np.ones(2), threshold=ONE),
        "was made by another version",
    ),
    (
        _give_a_gate(weights=np.array([None]), bias=ONE, threshold=ONE),
        "was made by another version",
    ),
    (_drop_a_byte, "its bytes have changed"),
    (_drop_the_file, "akida2.fbz is missing"),
    (_drop_the_manifest, "cannot be read in the models folder"),
    (_damage_the_manifest, "manifest.json, is damaged"),
    (_give_another_file, "cannot read akida2.fbz"),
]


@pytest.mark.parametrize(("spoil", "sentence"), SPOILT)
def test_a_spoilt_models_folder_gets_one_sentence(models_copy: Path, spoil, sentence: str) -> None:
    spoil(models_copy)
    with pytest.raises(ModelError, match=sentence) as caught:
        load_classifier("akida2", models_copy)
    assert "\n" not in str(caught.value)


def test_an_unknown_model_is_named_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match="no model 'other': choose one of akida2"):
        find_entry("other")

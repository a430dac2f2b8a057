"""A folder that QANA_MODELS names and that holds no models is named in one sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from qana.cli.main import main
from qana.errors import ModelError
from qana.inference.manifest import MANIFEST, find_entry, read_manifest
from qana.inference.signed_folder import MODELS_VARIABLE

WRONG: dict[str, Callable[[Path], object]] = {
    "missing": lambda folder: None,
    "a file": lambda folder: folder.write_text("x"),
    "empty": lambda folder: folder.mkdir(),
    "a folder as manifest": lambda folder: (folder / MANIFEST).mkdir(parents=True),
    "no JSON": lambda folder: write(folder, "{"),
    "an empty file": lambda folder: write(folder, ""),
    "a list": lambda folder: write(folder, "[]"),
    "no model": lambda folder: write(folder, '{"models": []}'),
}


def write(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / MANIFEST).write_text(text)


@pytest.mark.parametrize("kind", WRONG)
def test_the_variable_and_the_folder_are_named(
    kind: str, tmp_path: Path, monkeypatch, capsys
) -> None:
    folder = tmp_path / "my models"
    WRONG[kind](folder)
    monkeypatch.setenv(MODELS_VARIABLE, str(folder))
    assert main(["predict", "x.jpg"]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert str(folder) in sentence and MODELS_VARIABLE in sentence
    assert sentence.endswith("give the variable a folder of models or unset it.")


@pytest.mark.parametrize("kind", WRONG)
def test_another_folder_gets_a_sentence_without_the_variable(
    kind: str, tmp_path: Path, monkeypatch
) -> None:
    folder = tmp_path / "models"
    WRONG[kind](folder)
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path))
    with pytest.raises(ModelError, match="the models folder: restore it from") as raised:
        find_entry("akida2", folder)
    assert MODELS_VARIABLE not in str(raised.value) and "one of ." not in str(raised.value)


def test_an_empty_list_can_still_be_read(tmp_path: Path) -> None:
    write(tmp_path / "models", '{"models": []}')
    assert read_manifest(tmp_path / "models") == []

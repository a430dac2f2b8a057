"""`qana sign` and `qana verify`, and what the other commands do with changed models."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from qana.cli.common import allow_changed_models
from qana.cli.main import CHANGING, COMMANDS, WITHOUT_MODELS, main
from qana.cli.sign import sign_folder
from qana.inference.manifest import read_manifest
from qana.inference.signature import SIGNATURE
from qana.resources import find_folder

ARGUMENTS: dict[str, tuple[str, ...]] = {
    "predict": ("photo.jpg",),
    "screen": ("photos", "--out", "table.csv"),
    "evaluate": ("--images", "photos", "--labels", "labels.csv"),
    "convert": ("--model", "akida2"),
    "study": ("bits", "--data", "photos"),
    "protocol": ("lesion", "--data", "photos"),
    "export-lesson": ("lesson",),
    "walkthrough": ("--model", "missing"),  # with a model it would compute for minutes
    **{
        name: ("--data", "photos")
        for name in ("train", "gate", "similar", "concepts", "explain", "edge")
    },
}
"""What a command needs to start. The check comes before these files are looked for."""
CHANGED = "light.json in the models folder has changed since it was signed: restore it"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Models of one's own, without a signature."""
    copy = tmp_path / "mine"
    ignored = shutil.ignore_patterns("*.h5", SIGNATURE)
    shutil.copytree(find_folder("models"), copy, ignore=ignored)
    monkeypatch.setenv("QANA_MODELS", str(copy))
    return copy


@pytest.fixture
def own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the models that come with QANA, signed."""
    monkeypatch.delenv("QANA_MODELS")
    monkeypatch.setattr("qana.inference.signed_folder.find_folder", lambda _name: folder)
    monkeypatch.setattr("qana.inference.manifest.find_folder", lambda _name: folder)
    monkeypatch.setattr("qana.inference.signed_folder.KEY", folder.with_name("key.pem"))
    monkeypatch.setattr("qana.cli.verify.KEY", folder.with_name("key.pem"))
    assert main(["sign"]) == 0
    return folder


def flip(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])


def test_signing_and_verifying_are_one_command_each(own: Path, capsys) -> None:
    assert main(["sign"]) == 0
    assert "The private key is gone." in capsys.readouterr().out
    assert main(["verify"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"All {len(list(own.rglob('*.*'))) - 1} files of")
    assert main(["verify", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["key"] in printed
    assert document["models"] == [entry.name for entry in read_manifest()]


def test_each_signature_has_a_key_of_its_own_and_no_private_key_stays(own: Path) -> None:
    key = own.with_name("key.pem")
    earlier = key.read_bytes()
    assert main(["sign"]) == 0
    assert key.read_bytes() != earlier
    written = [path for path in own.parent.rglob("*") if path.is_file()]
    assert not [path for path in written if b"PRIVATE" in path.read_bytes()]
    assert main(["verify"]) == 0


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in WITHOUT_MODELS])
def test_every_command_reports_a_changed_bit(command: str, own: Path, monkeypatch, capsys) -> None:
    """Also of a file that the command does not read. Only those that change models go on."""
    flip(own / "light.json")
    monkeypatch.chdir(own.parent)
    arguments = ["measure", "--list"] if command == "measure" else [command]
    code = main([*arguments, *ARGUMENTS.get(command, ())])
    captured = capsys.readouterr()
    assert captured.err.startswith(CHANGED)
    assert "Traceback" not in captured.err
    assert code in ((0, 2) if command in CHANGING else (2,))


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in WITHOUT_MODELS])
def test_every_command_refuses_a_folder_that_its_key_has_not_signed(
    command: str, folder: Path, monkeypatch, capsys
) -> None:
    assert main(["sign", "--key", str(folder.with_name("mine.pem"))]) == 0
    monkeypatch.setenv("QANA_MODELS_KEY", str(folder.with_name("mine.pem")))
    assert main(["verify"]) == 0
    flip(folder / "light.json")
    capsys.readouterr()
    assert main([command, *ARGUMENTS.get(command, ())]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(CHANGED)
    assert captured.err.count("\n") == 1


def test_ones_own_models_need_no_signature_and_verify_asks_for_a_key(folder: Path, capsys) -> None:
    assert main(["models"]) == 0
    assert main(["verify"]) == 2
    assert "give the public key" in capsys.readouterr().err
    assert main(["sign"]) == 0
    assert main(["verify", "--key", str(folder.with_name("mine.pem"))]) == 0
    flip(folder / "light.json")
    assert main(["models"]) == 0


def test_a_command_that_changes_the_models_names_the_next_step(own: Path, capsys) -> None:
    with allow_changed_models():
        flip(own / "light.json")
        assert read_manifest()
        assert os.environ["QANA_MODELS"] == str(own)
    assert "QANA_MODELS" not in os.environ
    printed = capsys.readouterr().err
    assert CHANGED in printed
    assert "sign them with `python -m qana sign`" in printed
    assert printed.endswith("The command has changed the models.\n")
    assert main(["models"]) == 2
    assert main(["sign"]) == 0
    assert main(["models"]) == 0


def test_without_the_package_signing_gets_one_sentence(folder: Path, monkeypatch, capsys) -> None:
    monkeypatch.setitem(sys.modules, "model_signing", None)
    assert main(["sign"]) == 2
    assert "pip install '.[sign]'" in capsys.readouterr().err
    assert not (folder / SIGNATURE).exists()


def test_an_empty_folder_is_not_signed(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("QANA_MODELS", str(tmp_path))
    assert main(["sign"]) == 2
    assert "There are no models in" in capsys.readouterr().err


def test_a_key_that_cannot_be_written_changes_nothing(folder: Path, capsys) -> None:
    files = sorted(folder.rglob("*"))
    for key, words in (
        (folder.parent, "is a folder"),
        (folder.parent / "missing" / "key.pem", "There is no folder"),
        (folder / "key.pem", "would be one of the signed files"),
    ):
        assert main(["sign", "--key", str(key)]) == 2
        assert words in capsys.readouterr().err
    assert sorted(folder.rglob("*")) == files


def test_signing_that_fails_leaves_no_file(folder: Path) -> None:
    files = sorted(folder.rglob("*"))
    with pytest.raises(OSError, match="directory"):
        sign_folder(folder, folder.parent)
    assert sorted(folder.rglob("*")) == files


def test_the_present_folder_can_be_signed(folder: Path, monkeypatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("QANA_MODELS", ".")
    assert main(["sign"]) == 0
    assert main(["verify", "--key", "../mine.pem"]) == 0

"""The gate command reads one data set or the folder of all, and refuses what it cannot use."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from qana.cli.main import main
from qana.data.ham10000 import read_ham10000
from qana.data.lesion_split import split_photos
from qana.data.outlier_photos import list_outlier_photos
from qana.data.photo import SMARTPHONE
from qana.inference.manifest import find_models_folder


@pytest.fixture
def given(monkeypatch, tmp_path: Path) -> list[dict]:
    """Keeps the subsets that the command hands on, instead of fitting a gate."""
    found: list[dict] = []
    monkeypatch.setenv("QANA_MODELS", str(shutil.copytree(find_models_folder(), tmp_path / "m")))

    def keep(name, folder, subsets, progress, phone=(), photographs=()):
        found.append({"subsets": subsets, "phone": phone, "photographs": photographs})
        abstain = {"threshold": 0.5, "risk_coverage": {}}
        rates = {"lit_fields": {"lesion-test": {"n": 8, "pass": 0.75}}, "turned_away": {}}
        return {"gate": {"lesions": {}, "sources": {}} | rates, "abstain": abstain}

    module = "qana.training.record_gate_and_abstention"
    monkeypatch.setattr(f"{module}.record_gate_and_abstention", keep)
    return found


def test_ham10000_alone_is_read_as_before_from_its_folder_or_the_one_above(
    given, ham_folder: Path, tmp_path: Path
) -> None:
    above = tmp_path / "all"
    shutil.copytree(ham_folder, above / "HAM")
    for folder in (ham_folder, above):
        assert main(["gate", "--data", str(folder)]) == 0
    expected = split_photos(read_ham10000(ham_folder))
    for one in given:
        for subset, photos in expected.items():
            found = [photo.image_id for photo in one["subsets"][subset]]
            assert found == [photo.image_id for photo in photos]


def test_all_sources_are_handed_on_and_phone_photos_are_not_counted_twice(
    given, ham_folder: Path, samples, monkeypatch, capsys
) -> None:
    (photo, *_others) = read_ham10000(ham_folder)
    phone = replace(photo, source="pad_ufes_20", image_type=SMARTPHONE)
    subsets = {"train": [photo, phone], "validation": [photo], "test": [photo]}
    asked = []

    def read(root: Path, sources: list[str]) -> dict:
        asked.append(sources)
        return subsets

    folders = {"ham10000": ham_folder, "pad_ufes_20": ham_folder}
    monkeypatch.setattr("qana.cli.gate.find_sources", lambda root: folders)
    monkeypatch.setattr("qana.training.subsets.read_labelled_subsets", read)
    assert main(["gate", "--data", "all"]) == 0
    assert given[0]["subsets"] is subsets
    assert asked == [["ham10000", "pad_ufes_20"]]
    assert main(["gate", "--data", "all", "--phone", str(samples[0].path.parent)]) == 2
    assert "leave out --phone" in capsys.readouterr().err


def test_a_folder_without_ham10000_gets_one_sentence(given, monkeypatch, capsys) -> None:
    monkeypatch.setattr("qana.cli.gate.find_sources", lambda root: {"milk10k": root})
    assert main(["gate", "--data", "some"]) == 2
    assert "some does not hold HAM10000" in capsys.readouterr().err
    assert not given


def test_photographs_are_handed_on_if_all_of_them_are_there(
    given, ham_folder: Path, tmp_path: Path, capsys
) -> None:
    command = ["gate", "--data", str(ham_folder), "--outliers", str(tmp_path / "photos")]
    assert main(command) == 2
    assert "run `python -m tools.outlier_photos DIR`" in capsys.readouterr().err
    assert not given
    photos = list_outlier_photos(tmp_path / "photos")
    for photo in photos:
        photo.path.parent.mkdir(parents=True, exist_ok=True)
        photo.path.touch()
    assert main(command) == 0
    assert given[0]["photographs"] == photos

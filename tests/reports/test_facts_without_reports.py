"""The page Facts leaves out what nobody measured of the present weights, and says so."""

import json
import shutil
from pathlib import Path

import pytest

from qana.evaluation.report_files import ReportError, read_studies, to_document
from qana.inference.manifest import find_models_folder
from qana.protocols.protocol_reports import read_reports
from qana.reports.source_facts import PHONE_NOT_MEASURED, TONE_NOT_MEASURED
from tests.doubles.facts_page import opened, report, words

__all__ = ["report"]
STORED = find_models_folder()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the models folder without its reports and studies."""
    copy = tmp_path / "models"
    shutil.copytree(
        find_models_folder(), copy, ignore=shutil.ignore_patterns("*.h5", "protocols", "studies")
    )
    monkeypatch.setenv("QANA_MODELS", str(copy))
    return copy


def put(folder: Path, name: str, document: dict) -> None:
    path = folder / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize("stale", [False, True])
def test_without_a_report_other_sources_are_not_measured(folder: Path, report, stale) -> None:
    put(folder, "protocols/lesion", to_document(report))
    if stale:
        put(folder, "protocols/sources", stored("protocols/sources") | {"sha256": "0" * 64})
    page = opened()
    assert TONE_NOT_MEASURED in words(page)
    assert "python -m qana protocol sources --data DIR --model akida2" in words(page)
    for sentence in (TONE_NOT_MEASURED, PHONE_NOT_MEASURED):
        assert sentence in page.html[0].value


def test_what_is_not_there_is_left_out(folder: Path, report) -> None:
    put(folder, "protocols/lesion", to_document(report))
    shown = words(opened())
    for absent in ("By other protocols", "published", "Studies"):
        assert absent not in shown


def stored(name: str) -> dict:
    return json.loads((STORED / f"{name}.json").read_text(encoding="utf-8"))


def test_other_protocols_and_studies_are_drawn_once_they_are_there(folder: Path, report) -> None:
    paper, clinical = stored("protocols/paper"), stored("protocols/clinical")
    paper["overlap"] |= {"test_images": 3286, "own_source": 0.523, "own_source_not_nevi": 0.876}
    put(folder, "protocols/lesion", to_document(report))
    put(folder, "protocols/paper", paper)
    changes = {"photos": 257, "patients": 180, "fine_tuned": None, "sha256": report.sha256}
    put(folder, "protocols/clinical", clinical | changes)
    study = {
        "study": "bits",
        "title": "Bits and bytes",
        "command": "python -m qana study bits",
        "subset": "test",
        "columns": ["variant", "accuracy"],
        "rows": [["4 bits", 0.7], ["2 bits", None]],
        "missing": ["1 bit"],
        "refused": ["2 bits, akida: Layer x gives other integers."],
        "note": "Seed 1.",
    }
    put(folder, "studies/bits", study)
    page = opened()
    shown = words(page)
    assert "**52%** of the 3,286 test images" in shown
    assert "published" in shown and "not measured here" in shown
    assert "257 of 180 patients" in shown
    assert "Bits and bytes" in [expander.label for expander in page.expander]
    assert "python -m qana study bits" in shown
    assert "Not measured yet, or not in every stage: 1 bit." in shown
    assert "2 bits, akida: Layer x gives other integers." in shown


def test_what_was_measured_of_other_weights_is_not_shown(folder: Path, report) -> None:
    put(folder, "protocols/lesion", to_document(report))
    clinical = stored("protocols/clinical") | {"patients": 180, "sha256": "0" * 64}
    put(folder, "protocols/clinical", clinical)
    assert "of 180 patients" not in words(opened())


@pytest.mark.parametrize("stale", [False, True])
def test_a_model_without_its_report_says_how_to_make_it(folder: Path, report, stale: bool) -> None:
    if stale:
        put(folder, "protocols/lesion", to_document(report) | {"sha256": "0" * 64})
    page = opened()
    assert "python -m qana protocol lesion" in page.warning[0].value
    assert not page.metric
    assert "Not a medical device" in words(page)


def test_a_damaged_report_gets_one_sentence(folder: Path) -> None:
    (folder / "protocols").mkdir()
    (folder / "protocols" / "lesion.json").write_text("{", encoding="utf-8")
    with pytest.raises(ReportError, match=r"protocols/lesion\.json .* is damaged"):
        read_reports()
    page = opened()
    assert len(page.error) == 1
    assert read_studies() == []

"""Every JSON document beside the models has a type that keeps each key and value."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from qana.errors import ModelError
from qana.evaluation.model_record import read_record
from qana.evaluation.report_files import ReportError, StudyTable, read_report, to_document
from qana.explanation.reference_cases import MEASURED
from qana.inference.manifest import find_entry, find_models_folder
from qana.protocols.clinical_report import ClinicalReport
from qana.protocols.lesion_report import LesionReport
from qana.protocols.paper_clinical_report import PaperClinicalReport
from qana.protocols.paper_report import PaperReport
from qana.protocols.same_lesion_report import SameLesionReport
from qana.protocols.sources_report import SourcesReport
from qana.reports.explanation_report import ExplanationReport
from qana.reports.hardening_report import (
    BoothReport,
    FaultReport,
    FuzzReport,
    SoakReport,
)
from qana.reports.learning_report import LearningReport
from qana.reports.lesson_report import LessonReport
from qana.reports.light_report import LightReport
from qana.reports.measuring_report import MeasuringReport
from qana.reports.neighbour_facts import SearchReport
from qana.reports.screening_report import ScreeningReport
from qana.reports.tested_code import (
    COVERAGE,
    GUIDED_FUZZ,
    MUTATION,
    CoverageReport,
    GuidedFuzzReport,
    MutationReport,
)

KINDS: dict[str, type] = {
    "protocols/lesion.json": LesionReport,
    "protocols/paper.json": PaperReport,
    "protocols/clinical.json": ClinicalReport,
    "protocols/learning.json": LearningReport,
    "explanations.json": ExplanationReport,
    "light.json": LightReport,
    "hardening/soak.json": SoakReport,
    "hardening/faults.json": FaultReport,
    "hardening/fuzz.json": FuzzReport,
    "hardening/booth.json": BoothReport,
}
OPTIONAL_KINDS: dict[str, type] = {
    "protocols/paper-clinical.json": PaperClinicalReport,
    "protocols/same-lesion.json": SameLesionReport,
    "protocols/sources.json": SourcesReport,
    "protocols/sources-akd1000.json": SourcesReport,
    "protocols/sources-validation.json": SourcesReport,
    "protocols/sources-akd1000-validation.json": SourcesReport,
    "hardening/screening.json": ScreeningReport,
    "hardening/lesson.json": LessonReport,
    "hardening/measuring.json": MeasuringReport,
    COVERAGE: CoverageReport,
    MUTATION: MutationReport,
    GUIDED_FUZZ: GuidedFuzzReport,
}
"""Documents that may be missing."""
FOLDER = find_models_folder()
FILES = {
    path.relative_to(FOLDER).as_posix(): path
    for path in sorted(FOLDER.rglob("*.json"))
    if path.name != "manifest.json" and not path.name.endswith(MEASURED)
}
"""Documents that are decoded whole: of a search of similar cases, the pages read a part."""


def kind_of(name: str) -> type:
    return StudyTable if name.startswith("studies/") else (KINDS | OPTIONAL_KINDS)[name]


@pytest.mark.parametrize("name", FILES)
def test_decoding_and_encoding_keeps_the_document(name: str) -> None:
    stored = json.loads(FILES[name].read_text(encoding="utf-8"))
    assert to_document(read_report(FILES[name], kind_of(name))) == stored


@pytest.mark.parametrize("name", ["akida2", "akida2-large", "akd1000"])
def test_decoding_and_encoding_keeps_the_manifest_record(name: str) -> None:
    entry = find_entry(name)
    assert to_document(read_record(entry)) == entry.record


@pytest.mark.parametrize("path", sorted(FOLDER.glob(f"*{MEASURED}")), ids=lambda path: path.name)
def test_what_a_search_of_similar_cases_measured_is_read(path: Path) -> None:
    report = read_report(path, SearchReport)
    assert report.sha256 == find_entry(path.name.removesuffix(MEASURED)).sha256
    assert 0 < report.means["akida"]["5"] < 1


def test_an_incomplete_manifest_record_gives_one_sentence() -> None:
    entry = find_entry("akida2")
    record = {key: value for key, value in entry.record.items() if key != "conversion"}
    with pytest.raises(ModelError, match="record of akida2 is incomplete"):
        read_record(dataclasses.replace(entry, record=record))


def test_every_kind_of_document_is_covered() -> None:
    assert set(KINDS) <= set(FILES)


def damage(name: str, change: Any) -> str:
    document = json.loads(FILES[name].read_text(encoding="utf-8"))
    change(document)
    return json.dumps(document)


@pytest.mark.parametrize("name", ["protocols/lesion.json", "light.json", "studies/bits.json"])
@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"command": 1}', "[" * 100_000])
def test_a_damaged_file_gives_one_sentence(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "protocols" / "lesion.json"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReportError, match=r"^The report protocols/lesion\.json .* is damaged"):
        read_report(path, kind_of(name))


def test_a_value_of_the_wrong_type_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "lesion.json"
    path.write_text(
        damage("protocols/lesion.json", lambda d: d["test"].update(accuracy="high")), "utf-8"
    )
    with pytest.raises(ReportError):
        read_report(path, LesionReport)


def test_an_unknown_key_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "lesion.json"
    path.write_text(damage("protocols/lesion.json", lambda d: d.update(new=1)), "utf-8")
    assert read_report(path, LesionReport) == read_report(
        FILES["protocols/lesion.json"], LesionReport
    )

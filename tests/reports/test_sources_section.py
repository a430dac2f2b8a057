"""Sentences, rows and the section of docs/results.md on all sources, from a report made by hand."""

from dataclasses import replace

import pytest

from qana.data.drawn_artefacts import ARTEFACTS
from qana.data.photo import CLOSE_UP, DERMOSCOPIC, SMARTPHONE
from qana.data.split_overlap import TrainingOverlap
from qana.evaluation.report_files import ReportError, to_document, write_report
from qana.evaluation.scores import HeadlineIntervals
from qana.evaluation.source_table import AnswerScores, Estimate, SourceRow
from qana.evaluation.subgroups import UNKNOWN
from qana.inference.manifest import DEFAULT_MODEL, find_entry
from qana.protocols.event_places_report import EventPlaces, PlainSkin
from qana.protocols.paper_clinical_report import ClinicalSplit, PaperClinicalReport
from qana.protocols.paper_report import ConversionCheck, ConvertedScores, PublishedScores
from qana.protocols.phone_conditions_report import ConditionLimit, ExtentCheck, PhoneConditions
from qana.protocols.protocol_reports import ProtocolReports, read_sources_report
from qana.protocols.shortcuts_report import ArtefactResult, ConceptResult, Shortcuts
from qana.protocols.sources_report import (
    FITZPATRICK,
    GroupResult,
    LeftOutSource,
    SourceResult,
    SourcesReport,
    name_report,
)
from qana.reports import results
from qana.reports.markdown import WIDTH
from qana.reports.source_facts import (
    PHONE_NOT_MEASURED,
    TONE_NOT_MEASURED,
    describe_dark_skin,
    describe_phone_conditions,
    describe_phone_photos,
    format_estimate,
    make_source_table,
    make_tone_tables,
    read_valid_report,
)
from qana.reports.sources_section import describe_sources, format_costs

HALF = Estimate(0.5, 20, 10, (0.4, 0.6))
NOTHING = Estimate(None, 0, 0, None)
SCORES = AnswerScores(23, 12, 3, HALF, HALF, HALF, HALF, HALF, NOTHING)
LIMIT = ConditionLimit("moved", "length, share", [0.02, 0.04], [0.01, None], 0.02)
SHA256 = find_entry(DEFAULT_MODEL).sha256


def make_group(image_type: str, tone: str, lesions: int) -> GroupResult:
    return GroupResult(
        "milk10k", image_type, "skin tone", tone, lesions, lesions, HALF, HALF, NOTHING
    )


def make_report() -> SourcesReport:
    return SourcesReport(
        protocol="sources",
        command="python -m qana protocol sources --data DIR --model akida2",
        model="akida2",
        sha256=SHA256,
        subset="test",
        criterion=0.5,
        sources=[
            SourceResult("milk10k", DERMOSCOPIC, SCORES, HALF, Estimate(7e5, 23, 12, (6e5, 8e5))),
            SourceResult("milk10k", CLOSE_UP, SCORES, HALF, Estimate(7e5, 23, 12, (6e5, 8e5))),
        ],
        groups=[
            make_group(image_type, tone, lesions)
            for image_type in (DERMOSCOPIC, CLOSE_UP)
            for tone, lesions in (("0 (very dark)", 1), ("1", 2), ("3", 40))
        ],
        shortcuts=Shortcuts(
            [ConceptResult(DERMOSCOPIC, "pen", 0.1, 0.3, SCORES, SCORES)],
            [
                ArtefactResult("milk10k", image_type, name, HALF, HALF, HALF)
                for image_type in (DERMOSCOPIC, CLOSE_UP)
                for name in ARTEFACTS
            ],
        ),
        phone=PhoneConditions([], [LIMIT], 0.05, ExtentCheck(300, 0.062, 0.8)),
        events=EventPlaces(HALF, HALF, [], PlainSkin(40, 0.25, 700_000, 693_000, 0.99)),
        left_out=[LeftOutSource("milk10k", "x.h5", "0", [SourceRow("milk10k", CLOSE_UP, SCORES)])],
    )


@pytest.fixture
def text(monkeypatch) -> str:
    overlap = TrainingOverlap(100, 0.86, 0.9, 0.9, 0.0)
    ends = HeadlineIntervals((0.8, 0.9), (0.8, 0.9), (0.8, 0.9))
    scores = ConvertedScores(100, 0.9, 0.9, 0.9, {}, [], [], 0.9, 0.1, ends, ConversionCheck(9, 9))
    split = ClinicalSplit(1, 1, 1, overlap, scores, [])
    clinical = PaperClinicalReport(
        "paper-clinical", "COMMAND", {}, {}, PublishedScores(0.908, 0.817), "", split, split
    )
    paper = results.read_reports().paper
    reports = ProtocolReports(None, paper, None, make_report(), clinical, None)
    monkeypatch.setattr(results, "read_reports", lambda: reports)
    return results.make_results()


def test_every_table_has_as_many_cells_as_its_head(text: str) -> None:
    lines = text[text.index("## Photos of other sources") :].splitlines()
    cells = 0
    for before, line in zip(["", *lines], lines, strict=False):
        if line.startswith("|") and not before.startswith("|"):
            assert before == "", "a blank line precedes each table"
            cells = line.count("|")
        elif line.startswith("|"):
            assert line.count("|") == cells, line
    for fragment in ("None", "{{", "{%", "nan", "\n\n\n"):
        assert fragment not in text[text.index("## Photos of other sources") :]


def test_prose_is_wrapped(text: str) -> None:
    section = text[text.index("## Photos of other sources") : text.index("## The protocol of")]
    assert section.endswith("\n\n")
    prose = [line for line in section.splitlines() if not line.startswith(("|", "#"))]
    assert all(len(line) <= WIDTH and line == line.rstrip() for line in prose)
    assert not any(line.endswith(" ") for line in section.splitlines())


def test_the_section_holds_the_values(text: str) -> None:
    assert "| MILK10k, close-up | 20 (10) | 0.50 (0.40 to 0.60) |" in text
    assert "| Shift of 1.5 % | 0.50 (0.40 to 0.60) | 0.50 (0.40 to 0.60) |" in text
    assert "| Moved (length, share) | 2 %: +0.01; 4 %: – | 2 % |" in text
    assert "costs 0.99 times as many events as the whole photo" in text.replace("\n", " ")
    assert "| x.h5 | MILK10k, close-up |" in text
    assert "| Published by the authors, on their own clinical set | 0.908 | | 0.817 |" in text
    assert "86 % of the test images" in text.replace("\n", " ")


def test_dark_skin_counts_lesions_once() -> None:
    assert describe_dark_skin(make_report()).startswith("Only 3 of the 43 test lesions of MILK10k")


def test_an_unknown_skin_tone_does_not_count() -> None:
    report = make_report()
    unknown = replace(report, groups=[*report.groups, make_group(DERMOSCOPIC, UNKNOWN, 100)])
    assert describe_dark_skin(unknown) == describe_dark_skin(report)
    assert describe_dark_skin(replace(report, groups=[])) == TONE_NOT_MEASURED
    assert describe_dark_skin(None) == TONE_NOT_MEASURED


def test_smartphone_photos_are_compared_with_ham10000() -> None:
    assert describe_phone_photos(None) == describe_phone_photos(make_report()) == PHONE_NOT_MEASURED
    phone, lens = (
        SourceResult(source, image_type, SCORES, HALF, HALF)
        for source, image_type in (("pad_ufes_20", SMARTPHONE), ("ham10000", DERMOSCOPIC))
    )
    words = describe_phone_photos(replace(make_report(), sources=[phone]))
    assert "Of 20 smartphone photos of other patients (PAD-UFES-20)" in words
    assert "50 % (95 % interval 40 to 60 %) correctly." in words
    assert "HAM10000" not in words
    both = describe_phone_photos(replace(make_report(), sources=[lens, phone]))
    assert both.startswith(words)
    assert "(HAM10000), it is 50 % (40 to 60 %)." in both


def test_the_limits_of_the_phone_conditions() -> None:
    assert "at most 0.05" in describe_phone_conditions(make_report())
    assert describe_phone_conditions(make_report()).endswith(
        ": movement over 2 % of the shorter side."
    )
    never = replace(LIMIT, condition="wet", usable_up_to=None)
    report = replace(make_report(), phone=PhoneConditions([], [never], 0.05, None))
    assert "wet, at no strength that was measured" in describe_phone_conditions(report)
    assert describe_phone_conditions(replace(report, phone=None)) == ""


def test_every_source_and_every_skin_tone_has_a_row() -> None:
    report = make_report()
    assert [row["Source"] for row in make_source_table(report)] == [
        "MILK10k, dermoscopic",
        "MILK10k, close-up",
    ]
    tables = make_tone_tables(report)
    assert {kind: len(rows) for kind, rows in tables.items()} == {
        "MILK10k, dermoscopic": 3,
        "MILK10k, close-up": 3,
    }
    fitzpatrick = replace(report.groups[0], attribute=FITZPATRICK, group="4")
    tables = make_tone_tables(replace(report, groups=[fitzpatrick]))
    assert tables["MILK10k, dermoscopic"][0]["Skin tone"] == "Fitzpatrick type 4"


def test_a_damaged_report_does_not_keep_a_photo_from_its_answer(tmp_path, monkeypatch) -> None:
    entry = find_entry(DEFAULT_MODEL)
    monkeypatch.setenv("QANA_MODELS", str(tmp_path))
    assert read_valid_report(entry) is None
    path = tmp_path / name_report()
    write_report(path, to_document(make_report()))
    assert read_valid_report(entry) == make_report()
    assert read_valid_report(replace(entry, name="akd1000")) is None
    write_report(path, to_document(replace(make_report(), sha256="0" * 64)))
    assert read_valid_report(entry) is None
    path.write_text("{")
    assert read_valid_report(entry) is None
    with pytest.raises(ReportError):
        read_sources_report(entry)


def test_a_report_on_other_weights_is_left_out() -> None:
    assert describe_sources(make_report(), "other") == {"sources": None}
    assert describe_sources(None, SHA256) == {"sources": None}


def test_values_in_words() -> None:
    assert format_estimate(NOTHING) == "–"
    warm = ConditionLimit("warm light", "kelvin", [5500, 3500], [0.0, 0.123], 5500)
    assert format_costs(warm) == "5500 K: +0.00; 3500 K: +0.12"

"""The commands that measure the tests themselves: coverage and mutants."""

import sys
from pathlib import Path

import pytest

from qana.evaluation.report_files import to_document, write_report
from qana.reports.tested_code import (
    COVERAGE,
    GUIDED_FUZZ,
    MUTATION,
    CoverageReport,
    FolderCoverage,
    GuidedFuzzReport,
    MutationReport,
    describe_tested_code,
)
from tools import mutation
from tools.branch_coverage import FOLDERS, OTHER_TESTS, summarize
from tools.fuzz_targets import TARGETS
from tools.guided_fuzz import run_reader
from tools.mutation import MODULES, REASONS, draw, list_mutations, run_module
from tools.server import ROOT

SOURCE = """def is_adult(age):
    return age >= 18


def is_unused(age):
    return age > 99
"""
TESTS = """from people import is_adult


def test_the_age():
    assert is_adult(18)
    assert not is_adult(17)
"""


def test_each_module_and_its_tests_exist() -> None:
    for module, tests in MODULES.items():
        assert (ROOT / module).is_file(), module
        assert all((ROOT / one).exists() for one in tests.split()), tests
    for name in FOLDERS:
        assert (ROOT / "qana" / name).is_dir()
        assert (ROOT / "tests" / name).is_dir()
    assert all((ROOT / one).exists() for one in OTHER_TESTS)


def test_a_reason_is_about_a_line_that_is_there() -> None:
    for module, line in REASONS:
        assert 0 < line <= len((ROOT / module).read_text().splitlines())


def test_the_draw_is_always_the_same_and_in_order() -> None:
    assert draw(range(10), 20) == list(range(10))
    drawn = draw(range(1000), 150)
    assert drawn == draw(range(1000), 150) == sorted(set(drawn))
    assert len(drawn) == 150


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two functions and a test of one of them."""
    (tmp_path / "people.py").write_text(SOURCE)
    (tmp_path / "test_people.py").write_text(TESTS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.setitem(mutation.MODULES, "people.py", "test_people.py")
    return tmp_path


def test_a_mutant_is_killed_where_there_is_a_test_and_survives_elsewhere(project: Path) -> None:
    results = list(run_module("people.py", 8))
    assert {one["line"] for one in results} == {2, 6}
    for one in results:
        # >= 18 and == 18 differ for none of the two ages that are tested.
        if one["operator"] not in ("ReplaceComparisonOperator_GtE_Eq",):
            assert one["killed"] == (one["line"] == 2), one
    assert (project / "people.py").read_text() == SOURCE
    summary = mutation.summarize("people.py", results)
    assert summary["mutants"] == len(results)
    assert summary["killed"] + len(summary["survivors"]) == len(results)


def test_mutants_are_listed_by_place(project: Path) -> None:
    places = [one.start_pos for one in list_mutations(Path("people.py"))]
    assert len(places) > 8
    assert places == sorted(places)


def test_the_share_of_a_folder_counts_lines_and_branches() -> None:
    files = {
        "qana/bench/rows.py": {
            "summary": {
                "covered_lines": 8,
                "num_statements": 10,
                "covered_branches": 1,
                "num_branches": 2,
            },
            "missing_lines": [3, 4],
        },
        "qana/inference/gate.py": {"summary": {}, "missing_lines": []},
    }
    found = summarize(files, "qana/bench/")
    assert found == {
        "covered": 0.75,
        "missing": [{"file": "qana/bench/rows.py", "lines": [3, 4]}],
    }


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="atheris exists for Linux only")


@LINUX
def test_a_reader_is_fuzzed_and_guided(tmp_path: Path) -> None:
    run = run_reader("head", 3, tmp_path)
    assert run.inputs > 50
    assert run.branches > 5
    assert run.failure == ""


@LINUX
def test_a_reader_leaves_no_temporary_files(tmp_path: Path, monkeypatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    assert run_reader("manifest", 1, tmp_path / "kept").inputs
    assert not list(temporary.iterdir())


@LINUX
def test_an_input_that_fails_is_kept(tmp_path: Path) -> None:
    run = run_reader("broken", 60, tmp_path, "tests.doubles.fuzz_target_double")
    assert Path(run.failure).read_bytes()[:1] == b"Q"


@pytest.mark.parametrize("name", TARGETS)
def test_a_reader_starts_from_inputs_that_are_there(name: str) -> None:
    seeds = TARGETS[name].seeds()
    assert seeds
    assert all(seeds)


def test_the_results_describe_what_was_measured(tmp_path: Path) -> None:
    assert describe_tested_code(tmp_path) == []
    reports = {
        COVERAGE: CoverageReport("one", 0.95, {"bench": FolderCoverage(0.961, [])}),
        MUTATION: MutationReport("two", 31, 150, 0.85, 0.9, [{"mutants": 1200}]),
        GUIDED_FUZZ: GuidedFuzzReport("three", 31, [{"inputs": 5000, "failure": ""}]),
    }
    for name, report in reports.items():
        write_report(tmp_path / name, to_document(report))
    coverage, mutants, guided = describe_tested_code(tmp_path)
    assert "bench 96.1 % (`one`)" in coverage
    assert "Of 1,200 small changes to 1 modules, the tests notice 90.0 % (`two`)" in mutants
    assert "1 readers took 5,000 inputs" in guided
    assert "None of the readers failed (`three`)" in guided

"""The commands that measure the tests themselves: coverage and mutants."""

from pathlib import Path

import pytest

from tools import mutation
from tools.branch_coverage import FOLDERS, OTHER_TESTS, summarize
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
        assert (ROOT / tests).exists(), tests
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

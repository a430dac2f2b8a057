"""The model table of README.md and docs/results.md agree with the files in models/."""

import pytest

from qana.inference.manifest import read_manifest
from qana.reports.readme import BEGIN, README, RESULTS, fill_readme
from qana.reports.results import make_results

REMAKE = "run `python -m qana.reports.readme`"


def test_the_model_table_is_up_to_date() -> None:
    text = README.read_text(encoding="utf-8")
    assert fill_readme(text) == text, REMAKE


def test_the_results_are_up_to_date() -> None:
    assert RESULTS.read_text(encoding="utf-8") == make_results(), REMAKE


def test_the_readme_links_to_the_results_and_to_each_card() -> None:
    text = README.read_text(encoding="utf-8")
    assert "(docs/results.md)" in text
    for entry in read_manifest():
        assert f"(models/{entry.name}.md)" in text


def test_the_results_hold_no_leftover_of_the_template() -> None:
    text = make_results()
    assert "{{" not in text and "None" not in text and "{%" not in text


def test_a_readme_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="needs the marks"):
        fill_readme(f"# QANA\n{BEGIN}\n")

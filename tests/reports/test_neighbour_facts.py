"""The sentences on similar cases follow the report on the present weights."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qana.evaluation.report_files import write_report
from qana.inference.manifest import ModelEntry, find_entry
from qana.reports.neighbour_facts import describe_neighbours
from tests.doubles.changed_documents import change_document


@pytest.fixture
def entry(tmp_path: Path) -> ModelEntry:
    found = find_entry("akida2")
    rows = [{"shares": {"5": 0.6}, "chance": 0.2}, {"shares": {"5": 0.4}, "chance": 0.1}]
    record = {"neighbours": rows, "weights": found.sha256, "command": "the command"}
    return replace(found, path=tmp_path / found.path.name, record=found.record | {"cases": record})


@settings(derandomize=True, deadline=None, max_examples=100)
@given(data=st.data())
def test_a_changed_record_gives_sentences_or_none(data: st.DataObject) -> None:
    found = find_entry("akida2")
    rows = [{"shares": {"5": 0.6}, "chance": 0.2}]
    record = {"neighbours": rows, "weights": found.sha256, "command": "the command"}
    cases = data.draw(change_document(record).filter(lambda one: isinstance(one, dict)))
    words = describe_neighbours(replace(found, record=found.record | {"cases": cases}))
    assert words == "" or "nearest cases of test photos" in words


def make_report(entry: ModelEntry, adds: bool) -> dict[str, Any]:
    return {
        "sha256": entry.sha256,
        "means": {"akida": {"5": 0.5}, "float": {"5": 0.51}, "imagenet": {"5": 0.33}},
        "wrong_answers": {"right": None, "wrong": {"photos": 9, "recorded_class_among_them": 0.7}},
        "votes": {"accuracy": {"adds": adds}, "abstention": {"adds": adds}},
    }


def test_without_a_report_the_manifest_speaks(entry: ModelEntry) -> None:
    words = describe_neighbours(entry)
    assert "50% have the diagnosis" in words and "it would be 15% (`the command`)" in words
    assert "features of" not in words
    assert describe_neighbours(replace(entry, sha256="0" * 64)) == ""


@pytest.mark.parametrize(
    ("adds", "said"),
    [(True, "adds to accuracy and to knowing when to abstain."), (False, "adds nothing.")],
)
def test_the_report_adds_other_features_and_votes(
    entry: ModelEntry, tmp_path: Path, adds: bool, said: str
) -> None:
    write_report(tmp_path / "akida2.cases.json", make_report(entry, adds))
    words = describe_neighbours(entry)
    assert "of the float network it would be 51%" in words
    assert "ImageNet alone it would be 33%" in words
    assert "among the 5 nearest in 70%" in words
    assert words.endswith(said)


def test_a_report_on_other_weights_or_a_damaged_one_is_left_out(
    entry: ModelEntry, tmp_path: Path
) -> None:
    alone = describe_neighbours(entry)
    write_report(tmp_path / "akida2.cases.json", make_report(entry, True) | {"sha256": "other"})
    assert describe_neighbours(entry) == alone
    (tmp_path / "akida2.cases.json").write_text("{")
    assert describe_neighbours(entry) == alone

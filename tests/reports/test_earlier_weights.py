"""docs/results.md says which figures and commands belong to earlier weights or recipes."""

import dataclasses

import pytest

from qana.inference.manifest import DEFAULT_MODEL, find_entry, read_manifest
from qana.protocols.protocol_reports import read_reports
from qana.reports.earlier_weights import (
    describe_seen_models,
    explain_changed_recipe,
    find_earlier_reports,
    is_earlier,
    join_names,
    label_seen_scores,
)
from qana.reports.hardening_report import HardeningReports, read_hardening
from qana.reports.light_report import read_light
from qana.reports.measurement_steps import list_steps
from qana.reports.recorded_weights import find_present_weights
from qana.reports.regulatory_card import make_regulatory_card
from qana.reports.results import make_results
from qana.training.named_recipes import RECIPES

NOTE = (
    "Measured with earlier weights: `python -m qana measure --list` names what is not up to date."
)
REPORTS = ("light", "soak", "faults", "fuzz", "booth", "lesson", "measuring")


def test_the_same_reports_are_earlier_as_for_the_steps() -> None:
    found = find_earlier_reports(read_hardening(), read_light())
    steps = {step.name: step for step in list_steps()}
    for name in REPORTS:
        reason = steps[name].explain_outdated(steps[name]) or ""
        assert (name in found) == ("weights" in reason), reason


def test_a_missing_report_is_not_earlier() -> None:
    nothing = HardeningReports(None, None, None, None, None, None)
    assert find_earlier_reports(nothing, None) == set()


@pytest.mark.parametrize("models", [None, (DEFAULT_MODEL,)])
def test_weights_that_are_not_named_or_differ_are_earlier(models) -> None:
    present = find_present_weights()
    assert not is_earlier(present, models)
    assert is_earlier(None, models)
    assert is_earlier({}, models)
    assert is_earlier(present | {DEFAULT_MODEL: "0" * 64}, models)


def test_only_the_models_that_count_are_compared() -> None:
    own = find_present_weights((DEFAULT_MODEL,))
    assert not is_earlier(own, (DEFAULT_MODEL,))
    assert is_earlier(own)


def test_the_documents_carry_the_note_where_it_holds() -> None:
    found = find_earlier_reports(read_hardening(), read_light())
    assert make_results().count(NOTE) == len(found)
    assert ("(measured with earlier weights)" in make_regulatory_card()) == ("fuzz" in found)


def test_the_scores_of_earlier_weights_are_labelled() -> None:
    report = read_reports().same_lesion
    assert report is not None
    one = next(iter(report.models.values()))
    names = [entry.name for entry in read_manifest()]
    present = {
        entry.name: dataclasses.replace(one, sha256=entry.sha256) for entry in read_manifest()
    }
    assert list(label_seen_scores(present)) == names
    assert describe_seen_models(present).endswith(" were trained before that.")
    old = {name: dataclasses.replace(one, sha256="0" * 64) for name in names}
    assert list(label_seen_scores(old)) == [f"{name}, earlier weights" for name in names]
    assert describe_seen_models(old).startswith("Earlier weights of ")
    mixed = {"akida2": old["akida2"], "akd1000": present["akd1000"]}
    assert list(label_seen_scores(mixed)) == ["akida2, earlier weights", "akd1000"]
    assert describe_seen_models(mixed) == (
        "akd1000 was trained before that, and so were earlier weights of akida2."
    )


def test_a_changed_recipe_is_named_with_its_hash() -> None:
    entry = find_entry(DEFAULT_MODEL)
    digest = RECIPES[DEFAULT_MODEL].digest()
    same = dataclasses.replace(entry, record=entry.record | {"recipe": digest})
    other = dataclasses.replace(entry, record=entry.record | {"recipe": "0123456789ab"})
    assert explain_changed_recipe(same) == ""
    assert "`0123456789ab`" in explain_changed_recipe(other)
    text = " ".join(make_results().split())
    for model in read_manifest():
        assert explain_changed_recipe(model) in text


def test_names_are_joined() -> None:
    assert [join_names(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]

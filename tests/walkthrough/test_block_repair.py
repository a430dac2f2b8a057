"""The block to repair: every design has an outcome of the vendor's tools, and some map."""

import json
from pathlib import Path

import pytest

from qana.errors import UserError
from qana.walkthrough.block_repair import (
    BITS,
    FOLLOWERS,
    GATES,
    JOINS,
    MULTIPLY,
    SIGMOID,
    START,
    is_repaired,
    list_designs,
    read_repairs,
)


def test_every_choice_has_an_outcome() -> None:
    designs = list_designs()
    assert len(designs) == len(GATES) * len(JOINS) * len(FOLLOWERS) * len(BITS)
    assert START in designs
    assert set(read_repairs()) == {one.key for one in designs}


def test_the_first_design_fails_and_some_map() -> None:
    outcomes = read_repairs()
    solved = [one for one in list_designs() if is_repaired(outcomes[one.key])]
    assert START not in solved
    assert 0 < len(solved) < 6
    for one in solved:
        outcome = outcomes[one.key]
        assert outcome.arrived == len(outcome.layers)
        assert outcome.passes.keys() == {"TwelveNodesIPv2", "SixNodesIPv2"}
        assert one.join != MULTIPLY and one.gate != SIGMOID


def test_every_refusal_says_why() -> None:
    for outcome in read_repairs().values():
        assert is_repaired(outcome) or outcome.refusal or outcome.messages


def test_one_change_at_a_time_leads_to_a_design_that_maps() -> None:
    """A learner who mends one fault after the other never has to take a step back."""
    outcomes = read_repairs()
    names = ("gate", "join", "follower", "bits")
    reached, front = {START}, [START]
    while front:
        design = front.pop()
        for other in list_designs():
            changed = [name for name in names if getattr(design, name) != getattr(other, name)]
            if (
                len(changed) == 1
                and other not in reached
                and getattr(START, changed[0]) == getattr(design, changed[0])
            ):
                reached.add(other)
                front.append(other)
    assert any(is_repaired(outcomes[one.key]) for one in reached)


def test_a_missing_or_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "block_repairs.json"
    for content in (None, "{", json.dumps({"designs": {}}), "[]"):
        if content is not None:
            path.write_text(content)
        read_repairs.cache_clear()
        with pytest.raises(UserError, match="qana walkthrough --designs"):
            read_repairs(path)
    read_repairs.cache_clear()


@pytest.mark.slow
def test_the_vendors_tools_give_the_stored_outcome_again() -> None:
    pytest.importorskip("tf_keras")
    from qana.walkthrough.block_repair_job import run_design

    outcomes = read_repairs()
    solved = next(one for one in list_designs() if is_repaired(outcomes[one.key]))
    for design in (START, solved):
        assert run_design(design) == outcomes[design.key]

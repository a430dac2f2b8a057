"""No mutated input breaks anything, and the fuzzer would notice if one did."""

import json
from pathlib import Path

import pytest

from tools.fuzz.chance import Chance
from tools.fuzz.keeper import Keeper, Limits
from tools.fuzz.outcome import (
    ACCEPTED,
    CRASH,
    DIED,
    HANG,
    LEFT,
    MEMORY,
    MESSAGE,
    REFUSED,
    SHOWN,
)
from tools.fuzz.run import fuzz
from tools.fuzz.ways import BEHIND, WAYS, choose

DOUBLES = "tests.doubles.fuzz_doubles:choose"
RESULT = Path(__file__).parents[2] / "models" / "hardening" / "fuzz.json"
SEED = 2
"""Other inputs than those of the result."""
EACH = {"address": 2, "manifest": 8}
"""Inputs of the slow ways here."""


def some_of_every_way(most: int) -> list[str]:
    """Numbers of up to so many inputs of each way."""
    found: dict[str, list[str]] = {way.name: [] for way in WAYS}
    for number in map(str, range(3000)):
        name = choose(Chance(SEED, number), number).name
        if len(found[name]) < EACH.get(name, most):
            found[name].append(number)
    return sorted((number for numbers in found.values() for number in numbers), key=int)


def test_no_input_breaks_anything() -> None:
    tally = fuzz(some_of_every_way(12), SEED)
    assert [(one.number, one.way, one.status, one.words) for one in tally.failures()] == []
    assert {one.way for one in tally.outcomes} == {way.name for way in WAYS}
    assert {one.status for one in tally.outcomes} == {ACCEPTED, REFUSED}


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("accepted", ACCEPTED),
        ("refused", REFUSED),
        ("crash", CRASH),
        ("killed", DIED),
        pytest.param("hang", HANG, marks=pytest.mark.slow),
        ("memory", MEMORY),
        ("file", LEFT),
        ("changed", LEFT),
        ("shown", SHOWN),
        ("lines", MESSAGE),
        ("wordless", MESSAGE),
        ("telling", MESSAGE),
    ],
)
def test_whatever_goes_wrong_is_noticed(name: str, status: str) -> None:
    with Keeper(SEED, Limits(seconds=3.0, megabytes=400.0), DOUBLES) as keeper:
        outcome = keeper.judge(name)
        assert (outcome.number, outcome.way, outcome.status) == (name, name, status)
        assert keeper.judge("accepted").status == ACCEPTED  # and the next input is fed as ever


def test_an_input_is_the_same_in_every_run(tmp_path: Path) -> None:
    numbers = ("3", "8", "21", "34")
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        for number in numbers:
            (folder / number).mkdir(parents=True)
            chance = Chance(SEED, number)
            choose(chance, number).make(chance, folder / number)
            (folder / number / "draw").write_text(str(chance.random()))
    contents = [
        {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        for folder in folders
    ]
    assert contents[0] == contents[1]


def test_the_result_is_of_a_whole_run_in_which_nothing_failed() -> None:
    result = json.loads(RESULT.read_text(encoding="utf-8"))
    assert result["command"] == "python -m tools.fuzz --inputs 20000 --seed 1"
    assert result["inputs"] == sum(way["inputs"] for way in result["ways"].values()) >= 20_000
    assert result["ways"].keys() == {way.name for way in WAYS}
    assert BEHIND not in result["ways"]
    assert result["failures"] == []
    assert result["worst"]["slowest_s"] <= Limits().seconds
    assert result["worst"]["peak_mb"] <= Limits().megabytes

"""Tests that no mutated input breaks the project and that the fuzzer finds failures."""

import json
from pathlib import Path

import pytest

from tools.fuzz.input_kinds import ENGINE, INPUT_KINDS, choose_kind
from tools.fuzz.monitor import Limits, Monitor
from tools.fuzz.outcome import (
    ACCEPTED,
    BAD_MESSAGE,
    CRASH,
    HANG,
    KILLED,
    LEFTOVER,
    MEMORY,
    REFUSED,
    TRACEBACK,
)
from tools.fuzz.random_generator import RandomGenerator
from tools.fuzz.run import fuzz

SELECTOR = "tests.doubles.fuzz_doubles:choose_kind"
REPORT = Path(__file__).parents[2] / "models" / "hardening" / "fuzz.json"
SEED = 2
"""Another seed than that of the report."""
SLOW_KINDS = {"address": 2, "manifest": 8}
"""Number of inputs of slow kinds."""


def list_numbers_of_all_kinds(max_inputs: int) -> list[str]:
    """Lists the numbers of up to `max_inputs` inputs of each kind."""
    found: dict[str, list[str]] = {kind.name: [] for kind in INPUT_KINDS}
    for number in map(str, range(3000)):
        name = choose_kind(RandomGenerator(SEED, number), number).name
        if len(found[name]) < SLOW_KINDS.get(name, max_inputs):
            found[name].append(number)
    return sorted((number for numbers in found.values() for number in numbers), key=int)


def test_no_input_fails() -> None:
    report = fuzz(list_numbers_of_all_kinds(12), SEED)
    failures = [(one.number, one.kind, one.status, one.message) for one in report.failures]
    assert failures == []
    assert {one.kind for one in report.outcomes} == {kind.name for kind in INPUT_KINDS}
    assert {one.status for one in report.outcomes} == {ACCEPTED, REFUSED}


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("accepted", ACCEPTED),
        ("refused", REFUSED),
        ("crash", CRASH),
        ("killed", KILLED),
        pytest.param("hang", HANG, marks=pytest.mark.slow),
        ("memory", MEMORY),
        ("temporary_file", LEFTOVER),
        ("working_file", LEFTOVER),
        ("traceback", TRACEBACK),
        ("two_lines", BAD_MESSAGE),
        ("empty_message", BAD_MESSAGE),
        ("private_path", BAD_MESSAGE),
    ],
)
def test_monitor_finds_every_failure(name: str, status: str) -> None:
    with Monitor(SEED, Limits(seconds=3.0, megabytes=400.0), SELECTOR) as monitor:
        outcome = monitor.run_input(name)
        assert (outcome.number, outcome.kind, outcome.status) == (name, name, status)
        assert monitor.run_input("accepted").status == ACCEPTED  # the next input runs as usual


def test_inputs_are_reproducible(tmp_path: Path) -> None:
    numbers = ("3", "8", "21", "34")
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        for number in numbers:
            (folder / number).mkdir(parents=True)
            rng = RandomGenerator(SEED, number)
            choose_kind(rng, number).generator(rng, folder / number)
            (folder / number / "draw").write_text(str(rng.random()))
    contents = [
        {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        for folder in folders
    ]
    assert contents[0] == contents[1]


def test_report_covers_a_full_run_without_failures() -> None:
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    assert report["command"] == "python -m tools.fuzz --inputs 20000 --seed 1"
    assert report["inputs"] == sum(kind["inputs"] for kind in report["ways"].values()) >= 20_000
    assert report["ways"].keys() == {kind.name for kind in INPUT_KINDS}
    assert ENGINE not in report["ways"]
    assert report["failures"] == []
    assert report["worst"]["slowest_s"] <= Limits().seconds
    assert report["worst"]["peak_mb"] <= Limits().megabytes

"""Results of other machines: written ones are read again, and changed ones give one sentence."""

import csv
import io
import json
import math
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qana.bench.bench_result import BenchResult
from qana.bench.command import BROWSER_GPU, RUNTIME_NAMES
from qana.bench.compare_rows import find_break_even, make_always_on_device
from qana.bench.conclusion import check_claims, conclude
from qana.bench.gpu_baselines import describe_worth, group_baselines
from qana.bench.machine import Machine
from qana.bench.other_results import classify_result
from qana.bench.race import ELSEWHERE, SourcedRow, make_race
from qana.bench.readings import MEASURED, MODELLED, PUBLISHED, NotMeasurable
from qana.bench.result_files import MARKUP, ResultError, check_text, format_csv, read_result
from qana.bench.rows import Energy, Latency, Row
from qana.inference.manifest import DEFAULT_MODEL, find_entry
from tests.doubles.changed_documents import (
    change_document,
    check_sentence,
    encode_document,
    nest_deeply,
)

TEXTS = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20)
AMOUNTS = st.floats(1e-6, 1e6)
COUNTS = st.integers(1, 10**6)
RUNTIMES = st.sampled_from([*RUNTIME_NAMES.values(), BROWSER_GPU, "another"])


@st.composite
def draw_latency(draw: st.DrawFn) -> Latency:
    p5, low, p50, high, p95 = sorted(draw(st.lists(AMOUNTS, min_size=5, max_size=5)))
    with_runs, with_interval = draw(st.booleans()), draw(st.booleans())
    return Latency(
        p50,
        *((p5, p95) if with_runs else (None, None)),
        *((low, high) if with_interval else (None, None)),
    )


@st.composite
def draw_energy(draw: st.DrawFn, net: bool = False) -> Energy:
    amounts = st.floats(-1e6, 1e6) if net else AMOUNTS
    low, value, high = sorted(draw(st.lists(amounts, min_size=3, max_size=3)))
    return Energy(value, low, high)


@st.composite
def draw_row(draw: st.DrawFn) -> Row:
    provenance = draw(st.sampled_from((MEASURED, MODELLED, PUBLISHED)))
    ran = provenance == MEASURED
    reason = st.builds(NotMeasurable, TEXTS, TEXTS, TEXTS)
    return Row(
        runtime=draw(RUNTIMES),
        device=draw(TEXTS),
        precision=draw(st.none() | TEXTS),
        batch=draw(st.sampled_from((1, 1, 1, 8, 512))),
        latency_ms=draw(st.none() | draw_latency()),
        energy_mj=draw(st.none() | draw_energy()),
        provenance=provenance,
        source=draw(TEXTS),
        energy_net_mj=draw(st.none() | draw_energy(net=True)),
        idle_watts=draw(st.none() | AMOUNTS),
        not_measurable=draw(st.none() | reason),
        runs=draw(COUNTS) if ran else None,
        images=draw(COUNTS) if ran else None,
        seconds=draw(AMOUNTS) if ran else None,
        doubt=draw(st.none() | TEXTS),
    )


RESULTS = st.builds(
    BenchResult,
    command=TEXTS,
    model=TEXTS,
    sha256=st.just("0" * 64),
    macs=st.none() | COUNTS,
    machine=st.builds(Machine, TEXTS),
    rows=st.lists(draw_row(), min_size=1, max_size=6).map(tuple),
)
CARD = Row(
    runtime=RUNTIME_NAMES["cuda"],
    device="a card",
    precision="32-bit",
    batch=1,
    latency_ms=Latency(2.0, 1.0, 3.0, 1.9, 2.1),
    energy_mj=Energy(3.0, 2.0, 4.0),
    provenance=MEASURED,
    source="a counter",
    energy_net_mj=Energy(1.0, -1.0, 2.0),
    idle_watts=20.0,
    not_measurable=None,
    runs=9,
    images=9,
    seconds=2.0,
)
SILENT = asdict(CARD) | {"energy_mj": None, "not_measurable": asdict(NotMeasurable("a", "b", "c"))}
DOCUMENT: dict[str, Any] = {
    "model": "akida2",
    "sha256": "0" * 64,
    "command": "python -m qana bench --json",
    "macs": 48_000_000,
    "machine": {"processor": "a processor"},
    "rows": [asdict(CARD), SILENT],
}


def change_row(**changes: Any) -> dict[str, Any]:
    return DOCUMENT | {"rows": [asdict(CARD) | changes]}


def list_values(value: Any) -> list[Any]:
    """Lists the numbers and texts in nested dataclasses that were made dictionaries."""
    parts = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list | tuple):
        return [one for part in parts for one in list_values(part)]
    return [value]


def check_compared(result: BenchResult) -> None:
    """Does with a result what Compare does, and checks that it shows no odd number or text."""
    entry = find_entry(DEFAULT_MODEL)
    other = classify_result(result, entry, {"1" * 64: "another"})
    race = make_race([SourcedRow(row, ELSEWHERE) for row in result.rows])
    texts = [conclude(race), other.devices, other.note, other.left_out]
    texts += [text for claim in check_claims(race, result.rows) for text in asdict(claim).values()]
    texts += [describe_worth(one) or "" for one in group_baselines(result.rows)]
    assert all(text.isprintable() and "nan" not in text.split() for text in texts)
    assert all(math.isfinite(lane.seconds) and 0 < lane.speed_share <= 1 for lane in race.lanes)
    devices = [made for row in result.rows if (made := make_always_on_device(row))]
    for device in devices:
        assert math.isfinite(device.max_images_per_hour)
        find_break_even(devices[0], device)
    table = list(csv.reader(io.StringIO(format_csv(result), newline="")))
    assert len(table) == 1 + len(result.rows)
    assert {len(line) for line in table} == {len(table[0])}
    json.dumps(result.to_json(), allow_nan=False)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(result=RESULTS)
def test_a_written_result_is_read_with_the_same_values(result: BenchResult) -> None:
    found = read_result(json.dumps(result.to_json(), allow_nan=False).encode())
    assert found == result
    check_compared(found)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(changed=change_document(DOCUMENT))
@example(changed=change_row(latency_ms="fast"))
@example(changed=change_row(latency_ms=[1, 2]))
@example(changed=change_row(device="***"))
@example(changed=change_row(device="\ud800"))
@example(changed=change_row(device="a\u2028b"))
@example(changed=change_row(seconds=10**400))
@example(changed=change_row(batch=512, latency_ms=asdict(Latency(5e-324))))
@example(changed=change_row(energy_net_mj=asdict(Energy(1e-320, 1e-320, 1e-320))))
@example(changed=change_row(idle_watts=5e-324))
@example(changed=change_row(energy_mj=asdict(Energy(2.0, 3.0, 4.0))))
def test_a_changed_result_is_compared_or_gives_one_sentence(changed: Any) -> None:
    try:
        result = read_result(encode_document(changed))
    except ResultError as error:
        check_sentence(error)
        return
    for value in list_values(asdict(result)):
        if isinstance(value, str):
            assert value.isprintable()
            assert value.strip() or value == result.machine.system
            assert not set(value) & {chr(one) for one in MARKUP} and "://" not in value
        elif isinstance(value, float | int):
            assert math.isfinite(value)
    for row in result.rows:
        for energy in filter(None, (row.energy_mj, row.energy_net_mj)):
            assert energy.low <= energy.value <= energy.high
    check_compared(result)
    assert read_result(json.dumps(result.to_json()).encode()) == result


@settings(derandomize=True, max_examples=300)
@given(text=st.text(max_size=30) | st.text("[]<>*:/w. \n\u2028\u200b", max_size=12))
def test_a_text_of_a_file_is_one_line_without_markup(text: str) -> None:
    try:
        found = check_text(text)
    except (TypeError, ValueError):
        return
    assert found.strip() and found.isprintable()
    assert "://" not in found and "www." not in found
    assert check_text(found) == found


@pytest.mark.parametrize("key", ["rows", "machine", "unknown"])
def test_a_result_that_is_nested_too_deeply_is_refused(key: str) -> None:
    with pytest.raises(ResultError, match="is not a result"):
        read_result(nest_deeply(DOCUMENT, key))
